package ai.stigmer.models.openai;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.graphton.model.ModelEvent;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.testkit.openai.Answer;
import ai.stigmer.testkit.openai.FakeChatCompletions;
import ai.stigmer.testkit.openai.FakeResponses;
import ai.stigmer.testkit.openai.Scenario;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplayTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ModelTurn FOREIGN =
      new ModelTurn(
          "anthropic",
          "claude-sonnet-5-5",
          "[{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"SIG\"}]",
          List.of(
              new Block.Thinking("secret thoughts"),
              new Block.Text("Let me look."),
              new Block.Call(new ToolCall("toolu_1", "ls", "{\"path\":\"a\"}")),
              new Block.Call(new ToolCall("toolu_2", "what is this?", "not json"))),
          Usage.NONE,
          StopReason.TOOL_USE);

  @Test
  void reasoningMessagesAndCallsGoBackAsTheyCameAndInOrder() throws Exception {
    // Given
    Answer first =
        Answer.empty()
            .andThinking("one")
            .andCall("call_a", "ls", "{}")
            .andThinking("two")
            .andText("Looking.")
            .andCall("call_b", "ls", "{\"path\":\"b\"}");
    try (FakeResponses server = FakeResponses.start(Scenario.of(first, Answer.text("done")))) {
      Asking asking = new Asking(server);

      // When
      ModelTurn turn = asking.turn(Asking.hello());
      asking.turn(answered(Asking.hello(), turn));

      // Then
      JsonNode input = server.asked().getLast().body().path("input");
      JsonNode raw = JSON.readTree(turn.raw());
      assertThat(raw).hasSize(5);
      assertThat(raw.at("/0/encrypted_content").asText()).startsWith("gAAAA-rs_");
      assertThat(raw.at("/3/phase").asText()).isEqualTo("final_answer");
      for (int i = 0; i < raw.size(); i++) {
        assertThat(input.get(i + 1)).isEqualTo(raw.get(i));
      }
      assertThat(input.get(6))
          .isEqualTo(
              JSON.readTree(
                  "{\"type\":\"function_call_output\",\"call_id\":\"call_a\",\"output\":\"out\"}"));
      assertThat(input).hasSize(8);
    }
  }

  @Test
  void itemsThatAreNewToUsAreKeptAndSentBack() throws Exception {
    // Given
    String item =
        "{\"id\":\"x_1\",\"type\":\"future_thing\",\"n\":1.5,\"nothing\":null,\"a\":[{}]}";
    String done =
        "{\"type\":\"response.completed\",\"response\":{\"status\":\"completed\",\"output\":["
            + item
            + ",{\"id\":\"m\",\"type\":\"message\",\"role\":\"assistant\",\"content\":"
            + "[{\"type\":\"output_text\",\"text\":\"hi\"},{\"type\":\"future_part\"}]}]}}";
    Answer odd = Answer.empty().and(new Answer.Part.Raw("data: " + done + "\n\n"));
    try (FakeResponses server = FakeResponses.start(Scenario.of(odd, Answer.text("done")))) {
      Asking asking = new Asking(server);

      // When
      ModelTurn turn = asking.turn(Asking.hello());
      asking.turn(answered(Asking.hello(), turn));

      // Then
      assertThat(turn.text()).isEqualTo("hi");
      assertThat(asking.shownText()).startsWith("hi");
      assertThat(server.asked().getLast().body().at("/input/1")).isEqualTo(JSON.readTree(item));
    }
  }

  @Test
  void theItemsThatWereDoneCountWhereTheEndRepeatsNone() {
    // Given
    String first =
        "data: {\"type\":\"response.output_item.done\",\"output_index\":1,\"item\":"
            + "{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":\"ls\",\"arguments\":\"\"}}\n\n"
            + "data: {\"type\":\"response.output_item.done\",\"output_index\":0,\"item\":"
            + "{\"type\":\"reasoning\",\"summary\":[],\"content\":"
            + "[{\"type\":\"reasoning_text\",\"text\":\"hm\"}]}}\n\n"
            + "data: {\"type\":\"response.completed\",\"response\":{\"output\":[]}}\n\n";
    Answer bare = Answer.empty().and(new Answer.Part.Raw(first));
    try (FakeResponses server = FakeResponses.start(Scenario.of(bare))) {

      // When
      ModelTurn turn = new Asking(server).turn(Asking.hello());

      // Then
      assertThat(turn.blocks())
          .containsExactly(new Block.Thinking("hm"), new Block.Call(new ToolCall("c", "ls", "{}")));
    }
  }

  @Test
  void aTurnOfAnotherProviderIsRebuiltWithoutItsThinking() throws Exception {
    // Given
    try (FakeResponses responses = FakeResponses.start(Scenario.of(Answer.text("ok")));
        FakeChatCompletions chat = FakeChatCompletions.start(Scenario.of(Answer.text("ok")))) {
      ModelRequest request = answered(Asking.hello(), FOREIGN);

      // When
      new Asking(responses).turn(request);
      new Asking(chat).turn(request);

      // Then
      assertThat(responses.asked().getFirst().body().path("input"))
          .isEqualTo(
              JSON.readTree(
                  """
                  [{"role":"user","content":"hello"},
                   {"role":"assistant","content":"Let me look."},
                   {"type":"function_call","call_id":"toolu_1","name":"ls","arguments":"{\\"path\\":\\"a\\"}"},
                   {"type":"function_call","call_id":"toolu_2","name":"what_is_this_","arguments":"{}"},
                   {"type":"function_call_output","call_id":"toolu_1","output":"out"},
                   {"type":"function_call_output","call_id":"toolu_2","output":"out"}]
                  """));
      assertThat(chat.asked().getFirst().body().path("messages"))
          .isEqualTo(
              JSON.readTree(
                  """
                  [{"role":"system","content":"You are terse."},
                   {"role":"user","content":"hello"},
                   {"role":"assistant","content":"Let me look.","tool_calls":[
                     {"id":"toolu_1","type":"function",
                      "function":{"name":"ls","arguments":"{\\"path\\":\\"a\\"}"}},
                     {"id":"toolu_2","type":"function",
                      "function":{"name":"what_is_this_","arguments":"{}"}}]},
                   {"role":"tool","tool_call_id":"toolu_1","content":"out"},
                   {"role":"tool","tool_call_id":"toolu_2","content":"out"}]
                  """));
    }
  }

  @Test
  void anotherProvidersTurnIsRebuiltEvenWhereItsModelHasTheSameName() {
    // Given
    ModelTurn turn =
        new ModelTurn(
            "gateway", Asking.SOL, FOREIGN.raw(), FOREIGN.blocks(), Usage.NONE, StopReason.END);
    try (FakeResponses server = FakeResponses.start(Scenario.of(Answer.text("ok")))) {

      // When
      new Asking(server).turn(answered(Asking.hello(), turn));

      // Then
      assertThat(server.asked().getFirst().body().path("input").toString())
          .contains("Let me look.")
          .doesNotContain("SIG");
    }
  }

  @Test
  void aTurnOfTheOtherApiOrAnotherModelIsRebuilt() {
    // Given
    Answer thinking = Answer.empty().andThinking("hm").andCall("call_a", "ls", "{}");
    try (FakeResponses responses = FakeResponses.start(Scenario.answering(body -> thinking));
        FakeChatCompletions chat =
            FakeChatCompletions.start(Scenario.answering(body -> thinking))) {
      Asking other =
          new Asking(Asking.Wish.responses(responses.baseUrl()).model("gpt-6.1-terra").settings());
      ModelTurn fromChat = new Asking(chat).turn(Asking.hello());
      ModelTurn fromResponses = new Asking(responses).turn(Asking.hello());

      // When
      new Asking(responses).turn(answered(Asking.hello(), fromChat));
      new Asking(chat).turn(answered(Asking.hello(), fromResponses));
      other.turn(answered(Asking.hello(), fromResponses));

      // Then
      assertThat(responses.asked().get(1).body().path("input").toString())
          .contains("function_call")
          .doesNotContain("hm");
      assertThat(chat.asked().get(1).body().path("messages").toString())
          .contains("tool_calls")
          .doesNotContain("encrypted_content");
      assertThat(responses.asked().get(2).body().path("input").toString())
          .contains("function_call")
          .doesNotContain("encrypted_content");
      responses.closeIgnoringViolations();
      chat.closeIgnoringViolations();
    }
  }

  @Test
  void reasoningThatIsNotAcceptedIsLeftOutAndTheUserIsTold() {
    // Given
    Answer thinking = Answer.empty().andThinking("hm").andCall("call_a", "ls", "{}");
    try (FakeResponses one = FakeResponses.start(Scenario.of(thinking));
        FakeResponses other = FakeResponses.start(Scenario.of(Answer.text("ok")))) {
      ModelTurn elsewhere = new Asking(one).turn(Asking.hello());
      Asking asking = new Asking(other);

      // When
      ModelTurn turn = asking.turn(answered(Asking.hello(), elsewhere));

      // Then
      assertThat(turn.text()).isEqualTo("ok");
      assertThat(other.asked()).hasSize(2);
      assertThat(asking.events)
          .contains(
              new ModelEvent.Notice(
                  "W221",
                  "gpt-6.1-sol does not accept the earlier reasoning; the conversation is sent"
                      + " without it"));
    }
  }

  @Test
  void whatAChatServerAddsToItsMessageGoesBack() throws Exception {
    // Given
    String details =
        """
        data: {"choices":[{"delta":{"reasoning":"I ","reasoning_details":[{"type":"reasoning.text","text":"I ","index":0}]}}]}

        data: {"choices":[{"delta":{"reasoning":"see","reasoning_details":[{"type":"reasoning.text","text":"see","index":0,"signature":"S"}]}}]}

        data: {"choices":[{"delta":{"reasoning_details":[{"type":"reasoning.encrypted","data":"E","index":1}]}}]}

        data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"c1","extra_content":{"google":{"thought_signature":"T"}},"function":{"name":"ls","arguments":"{}"}}]}}]}

        """;
    Answer odd = Answer.empty().and(new Answer.Part.Raw(details)).ending(Answer.End.PLAIN_STOP);
    try (FakeChatCompletions server =
        FakeChatCompletions.start(Scenario.of(odd, Answer.text("done")))) {
      Asking asking = new Asking(server);

      // When
      ModelTurn turn = asking.turn(Asking.hello());
      asking.turn(answered(Asking.hello(), turn));

      // Then
      assertThat(turn.stop()).isEqualTo(StopReason.TOOL_USE);
      assertThat(turn.blocks().getFirst()).isEqualTo(new Block.Thinking("I see"));
      assertThat(server.asked().getLast().body().at("/messages/2"))
          .isEqualTo(
              JSON.readTree(
                  """
                  {"role":"assistant","content":"","reasoning":"I see",
                   "reasoning_details":[
                     {"type":"reasoning.text","text":"I see","index":0,"signature":"S"},
                     {"type":"reasoning.encrypted","data":"E","index":1}],
                   "tool_calls":[{"id":"c1","type":"function",
                     "extra_content":{"google":{"thought_signature":"T"}},
                     "function":{"name":"ls","arguments":"{}"}}]}
                  """));
    }
  }

  @Test
  void anEmptyTurnAndABrokenRawTurnCanBeGoneOnFrom() {
    // Given
    ModelTurn broken =
        new ModelTurn(
            "openai",
            Asking.SOL,
            "[{",
            List.of(new Block.Text("said")),
            Usage.NONE,
            StopReason.END);
    try (FakeResponses server =
        FakeResponses.start(Scenario.of(Answer.empty(), Answer.text("ok"), Answer.text("ok")))) {
      Asking asking = new Asking(server);

      // When
      ModelTurn empty = asking.turn(Asking.hello());
      asking.turn(answered(Asking.hello(), empty));
      asking.turn(answered(Asking.request(new Message.User("other")), broken));

      // Then
      assertThat(server.asked().get(1).body().path("input")).hasSize(1);
      assertThat(server.asked().get(2).body().at("/input/1/content").asText()).isEqualTo("said");
    }
  }

  /** The request that follows a turn, with every call answered. */
  static ModelRequest answered(ModelRequest before, ModelTurn turn) {
    List<Message> messages = new ArrayList<>(before.messages());
    messages.add(new Message.Assistant(turn));
    for (ToolCall call : turn.calls()) {
      messages.add(new Message.ToolAnswer(call, ToolResult.ok("out")));
    }
    return new ModelRequest(before.system(), messages, before.tools());
  }
}
