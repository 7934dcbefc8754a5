package ai.stigmer.graphton.loop;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.Inbox;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Looks out for a post while somebody is asked, and withdraws the question when there is one. Looks
 * at once after a post of this process, and now and then for those of others.
 *
 * <p>Thread: a virtual one of its own, until it is closed.
 */
final class Lookout implements AutoCloseable {
  private static final Duration NOW_AND_THEN = Duration.ofMillis(250);

  private final LinkedBlockingQueue<Boolean> signals;
  private final CancelToken.Registration watch;
  private volatile boolean closed;

  private Lookout(LinkedBlockingQueue<Boolean> signals, CancelToken.Registration watch) {
    this.signals = signals;
    this.watch = watch;
  }

  /** Cancels {@code found} as soon as {@code isThere}. */
  static Lookout until(CancelToken found, Inbox inbox, BooleanSupplier isThere) {
    var signals = new LinkedBlockingQueue<Boolean>();
    var lookout = new Lookout(signals, inbox.watch(() -> signals.add(true)));
    Thread.ofVirtual().name("lookout").start(() -> lookout.look(found, isThere));
    return lookout;
  }

  private void look(CancelToken found, BooleanSupplier isThere) {
    try {
      while (!closed) {
        if (isThere.getAsBoolean()) {
          found.cancel();
          return;
        }
        signals.poll(NOW_AND_THEN.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ProblemException e) {
      // The run meets the same trouble when it looks for the answer itself.
      found.cancel();
    }
  }

  @Override
  public void close() {
    closed = true;
    watch.close();
    signals.add(true);
  }
}
