package ai.stigmer.cli;

import ai.stigmer.graphton.cancel.CancelToken;

/** Ctrl-C and a polite request to end, as a command sees them. */
public interface Signals {

  /** No signals: the caller of a command owns the process. */
  Signals NONE = token -> () -> {};

  /**
   * Cancels {@code token} at the first signal, until the returned handle is closed. At the second
   * one the process ends at once.
   */
  Handle cancelling(CancelToken token);

  /** Undoes {@link #cancelling}. */
  interface Handle extends AutoCloseable {
    @Override
    void close();
  }
}
