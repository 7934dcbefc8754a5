package ai.stigmer.benchmarks;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.util.Arrays;

/**
 * The floor of a streamed turn: sends given bytes over a socket and cuts what comes back into
 * lines, the frames of the chunks among them. It copies and understands nothing, and waits for
 * ever.
 */
final class BareStream implements AutoCloseable {
  private static final byte[] LAST_CHUNK = {'0', '\r'};

  private final Socket socket;
  private final byte[] request;
  private final byte[] beginOfDelta;
  private final byte[] buffer = new byte[16 * 1024];
  private int start;
  private int end;

  /**
   * A connection.
   *
   * @param request what is sent for each turn, with its head
   * @param beginOfDelta how a line begins that is to be told of
   */
  BareStream(URI server, byte[] request, byte[] beginOfDelta) throws IOException {
    socket = new Socket(InetAddress.getByName(server.getHost()), server.getPort());
    socket.setTcpNoDelay(true);
    this.request = request.clone();
    this.beginOfDelta = beginOfDelta.clone();
  }

  /** Asks for a turn and reads it to its end; each delta is told of as soon as its line is cut. */
  void turn(Runnable delta) throws IOException {
    socket.getOutputStream().write(request);
    InputStream in = socket.getInputStream();
    boolean last = false;
    while (true) {
      int feed = lineFeed(in);
      if (startsWith(beginOfDelta, feed)) {
        delta.run();
      }
      boolean ended = last && feed - start == 1;
      last = feed - start == LAST_CHUNK.length && startsWith(LAST_CHUNK, feed);
      start = feed + 1;
      if (ended) {
        return;
      }
    }
  }

  private boolean startsWith(byte[] begin, int feed) {
    return feed - start >= begin.length
        && Arrays.equals(buffer, start, start + begin.length, begin, 0, begin.length);
  }

  /** Where the line ends that begins at {@code start}. */
  private int lineFeed(InputStream in) throws IOException {
    int at = start;
    while (true) {
      for (; at < end; at++) {
        if (buffer[at] == '\n') {
          return at;
        }
      }
      System.arraycopy(buffer, start, buffer, 0, end - start);
      at -= start;
      end -= start;
      start = 0;
      // Of a line that is longer than the buffer only the end counts.
      end = end == buffer.length ? 0 : end;
      at = end;
      int count = in.read(buffer, end, buffer.length - end);
      if (count < 0) {
        throw new EOFException("the server has gone");
      }
      end += count;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
