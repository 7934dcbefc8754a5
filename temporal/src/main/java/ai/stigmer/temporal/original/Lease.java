package ai.stigmer.temporal.original;

import ai.stigmer.graphton.cancel.CancelToken;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.client.ActivityCanceledException;
import io.temporal.client.ActivityCompletionException;
import io.temporal.client.ActivityCompletionFailureException;
import io.temporal.client.ActivityWorkerShutdownException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The right to go on with an execution, and the signs of life by which it is kept: they go by time,
 * however long a model thinks or a command runs. A process that was stopped for longer than the
 * heartbeat's timeout has lost it, whether it heard so or not.
 *
 * <p>Thread: one of its own, until it is closed.
 */
final class Lease implements AutoCloseable {
  /** When nothing says how long a runner may be silent. */
  private static final Duration USUAL = Duration.ofSeconds(30);

  /** A cancellation is heard with a sign of life. */
  private static final Duration LONGEST = Duration.ofSeconds(5);

  private final Runnable sign;
  private final CancelToken token;
  private final Duration timeout;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile long lastBeat = System.nanoTime();

  private Lease(Runnable sign, CancelToken token, Duration timeout) {
    this.sign = sign;
    this.token = token;
    this.timeout = timeout;
  }

  /**
   * Starts to give signs of life.
   *
   * @param token is cancelled when the workflow cancels the activity, and abandoned when the server
   *     does not count on this attempt any more
   */
  static Lease of(ActivityExecutionContext activity, CancelToken token) {
    Duration asked = activity.getInfo().getHeartbeatTimeout();
    return of(
        () -> activity.heartbeat(null), asked == null || asked.isZero() ? USUAL : asked, token);
  }

  /** The same for a sign of life that fails as that of an activity. */
  static Lease of(Runnable sign, Duration timeout, CancelToken token) {
    Lease lease = new Lease(sign, token, timeout);
    Thread.ofVirtual().name("lease").start(lease::keep);
    return lease;
  }

  /** Whether this process may still speak for the execution. */
  boolean holds() {
    return !token.isAbandoned() && System.nanoTime() - lastBeat < timeout.toNanos();
  }

  /** How often a sign of life is given under a timeout. */
  static Duration interval(Duration timeout) {
    Duration third = timeout.dividedBy(3);
    return third.compareTo(LONGEST) < 0 ? third : LONGEST;
  }

  private void keep() {
    long millis = interval(timeout).toMillis();
    try {
      do {
        if (!holds()) {
          token.abandon();
          return;
        }
        long now = System.nanoTime();
        if (isHeard()) {
          lastBeat = now;
        }
      } while (!closed.await(millis, TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Gives a sign of life; returns whether it may have been heard. */
  private boolean isHeard() {
    try {
      sign.run();
      return true;
    } catch (ActivityCanceledException e) {
      token.cancel();
      return true;
    } catch (ActivityCompletionFailureException | ActivityWorkerShutdownException e) {
      // The server is out of reach, and may be back before the timeout; or this worker is about to
      // end, and its close says what becomes of the execution.
      return false;
    } catch (ActivityCompletionException e) {
      token.abandon();
      return false;
    }
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
