package ai.stigmer.server.run;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.graphton.error.Problem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All subscriptions by execution.
 *
 * <p>Thread contract: thread-safe; publishing never blocks.
 */
final class Hub implements AutoCloseable {
  private static final int MOST_OF_ONE = 1_000;
  private static final int MOST = 20_000;

  private final Map<String, List<Subscription>> subscriptions = new HashMap<>();
  private final LongAdder skipped = new LongAdder();
  private int count;

  /**
   * Adds a subscriber; states that are published from here on reach it.
   *
   * @param now gives the state to begin with; asked after the subscriber was added, so that no
   *     state is lost between
   * @throws ai.stigmer.graphton.error.ProblemException {@code E567} when there are too many
   */
  Subscription add(
      String id,
      Subscriber subscriber,
      Supplier<AgentExecution> now,
      Supplier<@Nullable AgentExecution> live) {
    var subscription = new Subscription(subscriber, live, skipped);
    register(id, subscription);
    try {
      subscription.offer(now.get());
    } catch (RuntimeException e) {
      subscription.close();
      throw e;
    }
    subscription.start(id);
    return subscription;
  }

  private synchronized void register(String id, Subscription subscription) {
    prune(id);
    List<Subscription> others = subscriptions.computeIfAbsent(id, key -> new ArrayList<>());
    if (others.size() >= MOST_OF_ONE || count >= MOST) {
      throw Problem.of(
              "E567",
              Problem.Category.LIMIT,
              "too many subscribers: at most "
                  + MOST_OF_ONE
                  + " of one execution and "
                  + MOST
                  + " of all")
          .help("close subscriptions that nobody reads")
          .asException();
    }
    others.add(subscription);
    count++;
  }

  /** Those of an execution that are still read. */
  private synchronized List<Subscription> of(String id) {
    prune(id);
    return List.copyOf(subscriptions.getOrDefault(id, List.of()));
  }

  /** How many subscribers there are. */
  synchronized int count() {
    List.copyOf(subscriptions.keySet()).forEach(this::prune);
    return count;
  }

  /** How many states were not sent, because their readers fell behind. */
  long skipped() {
    return skipped.sum();
  }

  private void prune(String id) {
    List<Subscription> known = subscriptions.get(id);
    if (known == null) {
      return;
    }
    int before = known.size();
    known.removeIf(Subscription::isClosed);
    count -= before - known.size();
    if (known.isEmpty()) {
      subscriptions.remove(id);
    }
  }

  /** A state that is durable. */
  void publish(AgentExecution state) {
    of(state.getMetadata().getId()).forEach(subscription -> subscription.offer(state));
  }

  /** The state of now has changed. */
  void touch(String id) {
    of(id).forEach(Subscription::touch);
  }

  @Override
  public synchronized void close() {
    subscriptions.values().forEach(all -> all.forEach(Subscription::drop));
  }
}
