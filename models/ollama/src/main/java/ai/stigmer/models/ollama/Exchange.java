package ai.stigmer.models.ollama;

import ai.stigmer.graphton.cancel.CancelToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One request and the reading of its answer, within limits of time. The caller does both on its own
 * thread; the cancel token ends the exchange by closing the connection under it. So does closing
 * before the answer's end.
 */
final class Exchange implements AutoCloseable {
  private static final Duration AFTER_THE_END = Duration.ofSeconds(1);

  /** A request of this size fits into the socket's buffer: sending it cannot block for long. */
  private static final int SURELY_BUFFERED = 32 * 1024;

  /** Why we ended the exchange ourselves. */
  enum Stop {
    CANCELLED,
    /** No first byte in time. */
    NO_ANSWER,
    /** A silence within the answer. */
    SILENCE
  }

  /**
   * How long is waited.
   *
   * @param connect for a connection
   * @param firstByte from the beginning to the first byte of the answer's body
   * @param idle for each further piece of the body
   */
  record Patience(Duration connect, Duration firstByte, Duration idle) {}

  private final Connections connections;
  private final Request request;
  private final Patience patience;
  private final long firstByteUntil;
  private final CancelToken.Registration registration;
  private final Object lock = new Object();
  private volatile @Nullable Stop stop;
  private @Nullable Connection connection;
  private @Nullable Answer answer;
  private boolean answering;
  private boolean over;

  Exchange(Connections connections, Request request, Patience patience, CancelToken cancel) {
    this.connections = connections;
    this.request = request;
    this.patience = patience;
    firstByteUntil = System.nanoTime() + patience.firstByte().toNanos();
    registration = cancel.onCancel(() -> end(Stop.CANCELLED));
  }

  /** Sends the request and waits for the status line and the headers. */
  Answer answer() throws IOException {
    Connection mine = taken();
    try {
      if (!mine.isConnected()) {
        mine.connect(patience.connect());
      }
      send(mine);
      mine.readUntil(firstByteUntil);
      Answer begun = Answer.from(mine);
      answer = begun;
      return begun;
    } catch (SocketTimeoutException e) {
      end(Stop.NO_ANSWER);
      throw e;
    }
  }

  private Connection taken() throws IOException {
    Connection mine = connections.take(request.endpoint());
    synchronized (lock) {
      connection = mine;
      if (stop == null) {
        return mine;
      }
    }
    mine.close();
    throw new IOException("ended by us");
  }

  private void send(Connection to) throws IOException {
    byte[] bytes = request.bytes();
    if (bytes.length <= SURELY_BUFFERED) {
      to.send(bytes);
      return;
    }
    Thread watchdog = Thread.ofVirtual().name("ollama-watchdog").start(this::watch);
    try {
      to.send(bytes);
    } finally {
      watchdog.interrupt();
    }
  }

  private void watch() {
    try {
      Thread.sleep(Duration.ofNanos(firstByteUntil - System.nanoTime()));
      end(Stop.NO_ANSWER);
    } catch (InterruptedException e) {
      // The request is sent.
    }
  }

  /** Reads from the answer's body; -1 at its end. */
  int read(byte[] into, int offset, int length) throws IOException {
    if (connection != null && answering) {
      connection.readUntil(System.nanoTime() + patience.idle().toNanos());
    }
    return readOn(into, offset, length);
  }

  private int readOn(byte[] into, int offset, int length) throws IOException {
    Answer from = answer;
    if (from == null) {
      throw new IOException("no answer yet");
    }
    try {
      int count = from.read(into, offset, length);
      answering = true;
      if (Thread.currentThread().isInterrupted()) {
        end(Stop.CANCELLED);
      }
      if (stop != null) {
        throw new IOException("ended by us");
      }
      return count;
    } catch (SocketTimeoutException e) {
      end(answering ? Stop.SILENCE : Stop.NO_ANSWER);
      throw e;
    }
  }

  /**
   * Reads all of the body that there is.
   *
   * @param most the most bytes; what follows is left unread
   */
  byte[] readUpTo(int most) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    byte[] piece = new byte[8192];
    int count = 0;
    while (count >= 0 && body.size() < most) {
      body.write(piece, 0, count);
      count = read(piece, 0, Math.min(piece.length, most - body.size()));
    }
    return body.toByteArray();
  }

  /** Reads what follows a finished answer, so that the connection can be used again. */
  void drain() {
    if (connection != null) {
      connection.readUntil(System.nanoTime() + AFTER_THE_END.toNanos());
    }
    byte[] rest = new byte[1024];
    try {
      long left = 64 * 1024;
      for (int count = 0; count >= 0 && left > 0; left -= count) {
        count = readOn(rest, 0, rest.length);
      }
    } catch (IOException e) {
      // The answer is complete; only the connection is lost.
    }
  }

  /** Why we ended the exchange, or null when we did not. */
  @Nullable Stop stopped() {
    return Thread.currentThread().isInterrupted() ? Stop.CANCELLED : stop;
  }

  @Override
  public void close() {
    registration.close();
    Connection mine;
    boolean reusable;
    synchronized (lock) {
      over = true;
      mine = connection;
      reusable = stop == null && answer != null && answer.leavesConnectionUsable();
    }
    if (mine != null && reusable) {
      connections.giveBack(mine);
    } else if (mine != null) {
      mine.close();
    }
  }

  private void end(Stop why) {
    Connection mine;
    synchronized (lock) {
      if (over || stop != null) {
        return;
      }
      stop = why;
      mine = connection;
    }
    if (mine != null) {
      mine.close();
    }
  }
}
