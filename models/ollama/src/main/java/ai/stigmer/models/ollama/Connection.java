package ai.stigmer.models.ollama;

import java.io.Closeable;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a server; requests go over it one after the other.
 *
 * <p>A channel, because closing it or interrupting its reader ends a blocked read at once, on every
 * kind of thread. Reads block on the caller's own thread: the JDK's HttpClient takes seven times
 * the processor time for a streamed answer, and its selector keeps a process from ending quickly.
 *
 * <p>Thread contract: for one thread at a time, but for {@link #close}.
 */
final class Connection implements Closeable {
  private static final int BUFFER = 8192;

  private final Endpoint endpoint;
  private final byte[] buffer = new byte[BUFFER];
  private volatile @Nullable SocketChannel channel;
  private volatile boolean closed;
  private volatile @Nullable FutureTask<InetAddress[]> lookup;
  private @Nullable Socket socket;
  private int start;
  private int end;
  private long deadline;

  Connection(Endpoint endpoint) {
    this.endpoint = endpoint;
  }

  Endpoint endpoint() {
    return endpoint;
  }

  boolean isConnected() {
    return socket != null;
  }

  /** Tries the addresses of the host, one after the other. */
  void connect(Duration timeout) throws IOException {
    ConnectException refused = new ConnectException("no address");
    for (InetAddress address : addresses(timeout)) {
      try {
        connect(new InetSocketAddress(address, endpoint.port()), (int) timeout.toMillis());
        return;
      } catch (SocketTimeoutException e) {
        refused = new ConnectException("no connection in time");
      } catch (SSLException e) {
        throw new UntrustedException(endpoint.base(), e);
      } catch (SocketException e) {
        refused = new ConnectException(e.getMessage());
      }
    }
    throw refused;
  }

  /** Looks the name up on a thread of its own, because nothing can end a look-up. */
  private InetAddress[] addresses(Duration timeout) throws IOException {
    FutureTask<InetAddress[]> task =
        new FutureTask<>(() -> InetAddress.getAllByName(endpoint.host()));
    lookup = task;
    if (closed) {
      throw new ConnectException("closed");
    }
    Thread.ofPlatform().daemon().name("ollama-lookup").start(task);
    try {
      return task.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new ConnectException("the name " + endpoint.host() + " was not found in time");
    } catch (ExecutionException | CancellationException e) {
      throw new UnknownHostException(endpoint.host());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ConnectException("interrupted");
    }
  }

  private void connect(InetSocketAddress address, int timeoutMillis) throws IOException {
    SocketChannel opened = SocketChannel.open();
    channel = opened;
    if (closed) {
      opened.close();
    }
    try {
      opened.setOption(StandardSocketOptions.TCP_NODELAY, true);
      opened.socket().connect(address, timeoutMillis);
      socket = endpoint.isEncrypted() ? encrypted(opened.socket(), timeoutMillis) : opened.socket();
    } catch (IOException e) {
      opened.close();
      throw e;
    }
  }

  private SSLSocket encrypted(Socket plain, int timeoutMillis) throws IOException {
    SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
    SSLSocket secure =
        (SSLSocket) factory.createSocket(plain, endpoint.host(), endpoint.port(), true);
    SSLParameters parameters = secure.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    secure.setSSLParameters(parameters);
    secure.setSoTimeout(timeoutMillis);
    secure.startHandshake();
    return secure;
  }

  /** When reading gives up, as {@link System#nanoTime}. */
  void readUntil(long nanoTime) {
    deadline = nanoTime;
  }

  void send(byte[] bytes) throws IOException {
    open().getOutputStream().write(bytes);
  }

  /** One byte; -1 at the end. */
  int read() throws IOException {
    return start < end || fill() ? buffer[start++] & 0xFF : -1;
  }

  /** Some bytes; -1 at the end. */
  int read(byte[] into, int offset, int length) throws IOException {
    if (start == end && !fill()) {
      return -1;
    }
    int count = Math.min(length, end - start);
    System.arraycopy(buffer, start, into, offset, count);
    start += count;
    return count;
  }

  private boolean fill() throws IOException {
    long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
    if (left < 0) {
      throw new SocketTimeoutException("the time is over");
    }
    Socket from = open();
    from.setSoTimeout(Math.clamp(left + 1, 1, Integer.MAX_VALUE));
    int count = from.getInputStream().read(buffer, 0, buffer.length);
    start = 0;
    end = Math.max(0, count);
    return count > 0;
  }

  private Socket open() throws IOException {
    Socket connected = socket;
    if (connected == null) {
      throw new IOException("not connected");
    }
    return connected;
  }

  /** Whether a further request may be sent: the server has neither closed nor said anything. */
  boolean isIdle() {
    SocketChannel quiet = channel;
    if (quiet == null || start < end) {
      return false;
    }
    try {
      quiet.configureBlocking(false);
      boolean idle = quiet.read(ByteBuffer.allocate(1)) == 0;
      quiet.configureBlocking(true);
      return idle;
    } catch (IOException e) {
      return false;
    }
  }

  /** Ends whatever waits for this connection, too. */
  @Override
  public void close() {
    closed = true;
    FutureTask<InetAddress[]> looking = lookup;
    if (looking != null) {
      looking.cancel(false);
    }
    SocketChannel open = channel;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        // It is gone either way.
      }
    }
  }

  /** The server's certificate is not trusted, or it does not speak TLS. */
  static final class UntrustedException extends IOException {
    private static final long serialVersionUID = 1L;

    UntrustedException(String base, SSLException cause) {
      super("no encrypted connection to " + base + ": " + cause.getMessage(), cause);
    }
  }
}
