package ai.stigmer.temporal;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.event.AgentEvent;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.client.ActivityCanceledException;
import io.temporal.client.ActivityCompletionException;
import io.temporal.client.ActivityCompletionFailureException;
import io.temporal.client.ActivityWorkerShutdownException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Gives signs of life for a segment, by time and not by what happens in it: a model may think, and
 * a command may run, for as long as it takes.
 *
 * <p>Thread: one of its own, until it is closed.
 */
final class Heart implements AutoCloseable {
  private final ActivityExecutionContext activity;
  private final CancelToken token;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final AtomicInteger turns = new AtomicInteger();
  private final AtomicInteger toolCalls = new AtomicInteger();

  private Heart(ActivityExecutionContext activity, CancelToken token) {
    this.activity = activity;
    this.token = token;
  }

  /**
   * Starts to beat, three times in each timeout.
   *
   * @param token is cancelled when the run is to end, and abandoned when this attempt does not
   *     count any more
   */
  static Heart beating(ActivityExecutionContext activity, CancelToken token) {
    Heart heart = new Heart(activity, token);
    Duration interval = interval(activity.getInfo().getHeartbeatTimeout());
    Thread.ofVirtual().name("heart").start(() -> heart.beat(interval));
    return heart;
  }

  /** The time between two signs of life, so that two of them may get lost. */
  static Duration interval(Duration timeout) {
    return timeout.dividedBy(3);
  }

  /** Counts for the next sign of life. */
  void saw(AgentEvent event) {
    if (event instanceof AgentEvent.TurnStarted) {
      turns.incrementAndGet();
    } else if (event instanceof AgentEvent.ToolStarted) {
      toolCalls.incrementAndGet();
    }
  }

  private void beat(Duration interval) {
    try {
      do {
        tell();
      } while (!closed.await(interval.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void tell() {
    try {
      activity.heartbeat(new SegmentProgress(turns.get(), toolCalls.get()));
    } catch (ActivityCanceledException e) {
      token.cancel();
    } catch (ActivityWorkerShutdownException e) {
      token.askToYield();
    } catch (ActivityCompletionFailureException e) {
      // The server is out of reach. It may be back before the timeout; if not, it will say so.
    } catch (ActivityCompletionException e) {
      token.abandon();
    }
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
