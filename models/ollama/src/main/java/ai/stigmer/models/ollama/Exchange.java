package ai.stigmer.models.ollama;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.model.ModelSettings;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One request and the reading of its answer, with somebody watching the clock.
 *
 * <p>The caller reads on its own thread. A virtual thread watches the deadline, which moves with
 * every byte read; it and the cancel token end the exchange by closing the connection under the
 * reader. Closing before the answer's end closes the connection.
 */
final class Exchange implements AutoCloseable {
  private static final Duration AFTER_THE_END = Duration.ofSeconds(1);

  /** Why we ended the exchange ourselves. */
  enum Stop {
    CANCELLED,
    /** No first byte in time. */
    NO_ANSWER,
    /** A silence within the answer. */
    SILENCE
  }

  private final AtomicReference<@Nullable Stop> stop = new AtomicReference<>();
  private final CompletableFuture<HttpResponse<InputStream>> pending;
  private final CancelToken.Registration registration;
  private final Thread watchdog;
  private volatile long idleNanos;
  private volatile long deadline;
  private volatile boolean answering;
  private volatile boolean closed;
  private volatile @Nullable InputStream body;

  Exchange(HttpClient client, HttpRequest request, ModelSettings settings, CancelToken cancel) {
    idleNanos = settings.idleTimeout().toNanos();
    deadline = System.nanoTime() + settings.firstTokenTimeout().toNanos();
    pending = client.sendAsync(request, HttpResponse.BodyHandlers.ofInputStream());
    watchdog = Thread.ofVirtual().name("ollama-watchdog").start(this::watch);
    registration = cancel.onCancel(() -> end(Stop.CANCELLED));
  }

  /** Waits for the status line and the headers. */
  HttpResponse<InputStream> response() throws IOException {
    try {
      HttpResponse<InputStream> response = pending.get();
      body = response.body();
      if (stop.get() != null) {
        response.body().close();
      }
      return response;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      end(Stop.CANCELLED);
      throw new IOException("interrupted", e);
    } catch (CancellationException e) {
      throw new IOException("ended by us", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
    }
  }

  /** Reads from the answer's body; -1 at its end. */
  int read(byte[] into, int offset, int length) throws IOException {
    InputStream stream = body;
    if (stream == null) {
      throw new IOException("no answer yet");
    }
    int count = stream.read(into, offset, length);
    if (Thread.currentThread().isInterrupted()) {
      end(Stop.CANCELLED);
    }
    if (stop.get() != null) {
      throw new IOException("ended by us");
    }
    deadline = System.nanoTime() + idleNanos;
    answering = true;
    return count;
  }

  /** Reads what follows a finished answer, so that the connection can be used again. */
  void drain() {
    idleNanos = AFTER_THE_END.toNanos();
    deadline = System.nanoTime() + idleNanos;
    byte[] rest = new byte[1024];
    try {
      long left = 64 * 1024;
      for (int count = 0; count >= 0 && left > 0; left -= count) {
        count = read(rest, 0, rest.length);
      }
    } catch (IOException e) {
      // The answer is complete; only the connection is lost.
    }
  }

  /** Why we ended the exchange, or null when we did not. */
  @Nullable Stop stopped() {
    return Thread.currentThread().isInterrupted() ? Stop.CANCELLED : stop.get();
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(watchdog);
    registration.close();
    disconnect();
  }

  /**
   * Sleeps in naps no longer than the idle limit: the deadline comes nearer when the answer begins
   * and when it is drained, and waking this thread each time would cost more than the naps.
   */
  private void watch() {
    long nap = Math.min(idleNanos, AFTER_THE_END.toNanos());
    while (!closed) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        end(answering ? Stop.SILENCE : Stop.NO_ANSWER);
        return;
      }
      LockSupport.parkNanos(this, Math.min(left, nap));
    }
  }

  private void end(Stop why) {
    if (stop.compareAndSet(null, why)) {
      disconnect();
    }
  }

  private void disconnect() {
    pending.cancel(true);
    InputStream stream = body;
    if (stream != null) {
      try {
        stream.close();
      } catch (IOException e) {
        // The connection is gone either way.
      }
    }
  }
}
