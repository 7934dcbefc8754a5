package ai.stigmer.graphton.cancel;

import java.util.ArrayList;
import java.util.List;

/**
 * Asks work to stop. Cancelling is final, happens once, and runs the callbacks on the cancelling
 * thread.
 *
 * <p>Thread contract: thread-safe.
 */
public final class CancelToken {
  private final List<Runnable> callbacks = new ArrayList<>();
  private boolean cancelled;
  private volatile boolean yieldAsked;
  private volatile boolean abandoned;

  public synchronized boolean isCancelled() {
    return cancelled;
  }

  /** Asks everything that holds this token to stop; further calls do nothing. */
  public void cancel() {
    List<Runnable> toRun;
    synchronized (this) {
      if (cancelled) {
        return;
      }
      cancelled = true;
      toRun = List.copyOf(callbacks);
      callbacks.clear();
    }
    toRun.forEach(Runnable::run);
  }

  /**
   * Runs {@code callback} when the token is cancelled, at once when it already is. The callback
   * must not block or throw.
   */
  public Registration onCancel(Runnable callback) {
    synchronized (this) {
      if (!cancelled) {
        callbacks.add(callback);
        return () -> remove(callback);
      }
    }
    callback.run();
    return () -> {};
  }

  private synchronized void remove(Runnable callback) {
    callbacks.remove(callback);
  }

  /**
   * Asks the run to stop before its next step, as somebody else is to go on with it. What is under
   * way is let finish, and the run has not ended.
   */
  public void askToYield() {
    yieldAsked = true;
  }

  public boolean isYieldAsked() {
    return yieldAsked;
  }

  /** Stops the run at once and without an end, as somebody else has taken it over already. */
  public void abandon() {
    abandoned = true;
    askToYield();
    cancel();
  }

  public boolean isAbandoned() {
    return abandoned;
  }

  /** Undoes {@link #onCancel}. */
  public interface Registration extends AutoCloseable {
    @Override
    void close();
  }
}
