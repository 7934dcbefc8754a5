package ai.stigmer.graphton.sandbox;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/*
 * The system ties "die with the parent" to the thread that started a process, not to the program. A thread of a pool
 * ends some day, and the carrier of a virtual thread retires when it was idle for half a minute; both would take
 * running commands with them. So one thread starts all processes, and it never ends.
 */
/** Starts processes from one thread that lives as long as the program. */
public final class Spawner {
  private static final ExecutorService THREAD =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("spawner").factory());

  private Spawner() {}

  /** Looks for whoever hears of new processes, which the JDK does at the first one, in all jars. */
  static void warmUp() {
    var _ = System.getLogger(ProcessBuilder.class.getName());
  }

  /**
   * Starts a process; may be called from any thread.
   *
   * @throws IOException as {@link ProcessBuilder#start} does
   */
  public static Process start(ProcessBuilder builder) throws IOException, InterruptedException {
    try {
      return THREAD.submit(builder::start).get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }
}
