package ai.stigmer.runner;

import ai.stigmer.config.Resolved;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.graphton.model.Secret;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Optional;

/**
 * The key for a run that goes on. Keys are not journaled, but their origin and fingerprint are: the
 * same key goes to the endpoint that the run began with, and a renewed one from the same place when
 * a new run would send it there too. Any other may have been meant for another endpoint.
 */
public final class RecordedKey {
  private static final String KEY = "llm.api_key";

  private RecordedKey() {}

  /**
   * The key to go on with; empty when the run began without one.
   *
   * @param configuration the configuration that the run began with, as explain prints it
   * @param now the configuration of today with the model and the endpoint of the run
   * @param anew the configuration that a new run would have
   * @throws ai.stigmer.graphton.error.ProblemException E137 when the configuration has another key
   *     by now
   */
  public static Optional<Secret> find(
      String configuration, ModelSettings model, Resolved now, Resolved anew) {
    Optional<JsonNode> recorded = recorded(configuration);
    Optional<Secret> key = now.location(KEY).isEmpty() ? Optional.empty() : now.llm().apiKey();
    if (recorded.isEmpty() || key.isEmpty()) {
      return Optional.empty();
    }
    String then = recorded.get().path("location").asText();
    String today = now.location(KEY).orElseThrow();
    boolean same =
        recorded.get().path("fingerprint").asText().equals("sha256:" + key.get().fingerprint());
    if (same || (place(then).equals(place(today)) && leadsThere(anew, model))) {
      return key;
    }
    throw Problem.of(
            "E137",
            Problem.Category.CREDENTIALS,
            "the key that this run began with is not where it was")
        .from(
            "then " + then + ", for " + model.baseUrl().orElse(model.provider()),
            "now " + today + ", and a new run would not send it there")
        .help(
            "set the key there again",
            "renewed? let the configuration lead there too: STIGMER_LLM_BASE_URL=URL",
            "or begin anew: stigmer run")
        .asException();
  }

  private static boolean leadsThere(Resolved anew, ModelSettings model) {
    return anew.value("llm.provider").equals(Optional.of(model.provider()))
        && anew.value("llm.base_url").equals(model.baseUrl());
  }

  private static Optional<JsonNode> recorded(String configuration) {
    try {
      for (JsonNode setting : new ObjectMapper().readTree(configuration).path("settings")) {
        if (setting.path("key").asText().equals(KEY) && setting.hasNonNull("value")) {
          return Optional.of(setting);
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
