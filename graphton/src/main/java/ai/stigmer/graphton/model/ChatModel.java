package ai.stigmer.graphton.model;

import ai.stigmer.graphton.cancel.CancelToken;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * One configured model at one endpoint.
 *
 * <p>Thread contract: thread-safe; {@link #call} blocks its caller, which is meant to be a virtual
 * thread.
 */
public interface ChatModel extends AutoCloseable {

  /** The provider's id, for example {@code ollama}. */
  String provider();

  /** The full id of the model, as it goes on the wire. */
  String model();

  /**
   * The context window in effect, in tokens; empty while it is not known here. Never blocks. It may
   * differ between two calls: some servers tell only when the model is loaded.
   */
  default OptionalLong contextWindow() {
    return OptionalLong.empty();
  }

  /**
   * Whether the provider takes a turn's thinking back only behind the very messages that it was
   * thought behind, so that turns which move lose theirs.
   */
  default boolean bindsThinking() {
    return false;
  }

  /**
   * Asks the model once and blocks until the answer is complete. Must not throw for request,
   * network or provider failures: they are values. Deltas go to {@code events} on the calling
   * thread.
   *
   * @param cancel ends the call within a second: the connection is closed and {@link
   *     ModelResult.Cancelled} returned
   */
  ModelResult call(ModelRequest request, CancelToken cancel, Consumer<ModelEvent> events);

  /** Frees connections. Calls in flight may fail. */
  @Override
  default void close() {}
}
