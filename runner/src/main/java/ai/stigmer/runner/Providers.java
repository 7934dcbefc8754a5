package ai.stigmer.runner;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.Finding;
import ai.stigmer.graphton.model.ModelProvider;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.models.ollama.OllamaProvider;
import java.util.List;
import java.util.ServiceLoader;

/** Opens models; only the module of the provider that is asked for is loaded. */
final class Providers {
  private Providers() {}

  static ChatModel open(ModelSettings settings) {
    return provider(settings.provider()).open(settings);
  }

  static List<Finding> examine(ModelSettings settings) {
    return provider(settings.provider()).examine(settings);
  }

  private static ModelProvider provider(String id) {
    return switch (id) {
      case "ollama" -> new OllamaProvider();
      default -> installed(id);
    };
  }

  private static ModelProvider installed(String id) {
    for (ModelProvider provider : ServiceLoader.load(ModelProvider.class)) {
      if (provider.id().equals(id)) {
        return provider;
      }
    }
    throw Problem.of(
            "E123",
            Problem.Category.CONFIGURATION,
            "this build of stigmer has no module for the provider " + id)
        .help("stay local: --provider ollama")
        .asException();
  }
}
