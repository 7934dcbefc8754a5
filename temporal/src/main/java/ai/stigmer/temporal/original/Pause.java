package ai.stigmer.temporal.original;

import ai.stigmer.graphton.cancel.CancelToken;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Pauses between tries, each twice as long as the one before, that end when a token is cancelled.
 */
final class Pause {
  private static final Duration FIRST = Duration.ofMillis(100);
  private static final Duration LONGEST = Duration.ofSeconds(3);

  private final CancelToken token;
  private Duration next = FIRST;

  Pause(CancelToken token) {
    this.token = token;
  }

  /** Begins with the shortest again. */
  void reset() {
    next = FIRST;
  }

  /** Waits; returns whether to go on, which a cancelled token and an interrupt forbid. */
  boolean next() {
    var cancelled = new CountDownLatch(1);
    try (CancelToken.Registration _ = token.onCancel(cancelled::countDown)) {
      boolean over = cancelled.await(next.toMillis(), TimeUnit.MILLISECONDS);
      next = next.multipliedBy(2).compareTo(LONGEST) > 0 ? LONGEST : next.multipliedBy(2);
      return !over;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
