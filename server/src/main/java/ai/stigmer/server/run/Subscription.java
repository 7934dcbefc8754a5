package ai.stigmer.server.run;

import static java.util.Objects.requireNonNull;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.runner.contract.StatusMerge;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 * What the journal holds is sent state by state as long as the reader keeps up. A state holds everything that was
 * before it, so a reader who falls behind is given the newest one and has missed nothing but the steps towards it.
 * Text that streams would make a state of each word: of these the newest is sent, ten times a second.
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

  private static final long LIVE_MILLIS = 100;

  private final Subscriber subscriber;
  private final Supplier<@Nullable AgentExecution> live;
  private final ArrayDeque<AgentExecution> waiting = new ArrayDeque<>();
  private final LongAdder skipped;
  private boolean changed;
  private boolean closed;
  private boolean dropped;
  private long lastLive;

  /**
   * @param live the state of now, with the text that streams; null when nothing streams any more
   * @param skipped counts the states that a reader who fell behind was not sent
   */
  Subscription(Subscriber subscriber, Supplier<@Nullable AgentExecution> live, LongAdder skipped) {
    this.skipped = requireNonNull(skipped, "skipped is null");
    this.subscriber = requireNonNull(subscriber, "subscriber is null");
    this.live = live;
  }

  void start(String name) {
    Thread.ofVirtual().name("subscriber-" + name).start(this::deliver);
  }

  /** A state that the journal or the store holds. */
  synchronized void offer(AgentExecution state) {
    if (waiting.size() >= CAPACITY) {
      skipped.add(waiting.size());
      waiting.clear();
    }
    waiting.add(state);
    changed = false;
    notifyAll();
  }

  /** Something changed that only the state of now tells. */
  synchronized void touch() {
    if (!changed) {
      changed = true;
      notifyAll();
    }
  }

  /** The reader is gone. */
  @Override
  public synchronized void close() {
    closed = true;
    notifyAll();
  }

  /** The server is about to end. */
  synchronized void drop() {
    dropped = true;
    notifyAll();
  }

  synchronized boolean isClosed() {
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
  private @Nullable AgentExecution next() throws InterruptedException {
    while (true) {
      synchronized (this) {
        if (closed) {
          return null;
        }
        AgentExecution state = waiting.poll();
        if (state != null) {
          return state;
        }
        if (dropped) {
          subscriber.dropped();
          return null;
        }
        long left = lastLive + LIVE_MILLIS - System.nanoTime() / 1_000_000;
        if (!changed) {
          wait();
          continue;
        }
        if (left > 0) {
          wait(left);
          continue;
        }
        changed = false;
        lastLive = System.nanoTime() / 1_000_000;
      }
      AgentExecution state = live.get();
      if (state != null) {
        return state;
      }
    }
  }
}
