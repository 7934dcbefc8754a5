package ai.stigmer.models.openai;

import ai.stigmer.graphton.cancel.CancelToken;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One request and the reading of its answer, within limits of time. The caller does both on its own
 * thread; a watchdog and the cancel token end the exchange by closing the connection under it.
 *
 * <p>Phases: connecting → waiting for the first byte → reading; each has its limit.
 */
final class Exchange implements AutoCloseable {

  /** Why we ended the exchange ourselves. */
  enum Stop {
    CANCELLED,
    /** No connection in time. */
    NO_CONNECTION,
    /** No first byte in time. */
    NO_ANSWER,
    /** A silence within the answer. */
    SILENCE
  }

  /**
   * How long is waited.
   *
   * @param connect for each step of a connection: name, connection, encryption
   * @param firstByte from the beginning to the first byte of the answer's body
   * @param idle for each further piece of the body
   */
  record Patience(Duration connect, Duration firstByte, Duration idle) {}

  /** The limit of the present phase. */
  private record Limit(long nanoTime, Stop late) {}

  private final Patience patience;
  private final long firstByteUntil;
  private final CancelToken.Registration registration;
  private final Thread watchdog;
  private final Object lock = new Object();
  private volatile Limit limit;
  private volatile @Nullable Stop stop;
  private volatile boolean over;
  private @Nullable Runnable breaker;

  Exchange(Patience patience, CancelToken cancel) {
    this.patience = patience;
    firstByteUntil = System.nanoTime() + patience.firstByte().toNanos();
    limit = new Limit(firstByteUntil, Stop.NO_ANSWER);
    watchdog = Thread.ofVirtual().name("openai-watchdog").start(this::watch);
    registration = cancel.onCancel(() -> end(Stop.CANCELLED));
  }

  /**
   * Says how what is done now can be broken off from another thread.
   *
   * @throws IOException when the exchange was ended already
   */
  void breakableBy(Runnable how) throws IOException {
    synchronized (lock) {
      breaker = how;
      if (stop == null) {
        return;
      }
    }
    how.run();
    throw new IOException("ended by us");
  }

  /** A step of connecting begins. */
  void connecting() {
    long until = System.nanoTime() + patience.connect().toNanos();
    limit =
        until < firstByteUntil
            ? new Limit(until, Stop.NO_CONNECTION)
            : new Limit(firstByteUntil, Stop.NO_ANSWER);
    LockSupport.unpark(watchdog);
  }

  /** There is a connection. */
  void connected() {
    limit = new Limit(firstByteUntil, Stop.NO_ANSWER);
  }

  /** A piece of the answer's body has come. */
  void received() {
    long before = limit.nanoTime();
    limit = new Limit(System.nanoTime() + patience.idle().toNanos(), Stop.SILENCE);
    if (limit.nanoTime() < before) {
      LockSupport.unpark(watchdog);
    }
  }

  private void watch() {
    while (!over && stop == null) {
      Limit now = limit;
      long left = now.nanoTime() - System.nanoTime();
      if (left <= 0) {
        end(now.late());
        return;
      }
      LockSupport.parkNanos(this, left);
    }
  }

  /** Why we ended the exchange, or null when we did not. */
  @Nullable Stop stopped() {
    return Thread.currentThread().isInterrupted() ? Stop.CANCELLED : stop;
  }

  private void end(Stop why) {
    Runnable how;
    synchronized (lock) {
      if (over || stop != null) {
        return;
      }
      stop = why;
      how = breaker;
    }
    if (how != null) {
      how.run();
    }
  }

  @Override
  public void close() {
    registration.close();
    synchronized (lock) {
      over = true;
    }
    LockSupport.unpark(watchdog);
  }
}
