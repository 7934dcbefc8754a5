package ai.stigmer.models.scripted;

import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.Finding;
import ai.stigmer.graphton.model.ModelProvider;
import ai.stigmer.graphton.model.ModelRef;
import ai.stigmer.graphton.model.ModelSettings;
import java.nio.file.Path;
import java.util.List;

/** Opens scenario files as models. */
public final class ScriptedProvider implements ModelProvider {
  @Override
  public String id() {
    return ModelRef.SCRIPTED;
  }

  @Override
  public ChatModel open(ModelSettings settings) {
    return ScriptedModel.of(Scenario.read(Path.of(settings.model())));
  }

  @Override
  public List<Finding> examine(ModelSettings settings) {
    Scenario scenario = Scenario.read(Path.of(settings.model()));
    return List.of(
        Finding.ok(
            "model", "scripted model: a scenario with " + scenario.turns().size() + " turns"));
  }
}
