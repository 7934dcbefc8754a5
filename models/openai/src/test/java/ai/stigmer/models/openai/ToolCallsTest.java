package ai.stigmer.models.openai;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.testkit.openai.Answer;
import ai.stigmer.testkit.openai.FakeChatCompletions;
import ai.stigmer.testkit.openai.Scenario;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The ways in which compatible servers send tool calls. */
class ToolCallsTest {

  static List<Arguments> pieces() {
    List<ToolCall> two = List.of(call("a", "{\"path\":\"x\"}"), call("b", "{\"path\":\"y\"}"));
    List<ToolCall> unnamed =
        List.of(call("call_0_0", "{\"path\":\"x\"}"), call("call_0_1", "{\"path\":\"y\"}"));
    return List.of(
        Arguments.of(
            "by the book",
            two,
            List.of(
                "[{'index':0,'id':'a','type':'function','function':{'name':'ls','arguments':''}}]",
                "[{'index':0,'function':{'arguments':'{\\\"path\\\":'}}]",
                "[{'index':1,'id':'b','function':{'name':'ls','arguments':''}}]",
                "[{'index':0,'function':{'arguments':'\\\"x\\\"}'}}]",
                "[{'index':1,'function':{'arguments':'{\\\"path\\\":\\\"y\\\"}'}}]")),
        Arguments.of(
            "whole calls in one chunk",
            two,
            List.of(
                "[{'index':0,'id':'a','function':{'name':'ls','arguments':'{\\\"path\\\":\\\"x\\\"}'}},"
                    + "{'index':1,'id':'b','function':{'name':'ls','arguments':'{\\\"path\\\":\\\"y\\\"}'}}]")),
        Arguments.of(
            "whole calls, all with index 0",
            two,
            List.of(
                "[{'index':0,'id':'a','function':{'name':'ls','arguments':'{\\\"path\\\":\\\"x\\\"}'}}]",
                "[{'index':0,'id':'b','function':{'name':'ls','arguments':'{\\\"path\\\":\\\"y\\\"}'}}]")),
        Arguments.of(
            "without index",
            two,
            List.of(
                "[{'id':'a','function':{'name':'ls','arguments':'{\\\"path\\\":'}}]",
                "[{'function':{'arguments':'\\\"x\\\"}'}}]",
                "[{'id':'b','function':{'name':'ls','arguments':'{\\\"path\\\":\\\"y\\\"}'}}]")),
        Arguments.of(
            "with index and id in every piece",
            two,
            List.of(
                "[{'index':0,'id':'a','function':{'name':'ls','arguments':'{\\\"path\\\":'}}]",
                "[{'index':0,'id':'a','function':{'name':'ls','arguments':'\\\"x\\\"}'}}]",
                "[{'index':1,'id':'b','function':{'name':'ls','arguments':'{\\\"path\\\":\\\"y\\\"}'}}]")),
        Arguments.of(
            "without id",
            unnamed,
            List.of(
                "[{'index':0,'function':{'name':'ls','arguments':'{\\\"path\\\":\\\"x\\\"}'}}]",
                "[{'index':1,'id':null,'function':{'name':'ls','arguments':'{\\\"path\\\":\\\"y\\\"}'}}]")),
        Arguments.of(
            "without id and index",
            unnamed,
            List.of(
                "[{'function':{'name':'ls','arguments':'{\\\"path\\\":\\\"x\\\"}'}}]",
                "[{'function':{'name':'ls','arguments':'{\\\"path\\\":\\\"y\\\"}'}}]")),
        Arguments.of(
            "with arguments as an object",
            two,
            List.of(
                "[{'index':0,'id':'a','function':{'name':'ls','arguments':{'path':'x'}}}]",
                "[{'index':1,'id':'b','function':{'name':'ls','arguments':{'path':'y'}}}]")),
        Arguments.of(
            "with the same id twice",
            List.of(call("a", "{}"), call("a_2", "{}")),
            List.of(
                "[{'index':0,'id':'a','function':{'name':'ls','arguments':'{}'}}]",
                "[{'index':1,'id':'a','function':{'name':'ls','arguments':'{}'}}]")),
        Arguments.of(
            "without arguments",
            List.of(call("a", "{}")),
            List.of("[{'index':0,'id':'a','function':{'name':'ls'}}]")));
  }

