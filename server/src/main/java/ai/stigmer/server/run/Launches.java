package ai.stigmer.server.run;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/*
 * To begin a run takes much more of a processor than a step of one. On threads of their own, beginnings share the
 * processors with the runs that go on, as the system sees to it; on virtual threads each of them would hold up whoever
 * comes behind it.
 */
/**
 * Executions that are about to begin: a few at a time, in the order in which they came.
 *
 * <p>Thread contract: thread-safe; entering never waits.
 */
final class Launches implements AutoCloseable {
  /** Also the most that start MCP servers at the same time, to see what they offer. */
  private static final int AT_ONCE = 8;

  private static final long IDLE_SECONDS = 10;

  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          AT_ONCE,
          AT_ONCE,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          Thread.ofPlatform().daemon().name("launch-", 0).factory(),
          new ThreadPoolExecutor.DiscardPolicy());

  Launches() {
    threads.allowCoreThreadTimeOut(true);
  }

  /** Launches when it is its turn; never after {@link #close}. */
  void enter(Runnable launch) {
    threads.execute(launch);
  }

  /** How many wait for their turn. */
  int waiting() {
    return threads.getQueue().size();
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
