package ai.stigmer.runner;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.model.ModelProvider;
import ai.stigmer.models.ollama.OllamaProvider;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The providers of this process, each loaded when it is first asked for and shared by all runs.
 *
 * <p>Thread contract: thread-safe.
 */
final class Providers implements AutoCloseable {
  private final Map<String, ModelProvider> open = new ConcurrentHashMap<>();
  private final Optional<Path> probes;

  /**
   * No provider yet.
   *
   * @param probes the folder that keeps what is found out about models; empty asks them nothing
   */
  Providers(Optional<Path> probes) {
    this.probes = probes;
  }

  /**
   * The provider with this id.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E123} when its module is not there
   */
  ModelProvider named(String id) {
    return open.computeIfAbsent(id, this::load);
  }

  @Override
  public void close() {
    open.values().forEach(ModelProvider::close);
  }

  private ModelProvider load(String id) {
    return switch (id) {
      case "ollama" -> probes.map(OllamaProvider::new).orElseGet(OllamaProvider::new);
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
