package ai.stigmer.models.openai;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.testkit.http.RecordedRequest;
import ai.stigmer.testkit.openai.Answer;
import ai.stigmer.testkit.openai.FakeChatCompletions;
import ai.stigmer.testkit.openai.FakeResponses;
import ai.stigmer.testkit.openai.Scenario;
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
 * What providers cache by: the beginning of the prompt.
 *
 * <p>Compared is what arrived at a server, request k with request k+1 of a session: the JSON text
 * of {@code input} (or {@code messages}) of the first, without its closing bracket, must begin that
 * of the second; and every other member of the body must be the same, tools and instructions
 * included. In the middle of the session the model is opened anew, as a resume does.
 */
class PrefixPropertyTest {

  /** One round of a session: what the user says when nothing is pending, and what is answered. */
  record Round(String user, Answer answer) {}

  @Property(tries = 60)
  void everyRequestToTheResponsesApiBeginsTheNext(@ForAll("sessions") List<Round> rounds) {
    Scenario scenario = Scenario.of(rounds.stream().map(Round::answer).toArray(Answer[]::new));
    try (FakeResponses server = FakeResponses.start(scenario)) {
      play(rounds, Asking.Wish.responses(server.baseUrl()));
      assertPrefixes(server.asked(), "input");
    }
  }

  @Property(tries = 60)
  void everyRequestToChatCompletionsBeginsTheNext(@ForAll("sessions") List<Round> rounds) {
    Scenario scenario = Scenario.of(rounds.stream().map(Round::answer).toArray(Answer[]::new));
    try (FakeChatCompletions server = FakeChatCompletions.start(scenario)) {
      play(rounds, Asking.Wish.chat(server.baseUrl()));
      assertPrefixes(server.asked(), "messages");
    }
  }

  private static void play(List<Round> rounds, Asking.Wish wish) {
    Asking asking = new Asking(wish.settings());
    ModelRequest request = Asking.request();
    for (int i = 0; i < rounds.size(); i++) {
      if (i == rounds.size() / 2) {
        asking = new Asking(wish.settings());
      }
      if (request.messages().isEmpty()
          || !(request.messages().getLast() instanceof Message.ToolAnswer)) {
        request = with(request, new Message.User(rounds.get(i).user()));
      }
      ModelTurn turn = asking.turn(request);
      request = ReplayTest.answered(request, turn);
    }
  }

  private static ModelRequest with(ModelRequest request, Message message) {
    List<Message> messages = new ArrayList<>(request.messages());
    messages.add(message);
    return new ModelRequest(request.system(), messages, request.tools());
  }

  private static void assertPrefixes(List<RecordedRequest> requests, String member) {
    for (int k = 0; k + 1 < requests.size(); k++) {
      String before = requests.get(k).body().path(member).toString();
      String after = requests.get(k + 1).body().path(member).toString();
      assertThat(after).startsWith(before.substring(0, before.length() - 1));
      assertThat(after.length()).isGreaterThan(before.length());
      assertThat(without(requests.get(k + 1).body(), member))
          .isEqualTo(without(requests.get(k).body(), member));
    }
  }

  private static JsonNode without(JsonNode body, String member) {
    return ((ObjectNode) body).deepCopy().without(member);
  }

  @Provide
  Arbitrary<List<Round>> sessions() {
    Arbitrary<String> text =
        Arbitraries.strings()
            .withCharRange('a', 'e')
            .withChars(' ', '\n', '"', '\\', 'ü', '\u2028', '\uD83C', '\uDF0D')
            .ofMaxLength(12);
    return Combinators.combine(text.map(said -> "u" + said), answers(text))
        .as(Round::new)
        .list()
        .ofMinSize(2)
        .ofMaxSize(6);
  }

  private static Arbitrary<Answer> answers(Arbitrary<String> text) {
    Arbitrary<String> spoken = text.filter(said -> !said.isEmpty()).map(Json::whole);
    Arbitrary<List<Answer.Part>> parts =
        Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(
                    2, spoken.map(Answer.Part.Text::new).map(Answer.Part.class::cast)),
                net.jqwik.api.Tuple.of(
                    2, spoken.map(Answer.Part.Thinking::new).map(Answer.Part.class::cast)),
                net.jqwik.api.Tuple.of(3, calls().map(Answer.Part.class::cast)))
            .list()
            .ofMaxSize(4);
    return parts.map(
        all -> {
          Answer answer = Answer.empty();
          for (Answer.Part part : all) {
            answer = answer.and(part);
          }
          // Reasoning that leads to nothing is nothing that the API would send.
          return answer.andText(".");
        });
  }

  private static Arbitrary<Answer.Part.Call> calls() {
    return Combinators.combine(
            Arbitraries.of("call_0", "call_1", "call_2").optional(0.8),
            Arbitraries.of("ls", "read_file", "no such tool?"),
            Arbitraries.of("{}", "{\"path\":\"ü\"}", "{\"a\":[1,2.5,null]}", "", "{broken"),
            Arbitraries.integers().between(1, 3))
        .as(Answer.Part.Call::new);
  }
}