  private static ToolCall call(String id, String arguments) {
    return new ToolCall(id, "ls", arguments);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("pieces")
  void readsCalls(String how, List<ToolCall> expected, List<String> pieces) {
    // Given
    Answer answer = Answer.empty().ending(Answer.End.PLAIN_STOP);
    for (String piece : pieces) {
      String chunk = "data: {'choices':[{'index':0,'delta':{'tool_calls':" + piece + "}}]}\n\n";
      answer = answer.and(new Answer.Part.Raw(chunk.replace('\'', '"')));
    }
    try (FakeChatCompletions server =
        FakeChatCompletions.start(Scenario.of(answer, Answer.text("ok")))) {
      Asking asking = new Asking(server);

      // When
      ModelTurn turn = asking.turn(Asking.hello());
      asking.turn(ReplayTest.answered(Asking.hello(), turn));

      // Then
      assertThat(turn.calls()).isEqualTo(expected);
      assertThat(turn.stop()).isEqualTo(StopReason.TOOL_USE);
    }
  }

  @Test
  void idsAreNewInEveryTurnEvenWhereTheServerRepeatsThem() {
    // Given
    Answer same = Answer.empty().andCall("call_0", "ls", "{}");
    try (FakeChatCompletions server = FakeChatCompletions.start(Scenario.answering(body -> same))) {
      Asking asking = new Asking(server);
      ModelRequest request = Asking.hello();
      List<String> ids = new ArrayList<>();

      // When
      for (int i = 0; i < 3; i++) {
        ModelTurn turn = asking.turn(request);
        ids.add(turn.calls().getFirst().id());
        request = ReplayTest.answered(request, turn);
      }

      // Then
      assertThat(ids).containsExactly("call_0", "call_0_2", "call_0_3");
    }
  }

  @Test
  void argumentsThatAreNoJsonAreToldToTheLoopButNotSentBack() {
    // Given
    Answer bad = Answer.empty().and(new Answer.Part.Call(Optional.of("a"), "ls", "path=x", 1));
    try (FakeChatCompletions server =
        FakeChatCompletions.start(Scenario.of(bad, Answer.text("ok")))) {
      Asking asking = new Asking(server);

      // When
      ModelTurn turn = asking.turn(Asking.hello());
      asking.turn(ReplayTest.answered(Asking.hello(), turn));

      // Then
      assertThat(turn.calls().getFirst().arguments()).isEqualTo("path=x");
      assertThat(
              server
                  .asked()
                  .getLast()
                  .body()
                  .at("/messages/2/tool_calls/0/function/arguments")
                  .asText())
          .isEqualTo("{}");
    }
  }

  @Test
  void anAnswerThatComesWholeIsReadToo() {
    // Given
    String whole =
        "{\"object\":\"chat.completion\",\"choices\":[{\"finish_reason\":\"stop\",\"message\":"
            + "{\"role\":\"assistant\",\"content\":\"Hello\"}}],"
            + "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1}}";
    try (RawHttp server =
        new RawHttp(
            "HTTP/1.1 200 OK\nContent-Type: application/json\nContent-Length: "
                + whole.length()
                + "\n\n"
                + whole)) {
      Asking asking = new Asking(Asking.Wish.chat(server.baseUrl()).settings());

      // When
      ModelTurn turn = asking.turn(Asking.hello());

      // Then
      assertThat(turn.text()).isEqualTo("Hello");
      assertThat(turn.usage().input()).isEqualTo(3);
      assertThat(asking.shownText()).isEqualTo("Hello");
    }
  }
}
