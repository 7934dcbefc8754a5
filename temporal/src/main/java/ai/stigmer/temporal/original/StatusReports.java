package ai.stigmer.temporal.original;

import ai.stigmer.agentic.agentexecution.v1.AgentExecutionStatus;
import ai.stigmer.graphton.cancel.CancelToken;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Tells the Stigmer server how an execution goes on: the newest status, a few times a second at
 * most. Nobody who runs waits for it; what the server does not take while it is away is told when
 * it is back.
 *
 * <p>Thread: one of its own, until it is closed.
 */
final class StatusReports implements AutoCloseable {
  private static final long LEAST_MILLIS = 250;

  private final Supplier<AgentExecutionStatus> status;
  private final Consumer<AgentExecutionStatus> send;
  private final BooleanSupplier mayTell;
  private final Consumer<RuntimeException> failed;
  private final CancelToken closing = new CancelToken();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Semaphore changed = new Semaphore(0);
  private final Thread thread;
  private volatile boolean isAway;

  /**
   * @param status the newest one
   * @param mayTell whether this process still speaks for the execution
   * @param failed is told why the server did not take one, of failures that pass the first in a row
   */
  StatusReports(
      Supplier<AgentExecutionStatus> status,
      Consumer<AgentExecutionStatus> send,
      BooleanSupplier mayTell,
      Consumer<RuntimeException> failed) {
    this.status = status;
    this.send = send;
    this.mayTell = mayTell;
    this.failed = failed;
    this.thread = Thread.ofVirtual().name("status-reports").start(this::tell);
  }

  /** There is something new to tell. */
  void touch() {
    if (changed.availablePermits() == 0) {
      changed.release();
    }
  }

  private void tell() {
    var pause = new Pause(closing);
    try {
      while (!closing.isCancelled()) {
        changed.acquire();
        boolean _ = changed.tryAcquire();
        boolean sent = closing.isCancelled() || newest();
        if (!sent) {
          changed.release();
          boolean _ = pause.next();
        } else {
          pause.reset();
          boolean _ = closed.await(LEAST_MILLIS, TimeUnit.MILLISECONDS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The same, whatever is wrong with the newest one: another one may be in order. */
  private boolean newest() {
    try {
      return once(status.get());
    } catch (RuntimeException e) {
      failed.accept(e);
      return false;
    }
  }

  /** Returns whether nothing is gained by sending it again. */
  private boolean once(AgentExecutionStatus newest) {
    if (!mayTell.getAsBoolean()) {
      return true;
    }
    try {
      send.accept(newest);
      isAway = false;
      return true;
    } catch (StatusRuntimeException e) {
      if (!Backend.mayPass(e) || !isAway) {
        failed.accept(e);
      }
      isAway = Backend.mayPass(e);
      return !isAway;
    }
  }

  /**
   * Tells the last status, after every other; waits until the server has it.
   *
   * @param token ends the wait
   */
  void last(AgentExecutionStatus end, CancelToken token) {
    close();
    var pause = new Pause(token);
    while (!once(end) && pause.next()) {
      // Once more.
    }
  }

  @Override
  public void close() {
    closing.cancel();
    closed.countDown();
    // A call under way is let end: one that is broken off could still arrive after the last.
    changed.release();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
