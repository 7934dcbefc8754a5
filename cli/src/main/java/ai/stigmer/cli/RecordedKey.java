package ai.stigmer.cli;

import ai.stigmer.config.Resolved;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.graphton.model.Secret;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Optional;

/**
 * The key for a run that goes on. Keys are not journaled, but where one came from is: only the key
 * that stands at that place now goes to the endpoint that the run began with. Whatever else the
 * configuration holds by now may have been meant for another one.
 */
final class RecordedKey {
  private static final String KEY = "llm.api_key";

  private RecordedKey() {}

  /**
   * The key to go on with; empty when the run began without one.
   *
   * @param configuration the configuration that the run began with, as explain prints it
   * @throws ai.stigmer.graphton.error.ProblemException E137 when the configuration has another key
   *     by now
   */
  static Optional<Secret> find(String configuration, ModelSettings model, Resolved now) {
    Optional<String> then = location(configuration);
    Optional<String> today = now.location(KEY);
    if (then.isEmpty() || today.isEmpty()) {
      return Optional.empty();
    }
    if (place(then.get()).equals(place(today.get()))) {
      return now.llm().apiKey();
    }
    throw Problem.of(
            "E137",
            Problem.Category.CREDENTIALS,
            "the key that this run began with is not where it was")
        .from(
            "then " + then.get() + ", for " + model.baseUrl().orElse(model.provider()),
            "now " + today.get() + ", which was not sent there")
        .help("set the key there again", "or begin anew: stigmer run")
        .asException();
  }

  private static Optional<String> location(String configuration) {
    try {
      for (JsonNode setting : new ObjectMapper().readTree(configuration).path("settings")) {
        if (setting.path("key").asText().equals(KEY) && setting.hasNonNull("value")) {
          return Optional.of(setting.path("location").asText());
        }
      }
    } catch (JsonProcessingException e) {
      // A run of the library; it has no configuration and no key of ours.
    }
    return Optional.empty();
  }

  /** A line of a file may move. */
  private static String place(String location) {
    return location.replaceFirst(":\\d+$", "");
  }
}
