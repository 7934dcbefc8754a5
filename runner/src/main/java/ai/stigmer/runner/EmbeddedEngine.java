package ai.stigmer.runner;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunEnd;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.BiConsumer;

/**
 * Drives runs in this process, a virtual thread each.
 *
 * <p>Thread contract: thread-safe.
 */
public final class EmbeddedEngine implements Engine {
  private static final Duration NO_LIMIT = Duration.ofDays(365);

  private final ExecutionDriver driver;
  private final BiConsumer<String, AgentEvent> listener;
  private final BiConsumer<String, ProblemException> failed;
  private final Semaphore places;
  private final Map<String, Driven> driven = new HashMap<>();
  private boolean closed;

  /**
   * An engine that drives as many runs at once as there are.
   *
   * @param listener sees the events of every run with its id, on the run's thread
   * @param failed is told of a run that could not be driven; it has not ended
   */
  public EmbeddedEngine(
      ExecutionDriver driver,
      BiConsumer<String, AgentEvent> listener,
      BiConsumer<String, ProblemException> failed) {
    this(driver, listener, failed, Integer.MAX_VALUE);
  }

  /**
   * The same with a limit; other runs wait for a place in the order in which they came.
   *
   * @param atOnce the most runs that are driven at once, at least 1
   */
  public EmbeddedEngine(
      ExecutionDriver driver,
      BiConsumer<String, AgentEvent> listener,
      BiConsumer<String, ProblemException> failed,
      int atOnce) {
    this.places = new Semaphore(atOnce, true);
    this.driver = requireNonNull(driver, "driver is null");
    this.listener = requireNonNull(listener, "listener is null");
    this.failed = requireNonNull(failed, "failed is null");
  }

  /** A run under way. A word that comes while its drive is about to end makes it look again. */
  private static final class Driven {
    private final CancelToken token = new CancelToken();
    private boolean again;
  }

  @Override
  public synchronized void start(String runId) {
    Driven known = driven.get(runId);
    if (known != null) {
      known.again = true;
    } else if (!closed) {
      Driven run = new Driven();
      driven.put(runId, run);
      Thread.ofVirtual().name("run-" + runId).start(() -> drive(runId, run));
    }
  }

  @Override
  public void wake(String runId) {
    start(runId);
  }

  @Override
  public synchronized void cancel(String runId) {
    Driven run = driven.get(runId);
    if (run != null) {
      run.token.cancel();
    }
  }

  private void drive(String runId, Driven run) {
    boolean again;
    do {
      boolean waits = false;
      places.acquireUninterruptibly();
      try {
        waits = driveOnce(runId, run);
      } finally {
        // Also when a listener throws: a run that is left behind here could never be driven again.
        places.release();
        again = goesOn(runId, run, waits);
      }
    } while (again);
  }

  private boolean driveOnce(String runId, Driven run) {
    if (run.token.isYieldAsked()) {
      return false;
    }
    try {
      return driver.drive(runId, NO_LIMIT, run.token, event -> listener.accept(runId, event)).end()
          instanceof RunEnd.Waiting;
    } catch (ProblemException e) {
      failed.accept(runId, e);
    } catch (RuntimeException e) {
      failed.accept(
          runId,
          new ProblemException(
              Problem.of("E900", Problem.Category.INTERNAL, "the run met a bug of stigmer"), e));
    }
    return false;
  }

  private synchronized boolean goesOn(String runId, Driven run, boolean waits) {
    boolean again = waits && run.again && !closed;
    if (!again) {
      driven.remove(runId);
      notifyAll();
      if (run.again) {
        // Somebody resumed it who knew its end before this drive was over.
        start(runId);
      }
    }
    run.again = false;
    return again;
  }

  @Override
  public synchronized void close() {
    closed = true;
    driven.values().forEach(run -> run.token.askToYield());
    boolean interrupted = false;
    while (!driven.isEmpty()) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
        driven.values().forEach(run -> run.token.cancel());
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
