package ai.stigmer.graphton.retry;

import ai.stigmer.graphton.cancel.CancelToken;
import java.time.Duration;
import java.time.Instant;

/**
 * The clock, the waits and the chance that retries go by, so that a test can make hours pass at
 * once and draw the same waits each time.
 *
 * <p>Thread contract: thread-safe.
 */
public interface Timing {

  /** The time of day. */
  Instant now();

  /** Nanoseconds from some moment on, by a clock that nobody sets. */
  default long nanos() {
    return System.nanoTime();
  }

  /** Blocks for {@code wait}, or until the token is cancelled or the thread interrupted. */
  void pause(Duration wait, CancelToken cancel);

  /** A number from 0.0, inclusive, to 1.0, exclusive; each one as likely as any other. */
  double chance();

  /** The clock of this machine, real waits and real chance. */
  static Timing system() {
    return SystemTiming.INSTANCE;
  }
}
