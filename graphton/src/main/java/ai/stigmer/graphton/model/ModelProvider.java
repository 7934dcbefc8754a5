package ai.stigmer.graphton.model;

import java.util.List;

/**
 * A provider module's entry, found through {@link java.util.ServiceLoader}. Loading it must be
 * cheap: no connection, no thread.
 */
public interface ModelProvider extends AutoCloseable {

  /** The provider's id, for example {@code ollama}. */
  String id();

  /**
   * Opens a model.
   *
   * @throws ai.stigmer.graphton.error.ProblemException when the settings cannot work, without
   *     having used the network
   */
  ChatModel open(ModelSettings settings);

  /**
   * Looks at whether a run with these settings could work, without asking a model anything and
   * without cost. It may use the network for some seconds.
   *
   * @return in the order in which things depend on each other; empty when there is nothing to look
   *     at
   */
  default List<Finding> examine(ModelSettings settings) {
    return List.of();
  }

  /**
   * The models that the endpoint of these settings offers now, whatever model they name; without
   * cost. It may use the network for some seconds.
   *
   * @return in the endpoint's order; empty when it offers none or has no list
   * @throws ai.stigmer.graphton.error.ProblemException when the endpoint cannot be asked
   */
  default List<ModelCard> offered(ModelSettings settings) {
    return List.of();
  }

  /** Gives back what the models of this provider share and nobody uses, such as connections. */
  @Override
  default void close() {}
}
