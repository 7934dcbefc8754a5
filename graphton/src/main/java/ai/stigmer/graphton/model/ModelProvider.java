package ai.stigmer.graphton.model;

/**
 * A provider module's entry, found through {@link java.util.ServiceLoader}. Loading it must be
 * cheap: no connection, no thread.
 */
public interface ModelProvider {

  /** The provider's id, for example {@code ollama}. */
  String id();

  /**
   * Opens a model.
   *
   * @throws ai.stigmer.graphton.error.ProblemException when the settings cannot work, without
   *     having used the network
   */
  ChatModel open(ModelSettings settings);
}
