package ai.stigmer.graphton.model;

import ai.stigmer.graphton.cancel.CancelToken;
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
