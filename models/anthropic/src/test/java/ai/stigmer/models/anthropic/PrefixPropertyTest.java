package ai.stigmer.models.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.graphton.model.ModelResult;
import ai.stigmer.testkit.anthropic.Answer;
import ai.stigmer.testkit.anthropic.FakeAnthropic;
import ai.stigmer.testkit.anthropic.Scenario;
import ai.stigmer.testkit.http.RecordedRequest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Compared are two requests of one session that follow each other, k and k+1: everything but {@code
 * messages} is the same text, in the same order, with the cache markers; and the text of k's
 * messages without the closing bracket begins that of k+1's. The marker that moves is no part of
 * the messages at all: it is one field of the request.
 *
 * <p>The server checks the same: it refuses thinking whose prefix has changed, and would note that
 * thinking had to be dropped.
 */
class PrefixPropertyTest {

  /** What happens in one turn: what the model says and how its calls end. */
  record Step(List<String> thinking, String text, List<String> inputs, boolean failing) {
    Answer answer(int turn) {
      Answer answer = Answer.empty();
      for (String thought : thinking) {
        answer = thought.isEmpty() ? answer.andThinking() : answer.andThinking(thought);
      }
      if (!text.isEmpty()) {
        answer = answer.andText(text);
      }
      for (int i = 0; i < inputs.size(); i++) {
        answer = answer.andToolUse("toolu_" + turn + "_" + i, "ls", inputs.get(i));
      }
      return answer;
    }

    ToolResult result() {
      return failing ? ToolResult.error("no") : ToolResult.ok("ok " + text);
    }
  }

  @Provide
  Arbitrary<List<Step>> sessions() {
    Arbitrary<String> texts = Arbitraries.strings().all().ofMaxLength(12);
    Arbitrary<String> inputs =
        Arbitraries.of("{}", "{\"path\":\"a\"}", "{\"path\": 1.50, \"x\":[]}", "{\"path\":", "[]");
    return Combinators.combine(
            texts.list().ofMaxSize(2),
            texts,
            inputs.list().ofMaxSize(3),
            Arbitraries.of(true, false))
        .as(Step::new)
        .list()
        .ofMinSize(2)
        .ofMaxSize(5);
  }

  @Property(tries = 60)
  void requestKBeginsRequestKPlusOne(@ForAll("sessions") List<Step> session) {
    // Given
    Answer[] answers = new Answer[session.size()];
    for (int i = 0; i < answers.length; i++) {
      answers[i] = session.get(i).answer(i);
    }
    try (FakeAnthropic server = FakeAnthropic.start(Scenario.of(answers));
        ChatModel model = new AnthropicProvider().open(Asking.settings(server.baseUrl()))) {

      // When
      play(session, model);

      // Then
      List<RecordedRequest> requests = server.messages();
      assertThat(requests).hasSameSizeAs(session);
      for (int k = 0; k + 1 < requests.size(); k++) {
        assertThat(frame(requests.get(k + 1))).isEqualTo(frame(requests.get(k)));
        assertThat(messages(requests.get(k + 1))).startsWith(messages(requests.get(k)));
      }
    }
  }

  private static void play(List<Step> session, ChatModel model) {
    List<Message> messages = new ArrayList<>();
    messages.add(new Message.User("hello"));
    for (Step step : session) {
      ModelRequest request = new ModelRequest("You are terse.", messages, List.of(Asking.LS));
      ModelTurn turn =
          switch (model.call(request, new CancelToken(), event -> {})) {
            case ModelResult.Turn(ModelTurn said) -> said;
            case ModelResult.Failed(ModelFailure failure) ->
                throw new AssertionError(failure.toString());
            case ModelResult.Cancelled cancelled -> throw new AssertionError("cancelled");
          };
      messages.add(new Message.Assistant(turn));
      turn.calls().forEach(call -> messages.add(new Message.ToolAnswer(call, step.result())));
      if (turn.calls().isEmpty() || step.failing()) {
        messages.add(new Message.User("go on"));
      }
    }
  }

  private static String frame(RecordedRequest request) {
    ObjectNode body = request.body().deepCopy();
    body.putArray("messages");
    return body.toString();
  }

  private static String messages(RecordedRequest request) {
    JsonNode messages = request.body().path("messages");
    return messages.toString().substring(0, messages.toString().length() - 1);
  }
}
