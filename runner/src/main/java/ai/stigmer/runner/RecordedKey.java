package ai.stigmer.runner;

import ai.stigmer.config.Resolved;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.graphton.model.Secret;
import com.fasterxml.jackson.databind.JsonNode;
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
    Optional<JsonNode> recorded = RecordedSettings.find(configuration, KEY);
    Optional<Secret> key = now.location(KEY).isEmpty() ? Optional.empty() : now.llm().apiKey();
    if (recorded.isEmpty() || key.isEmpty()) {
      return Optional.empty();
    }
    String then = recorded.get().path("location").asText();
    String today = now.location(KEY).orElseThrow();
    boolean same =
        recorded.get().path("fingerprint").asText().equals("sha256:" + key.get().fingerprint());
    boolean samePlace = place(then).equals(place(today));
    if (same || (samePlace && leadsThere(anew, model, today))) {
      return key;
    }
    throw Problem.of(
            "E137",
            Problem.Category.CREDENTIALS,
            samePlace
                ? "the key in " + place(then) + " is not the one that this run began with"
                : "the key that this run began with is not where it was")
        .from(
            "then " + then + ", for " + model.baseUrl().orElse(model.provider()),
            "now " + today + ", and a new run would not send it there")
        .help(
            "set that key there again",
            "renewed? name what it is for and resume again: export " + whereItGoes(model),
            "or begin anew: stigmer run")
        .asException();
  }

  private static String whereItGoes(ModelSettings model) {
    return "STIGMER_LLM_PROVIDER="
        + model.provider()
        + model.baseUrl().map(url -> " STIGMER_LLM_BASE_URL=" + url).orElse("");
  }

  private static boolean leadsThere(Resolved anew, ModelSettings model, String today) {
    return anew.location(KEY).equals(Optional.of(today))
        && anew.value("llm.provider").equals(Optional.of(model.provider()))
        && anew.value("llm.base_url").equals(model.baseUrl());
  }

  /** A line of a file may move. */
  private static String place(String location) {
    return location.replaceFirst(":\\d+$", "");
  }
}
