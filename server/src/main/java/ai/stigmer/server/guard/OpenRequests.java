package ai.stigmer.server.guard;

import com.linecorp.armeria.server.ServiceRequestContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/*
 * A token is looked at when a request begins, and a stream may go on for days. One thread looks once a second at each
 * token that has requests under way, however many these are.
 */
/**
 * Ends the requests of a token that counts no more: revoked, expired or replaced.
 *
 * <p>Thread contract: thread-safe; has a virtual thread of its own from {@link #start} until it is
 * closed.
 */
public final class OpenRequests implements AutoCloseable {
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final Map<ServiceRequestContext, Held> open = new ConcurrentHashMap<>();
  private final Thread looking = Thread.ofVirtual().name("open-requests").unstarted(this::look);

  /** Begins to look. */
  public void start() {
    looking.start();
  }

  /** Somebody who was let in. A class, because a record would print the key. */
  private static final class Held {
    private final String key;
    private final BooleanSupplier counts;

    private Held(String key, BooleanSupplier counts) {
      this.key = key;
      this.counts = counts;
    }
  }

  /**
   * Looks after a request from here to its end.
   *
   * @param key what lets it in, the same for all requests that it lets in
   * @param counts whether it still does
   */
  void watch(ServiceRequestContext ctx, String key, BooleanSupplier counts) {
    open.put(ctx, new Held(key, counts));
    var _ = ctx.log().whenComplete().thenAccept(log -> open.remove(ctx));
  }

  private void look() {
    try {
      while (true) {
        Thread.sleep(LOOK);
        var counts = new HashMap<String, Boolean>();
        open.forEach(
            (ctx, held) -> {
              if (!counts.computeIfAbsent(held.key, key -> counts(held))) {
                ctx.cancel();
              }
            });
      }
    } catch (InterruptedException e) {
      // The server ends.
    }
  }

  /** What cannot be told lets nobody go on. */
  private static boolean counts(Held held) {
    try {
      return held.counts.getAsBoolean();
    } catch (RuntimeException e) {
      return false;
    }
  }

  @Override
  public void close() {
    looking.interrupt();
  }
}
