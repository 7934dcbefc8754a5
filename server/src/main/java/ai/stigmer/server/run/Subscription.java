package ai.stigmer.server.run;

import static java.util.Objects.requireNonNull;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.runner.contract.StatusMerge;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/*
 * What the journal holds is sent state by state as long as the reader keeps up. A state holds everything that was
 * before it, so a reader who falls behind is given the newest one and has missed nothing but the steps towards it.
 * Of text that streams, which the hub shows now and then, a reader is given the newest state that it has room for.
 */
/**
 * One reader of an execution's states, on a virtual thread of its own. Nobody who publishes ever
 * waits for it.
 *
 * <p>Thread contract: thread-safe.
 */
public final class Subscription implements AutoCloseable {
  /** The most states that wait for a reader. */
  static final int CAPACITY = 32;

  private final Subscriber subscriber;
  private final ArrayDeque<AgentExecution> waiting = new ArrayDeque<>();
  private final LongAdder skipped;
  private final Consumer<Subscription> gone;
  private @Nullable AgentExecution shown;
  private boolean hasState;
  private boolean closed;
  private boolean dropped;

  /**
   * @param skipped counts the states that a reader who fell behind was not sent
   * @param gone is told once that the reader is gone
   */
  Subscription(Subscriber subscriber, LongAdder skipped, Consumer<Subscription> gone) {
    this.gone = requireNonNull(gone, "gone is null");
    this.skipped = requireNonNull(skipped, "skipped is null");
    this.subscriber = requireNonNull(subscriber, "subscriber is null");
  }

  void start(String name) {
    Thread.ofVirtual().name("subscriber-" + name).start(this::deliver);
  }

  /** The state to begin with, unless there is something newer by now. */
  synchronized void begin(AgentExecution state) {
    if (!hasState) {
      offer(state);
    }
  }

  /** A state that the journal or the store holds. */
  synchronized void offer(AgentExecution state) {
    hasState = true;
    if (waiting.size() >= CAPACITY) {
      skipped.add(waiting.size());
      waiting.clear();
    }
    waiting.add(state);
    shown = null;
    notifyAll();
  }

  /** The state of now, with text that streams; sent unless there is something newer by then. */
  synchronized void show(AgentExecution now) {
    hasState = true;
    shown = now;
    notifyAll();
  }

  /** The reader is gone. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      notifyAll();
    }
    gone.accept(this);
  }

  /** The server is about to end. */
  synchronized void drop() {
    dropped = true;
    notifyAll();
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private void deliver() {
    try {
      while (true) {
        subscriber.awaitRoom(this::isClosed);
        AgentExecution state = next();
        if (state == null) {
          break;
        }
        subscriber.send(state);
        if (StatusMerge.isTerminal(state.getStatus().getPhase())) {
          subscriber.completed();
          break;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      close();
    }
  }

  /** Null when the reader is gone or is let go of. */
  private synchronized @Nullable AgentExecution next() throws InterruptedException {
    while (!closed) {
      AgentExecution state = waiting.poll();
      if (state != null) {
        return state;
      }
      if (dropped) {
        subscriber.dropped();
        return null;
      }
      AgentExecution now = shown;
      shown = null;
      if (now != null) {
        return now;
      }
      wait();
    }
    return null;
  }
}
