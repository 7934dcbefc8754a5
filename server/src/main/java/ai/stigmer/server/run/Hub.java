package ai.stigmer.server.run;

import static java.util.Objects.requireNonNull;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.graphton.error.Problem;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 * What is durable goes out at once, state by state. Text that streams would make a state of each word: of these the
 * newest is sent, and all readers of an execution get the same one, so that it is built and encoded once. The more
 * readers there are, the longer are the pauses between two: what they cost together is bounded.
 */
/**
 * All subscriptions by execution.
 *
 * <p>Thread contract: thread-safe; publishing never waits for a reader.
 */
final class Hub implements AutoCloseable {
  private static final int MOST_OF_ONE = 1_000;
  private static final int MOST = 20_000;
  private static final long SHORTEST_PAUSE_MILLIS = 100;
  private static final long LONGEST_PAUSE_MILLIS = 500;

  /** Of all readers together. */
  private static final int LIVE_STATES_A_SECOND = 4_000;

  private final Function<String, @Nullable AgentExecution> live;
  private final Map<String, Line> lines = new ConcurrentHashMap<>();
  private final LongAdder skipped = new LongAdder();
  private final AtomicInteger count = new AtomicInteger();

  /**
   * @param live gives the state of now of an execution, with the text that streams; null when
   *     nothing streams any more
   */
  Hub(Function<String, @Nullable AgentExecution> live) {
    this.live = requireNonNull(live, "live is null");
  }

  /** The readers of one execution. */
  private final class Line {
    private final Set<Subscription> readers = new LinkedHashSet<>();
    private boolean isShowing;
    private long lastShown =
        System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(LONGEST_PAUSE_MILLIS);

    private synchronized void publish(Supplier<AgentExecution> now) {
      AgentExecution state = now.get();
      readers.forEach(reader -> reader.offer(state));
    }

    private synchronized void drop() {
      readers.forEach(Subscription::drop);
    }

    /** Has the state of now shown: at once, or when the pause behind the last one is over. */
    private synchronized void touch(String id) {
      if (!isShowing) {
        isShowing = true;
        long pause = TimeUnit.MILLISECONDS.toNanos(pauseMillis(count.get()));
        Duration left = Duration.ofNanos(lastShown + pause - System.nanoTime());
        Thread.ofVirtual().name("live-" + id).start(() -> show(id, left));
      }
    }

    private void show(String id, Duration left) {
      try {
        // Not at all when it is negative.
        Thread.sleep(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      // What is published later must not be older than this, so the state is asked for in here.
      synchronized (this) {
        isShowing = false;
        lastShown = System.nanoTime();
        AgentExecution now = live.apply(id);
        if (now != null) {
          readers.forEach(reader -> reader.show(now));
        }
      }
    }
  }

  /** Between two states of the text that streams. */
  static long pauseMillis(int readers) {
    return Math.clamp(
        1_000L * readers / LIVE_STATES_A_SECOND, SHORTEST_PAUSE_MILLIS, LONGEST_PAUSE_MILLIS);
  }

  /**
   * Adds a subscriber; states that are published from here on reach it.
   *
   * @param now gives the state to begin with; asked after the subscriber was added, so that no
   *     state is lost between, and left out when another one was published by then
   * @throws ai.stigmer.graphton.error.ProblemException {@code E567} when there are too many
   */
  Subscription add(String id, Subscriber subscriber, Supplier<AgentExecution> now) {
    var subscription = new Subscription(subscriber, skipped, gone -> leave(id, gone));
    register(id, subscription);
    try {
      subscription.begin(now.get());
    } catch (RuntimeException e) {
      subscription.close();
      throw e;
    }
    subscription.start(id);
    return subscription;
  }

  private void register(String id, Subscription subscription) {
    var _ =
        lines.compute(
            id,
            (key, known) -> {
              Line line = known == null ? new Line() : known;
              synchronized (line) {
                if (line.readers.size() >= MOST_OF_ONE || count.get() >= MOST) {
                  throw tooMany().asException();
                }
                line.readers.add(subscription);
                count.incrementAndGet();
              }
              return line;
            });
  }

  private static Problem tooMany() {
    return Problem.of(
            "E567",
            Problem.Category.LIMIT,
            "too many subscribers: at most "
                + MOST_OF_ONE
                + " of one execution and "
                + MOST
                + " of all")
        .help("close subscriptions that nobody reads");
  }

  /** How many subscribers there are. */
  int count() {
    return count.get();
  }

  /** How many states were not sent, because their readers fell behind. */
  long skipped() {
    return skipped.sum();
  }

  /** Its place is free for others from now on. */
  private void leave(String id, Subscription subscription) {
    var _ =
        lines.computeIfPresent(
            id,
            (key, line) -> {
              synchronized (line) {
                if (line.readers.remove(subscription)) {
                  count.decrementAndGet();
                }
                return line.readers.isEmpty() ? null : line;
              }
            });
  }

  /** A state that is durable, and the last one. */
  void publish(AgentExecution state) {
    publish(state.getMetadata().getId(), () -> state);
  }

  /**
   * A state that is durable.
   *
   * @param now gives it; asked when no other state can come between, so that an older one never
   *     stands behind a newer one. Not asked when nobody reads
   */
  void publish(String id, Supplier<AgentExecution> now) {
    Line line = lines.get(id);
    if (line != null) {
      line.publish(now);
    }
  }

  /** The state of now has changed. */
  void touch(String id) {
    Line line = lines.get(id);
    if (line != null) {
      line.touch(id);
    }
  }

  @Override
  public void close() {
    lines.values().forEach(Line::drop);
  }
}
