package ai.stigmer.models.ollama;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What is known of the contexts that servers have given to models, shared by all models of one
 * provider, so that a thousand runs ask once.
 *
 * <p>Thread contract: thread-safe.
 */
final class LoadedModels {
  /** Stands for a server that does not tell. */
  static final int UNTOLD = 0;

  private final Map<Load, Integer> contexts = new ConcurrentHashMap<>();

  /** A model with the context that was asked for. */
  record Load(String base, String model, int asked) {}

  boolean knows(Load load) {
    return contexts.containsKey(load);
  }

  /** The context in tokens, or {@link #UNTOLD}. */
  int context(Load load) {
    return contexts.getOrDefault(load, UNTOLD);
  }

  void note(Load load, int context) {
    contexts.put(load, context);
  }
}
