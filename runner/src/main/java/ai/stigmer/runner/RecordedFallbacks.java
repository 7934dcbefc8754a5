package ai.stigmer.runner;

import ai.stigmer.config.LlmConfig;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.graphton.model.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The fallbacks of a recorded run, with the keys that the configuration has now. A key goes only to
 * the endpoint that the configuration names beside it: when that has changed since, the recorded
 * endpoint gets none.
 *
 * @param models as they were recorded, with their keys
 * @param notes what the user should know of them
 */
public record RecordedFallbacks(List<ModelSettings> models, List<String> notes) {
  public RecordedFallbacks {
    models = List.copyOf(models);
    notes = List.copyOf(notes);
  }

  /**
   * Adds the keys.
   *
   * @param recorded without keys
   * @param now the same models as the configuration resolves them now
   */
  public static RecordedFallbacks withKeys(List<ModelSettings> recorded, List<LlmConfig> now) {
    var models = new ArrayList<ModelSettings>();
    var notes = new ArrayList<String>();
    for (ModelSettings model : recorded) {
      Optional<LlmConfig> same = now.stream().filter(each -> isAt(each, model)).findFirst();
      Optional<Secret> key = same.flatMap(LlmConfig::apiKey);
      models.add(model.withKey(key));
      if (same.isEmpty()) {
        notes.add(
            "the fallback %s/%s stays at %s, without a key: the configuration names another endpoint now"
                .formatted(model.provider(), model.model(), model.baseUrl().orElse("its vendor")));
      }
    }
    return new RecordedFallbacks(models, notes);
  }

  private static boolean isAt(LlmConfig now, ModelSettings recorded) {
    return now.provider().equals(recorded.provider())
        && now.modelName().equals(recorded.model())
        && now.baseUrl().equals(recorded.baseUrl());
  }
}
