package ai.stigmer.models.anthropic;

import ai.stigmer.graphton.cancel.CancelToken;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * One request and the reading of its answer, within limits of time. The caller does both on its own
 * thread; the cancel token and the watchdog end the exchange by closing the connection under it.
 *
 * <p>States: connecting → waiting → answering, each with its own limit; stopped from any of them.
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
   * @param connect for each attempt to connect, and for its encryption
   * @param firstByte from the beginning to the first byte of the answer's body
   * @param idle for each further piece of the body
   */
  record Patience(Duration connect, Duration firstByte, Duration idle) {}

  /** For the connection to give up by itself, which tells more, before the watchdog does. */
  private static final Duration GRACE = Duration.ofMillis(250);

  private final OkHttpClient http;
  private final Patience patience;
  private final long firstByteUntil;
  private final CancelToken.Registration registration;
  private final CompletableFuture<List<InetAddress>> stopped = new CompletableFuture<>();
  private final Object lock = new Object();
  private volatile Stop overdue = Stop.NO_ANSWER;
  private volatile long deadline;
  private volatile @Nullable Stop stop;
  private volatile @Nullable Call call;
  private volatile @Nullable Thread watchdog;
  private boolean over;

  Exchange(OkHttpClient shared, Patience patience, CancelToken cancel) {
    this.patience = patience;
    firstByteUntil = System.nanoTime() + patience.firstByte().toNanos();
    deadline = firstByteUntil;
    http =
        shared
            .newBuilder()
            .connectTimeout(patience.connect())
            .eventListener(new Progress())
            .build();
    registration = cancel.onCancel(() -> end(Stop.CANCELLED));
  }

  /** Sends the request and waits for the status line and the headers. */
  Response send(Request request) throws IOException {
    Call mine = http.newCall(request);
    synchronized (lock) {
      call = mine;
      if (stop != null) {
        mine.cancel();
      }
    }
    watchdog = Thread.ofVirtual().name("anthropic-watchdog").start(this::watch);
    return mine.execute();
  }

  /** The answer's body; each read moves the limit of silence. */
  InputStream watched(InputStream body) {
    return new FilterInputStream(body) {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
      }

      @Override
      public int read(byte[] into, int offset, int length) throws IOException {
        int count = super.read(into, offset, length);
        waitFor(Stop.SILENCE, System.nanoTime() + patience.idle().toNanos());
        if (Thread.currentThread().isInterrupted()) {
          end(Stop.CANCELLED);
        }
        if (stop != null) {
          throw new IOException("ended by us");
        }
        return count;
      }
    };
  }

  /** Why we ended the exchange, or null when we did not. */
  @Nullable Stop stopped() {
    return Thread.currentThread().isInterrupted() ? Stop.CANCELLED : stop;
  }

  /** Looks a name up on a thread of its own, because nothing can end a look-up. */
  List<InetAddress> lookUp(String host) throws UnknownHostException {
    CompletableFuture<List<InetAddress>> found = new CompletableFuture<>();
    Thread.ofPlatform().daemon().name("anthropic-lookup").start(() -> lookUp(host, found));
    try {
      CompletableFuture.anyOf(found, stopped).get();
      return found.getNow(List.of());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      end(Stop.CANCELLED);
    } catch (ExecutionException e) {
      // The name is unknown.
    }
    throw new UnknownHostException(host);
  }

  private static void lookUp(String host, CompletableFuture<List<InetAddress>> found) {
    try {
      found.complete(List.of(InetAddress.getAllByName(host)));
    } catch (UnknownHostException e) {
      found.completeExceptionally(e);
    }
  }

  /** Sets what is waited for; the watchdog must hear of a limit that is nearer than the last. */
  private void waitFor(Stop next, long until) {
    boolean nearer = until - deadline < 0;
    overdue = next;
    deadline = until;
    Thread watching = watchdog;
    if (nearer && watching != null) {
      LockSupport.unpark(watching);
    }
  }

  private void watch() {
    for (long left = left(); left > 0; left = left()) {
      LockSupport.parkNanos(left);
      if (Thread.interrupted()) {
        return;
      }
    }
    end(overdue);
  }

  private long left() {
    return deadline - System.nanoTime();
  }

  private void end(Stop why) {
    Call mine;
    synchronized (lock) {
      if (over || stop != null) {
        return;
      }
      stop = why;
      mine = call;
    }
    stopped.complete(List.of());
    if (mine != null) {
      mine.cancel();
    }
  }

  @Override
  public void close() {
    registration.close();
    synchronized (lock) {
      over = true;
    }
    Thread watching = watchdog;
    if (watching != null) {
      watching.interrupt();
    }
  }

  /** Moves the limits with the connection. */
  private final class Progress extends EventListener {
    @Override
    public void dnsStart(Call of, String name) {
      connecting();
    }

    @Override
    public void connectStart(Call of, InetSocketAddress address, Proxy proxy) {
      connecting();
    }

    @Override
    public void secureConnectStart(Call of) {
      connecting();
    }

    private void connecting() {
      waitFor(Stop.NO_CONNECTION, System.nanoTime() + patience.connect().plus(GRACE).toNanos());
    }

    @Override
    public void connectionAcquired(Call of, Connection connection) {
      waitFor(Stop.NO_ANSWER, firstByteUntil);
    }
  }
}
