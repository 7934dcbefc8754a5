package ai.stigmer.models.scripted;

import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.ModelProvider;
import ai.stigmer.graphton.model.ModelRef;
import ai.stigmer.graphton.model.ModelSettings;
import java.nio.file.Path;

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
}
