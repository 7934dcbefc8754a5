package ai.stigmer.server.run;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/*
 * To begin a run takes much more of a processor than a step of one. On threads of their own, beginnings share the
 * processors with the runs that go on, as the system sees to it; on virtual threads each of them would hold up whoever
 * comes behind it. Half of the processors are left to the runs. A beginning may also wait, for an MCP server to start or
 * a store to answer; one that is not done soon is taken to wait, so that the next may work.
 */
/**
 * Executions that are about to begin: a few at a time, in the order in which they came.
 *
 * <p>Thread contract: thread-safe; entering never waits.
 */
final class Launches implements AutoCloseable {
  /** Also the most that start MCP servers at the same time, to see what they offer. */
  static final int MOST = 32;

  /** For so long a beginning is taken to work rather than to wait. */
  private static final Duration WORKS = Duration.ofSeconds(1);

  private static final long IDLE_SECONDS = 10;

  private final Semaphore working;
  private final Duration works;
  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          MOST,
          MOST,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          Thread.ofPlatform().daemon().name("launch-", 0).factory(),
          new ThreadPoolExecutor.DiscardPolicy());

  Launches() {
    this(Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, MOST), WORKS);
  }

  /**
   * @param working how many work at the same time
   * @param works after this long one counts as one that waits
   */
  Launches(int working, Duration works) {
    this.working = new Semaphore(working, true);
    this.works = works;
    threads.allowCoreThreadTimeOut(true);
  }

  /** Launches when it is its turn; never after {@link #close}. */
  void enter(Runnable launch) {
    threads.execute(() -> inTurn(launch));
  }

  private void inTurn(Runnable launch) {
    working.acquireUninterruptibly();
    var isWorking = new AtomicBoolean(true);
    Runnable letNextWork =
        () -> {
          if (isWorking.getAndSet(false)) {
            working.release();
          }
        };
    CompletableFuture.delayedExecutor(works.toMillis(), TimeUnit.MILLISECONDS).execute(letNextWork);
    try {
      if (!threads.isShutdown()) {
        launch.run();
      }
    } finally {
      letNextWork.run();
    }
  }

  /** How many wait for their turn. */
  int waiting() {
    return threads.getQueue().size() + working.getQueueLength();
  }

  /** Whether all have been launched, or never will be. */
  boolean isOver() {
    return threads.isTerminated();
  }

  /** Those that wait are left to the next server. */
  @Override
  public void close() {
    threads.shutdown();
    threads.getQueue().clear();
  }
}
