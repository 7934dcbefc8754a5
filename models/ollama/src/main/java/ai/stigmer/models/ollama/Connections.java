package ai.stigmer.models.ollama;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one provider that nobody uses at the moment, so that a thousand runs need not
 * connect anew for every request. The one used last is used first; one that lay idle for half a
 * minute is closed when the next one comes back.
 *
 * <p>Thread contract: thread-safe.
 */
final class Connections implements AutoCloseable {
  private static final long MOST_IDLE = Duration.ofSeconds(30).toNanos();

  private final Map<String, ConcurrentLinkedDeque<Idle>> idle = new ConcurrentHashMap<>();
  private final AtomicBoolean used = new AtomicBoolean();

  private record Idle(Connection connection, long since) {}

  /** True once, for the first who asks. */
  boolean isFirstUse() {
    return used.compareAndSet(false, true);
  }

  /** A connection for the caller alone: an idle one, or one that is not connected yet. */
  Connection take(Endpoint endpoint) {
    ConcurrentLinkedDeque<Idle> lot = lot(endpoint);
    for (Idle next = lot.pollFirst(); next != null; next = lot.pollFirst()) {
      if (next.connection().isIdle()) {
        return next.connection();
      }
      next.connection().close();
    }
    return new Connection(endpoint);
  }

  /** Takes back a connection that can serve a further request. */
  void giveBack(Connection connection) {
    ConcurrentLinkedDeque<Idle> lot = lot(connection.endpoint());
    long now = System.nanoTime();
    lot.addFirst(new Idle(connection, now));
    for (Idle last = oldest(lot, now); last != null; last = oldest(lot, now)) {
      last.connection().close();
    }
  }

  /** Closes those that nobody uses. */
  @Override
  public void close() {
    idle.values().forEach(lot -> lot.forEach(one -> one.connection().close()));
    idle.clear();
  }

  private static @Nullable Idle oldest(ConcurrentLinkedDeque<Idle> lot, long now) {
    Idle last = lot.peekLast();
    boolean old = last != null && now - last.since() > MOST_IDLE;
    return old && lot.removeLastOccurrence(last) ? last : null;
  }

  private ConcurrentLinkedDeque<Idle> lot(Endpoint endpoint) {
    return idle.computeIfAbsent(endpoint.base(), _ -> new ConcurrentLinkedDeque<>());
  }
}
