package ai.stigmer.it.injection;

import ai.stigmer.it.injection.Attack.Step;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A model that makes each call that it was told to, one after another, and in the end repeats all
 * that it saw. A sub-agent of it does the same and hands on the words that it was told.
 */
final class ObeyingModel implements AutoCloseable {
  static final String NAME = "qwen3.5:9b";

  /** What the first message of a sub-agent says. */
  static final String ERRAND = "Look it up in the notes.";

  private static final int LONGEST = 20_000;

  private final FakeOllama server;

  /**
   * @param own the steps that lead it to the words, and those that the words ask for
   * @param errand the steps of a sub-agent
   * @param words what a sub-agent answers
   */
  ObeyingModel(List<Step> own, List<Step> errand, String words, UnaryOperator<String> filled) {
    server =
        FakeOllama.start(
            Scenario.answering(
                    body ->
                        body.toString().contains(ERRAND) && !hasTask(body)
                            ? next(errand, body, words, filled)
                            : next(own, body, "", filled))
                .models(InstalledModel.withTools(NAME, 65_536)));
  }

  private static Answer next(
      List<Step> steps, JsonNode body, String words, UnaryOperator<String> filled) {
    int done = count(body, "assistant");
    if (done < steps.size()) {
      Step step = steps.get(done);
      return Answer.call(
          step.tool(), filled.apply(step.arguments()).replace("@SEEN@", Json.inside(seen(body))));
    }
    return Answer.text(words + "I did as I was told and saw: " + seen(body));
  }

  /** A sub-agent cannot give tasks itself. */
  private static boolean hasTask(JsonNode body) {
    for (JsonNode tool : body.path("tools")) {
      if (tool.path("function").path("name").asText().equals("task")) {
        return true;
      }
    }
    return false;
  }

  private static String seen(JsonNode body) {
    var seen = new StringBuilder();
    for (JsonNode message : body.path("messages")) {
      if (message.path("role").asText().equals("tool")) {
        seen.append(message.path("content").asText()).append('\n');
      }
    }
    return seen.substring(0, Math.min(seen.length(), LONGEST));
  }

  static int count(JsonNode body, String role) {
    int count = 0;
    for (JsonNode message : body.path("messages")) {
      if (message.path("role").asText().equals(role)) {
        count++;
      }
    }
    return count;
  }

  String baseUrl() {
    return server.baseUrl();
  }

  /** How many calls were answered in the longest conversation. */
  int answered() {
    return server.chats().stream().mapToInt(chat -> count(chat.body(), "tool")).max().orElse(0);
  }

  /** All that it was ever shown. */
  String prompts() {
    var all = new StringBuilder();
    server.chats().forEach(chat -> all.append(chat.body()).append('\n'));
    return all.toString();
  }

  @Override
  public void close() {
    server.closeIgnoringViolations();
  }
}
