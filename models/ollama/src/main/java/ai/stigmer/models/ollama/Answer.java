package ai.stigmer.models.ollama;

import java.io.EOFException;
import java.io.IOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one request: an HTTP/1.1 status, headers, and a body that is read as it arrives.
 * The body has a length, comes in chunks, or lasts until the connection ends.
 *
 * <p>Thread contract: for one thread.
 */
final class Answer {
  private static final int MAX_LINE = 16 * 1024;
  private static final int MAX_HEADERS = 200;
  private static final int HEX = 16;

  private final Connection connection;
  private final int status;
  private final boolean reusable;
  private final boolean chunked;
  private final boolean untilClose;
  private final Map<String, String> headers;
  private long left;
  private boolean withinChunks;
  private boolean ended;

  private Answer(Connection connection, String statusLine) throws IOException {
    this.connection = connection;
    status = status(statusLine);
    headers = headers(connection);
    String coding = headers.getOrDefault("transfer-encoding", "").toLowerCase(Locale.ROOT);
    chunked = coding.endsWith("chunked");
    long length = chunked ? 0 : length(headers.get("content-length"));
    boolean empty = status / 100 == 1 || status == 204 || status == 304;
    untilClose = !chunked && !empty && length < 0;
    left = untilClose ? Long.MAX_VALUE : Math.max(0, length);
    ended = empty || (!chunked && left == 0);
    reusable =
        !untilClose
            && statusLine.startsWith("HTTP/1.1")
            && !headers.getOrDefault("connection", "").equalsIgnoreCase("close");
  }

  /** Reads status and headers; what comes before the final answer is skipped. */
  static Answer from(Connection connection) throws IOException {
    Answer answer = new Answer(connection, line(connection));
    while (answer.status / 100 == 1) {
      answer = new Answer(connection, line(connection));
    }
    return answer;
  }

  int status() {
    return status;
  }

  /**
   * A header's value.
   *
   * @param name in small letters
   */
  Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }

  /** Whether all of it was read and the connection can serve a further request. */
  boolean leavesConnectionUsable() {
    return ended && reusable;
  }

  /**
   * Reads from the body; -1 at its end.
   *
   * @throws EOFException when the connection ends before the body does
   */
  int read(byte[] into, int offset, int length) throws IOException {
    if (chunked && left == 0 && !ended) {
      nextChunk();
    }
    if (ended) {
      return -1;
    }
    int count = connection.read(into, offset, (int) Math.min(length, left));
    if (count < 0) {
      ended = untilClose;
      if (!untilClose) {
        throw new EOFException("the answer ended early");
      }
      return count;
    }
    left -= untilClose ? 0 : count;
    ended = !chunked && left == 0;
    return count;
  }

  private void nextChunk() throws IOException {
    if (withinChunks && !line(connection).isEmpty()) {
      throw new IOException("a chunk is longer than it said");
    }
    withinChunks = true;
    String size = line(connection).split(";", 2)[0].strip();
    left = number(size, HEX);
    if (left == 0) {
      headers(connection);
      ended = true;
    }
  }

  private static int status(String line) throws IOException {
    if (!line.matches("HTTP/1\\.[01] [1-5]\\d\\d( .*)?")) {
      throw new IOException("the answer is not HTTP/1.1");
    }
    return Integer.parseInt(line.substring(9, 12));
  }

  private static long length(@Nullable String text) throws IOException {
    return text == null ? -1 : number(text, 10);
  }

  private static long number(String text, int radix) throws IOException {
    try {
      long number = Long.parseLong(text, radix);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw new IOException("the length \"" + text + "\" is no number", e);
    }
    throw new IOException("the length \"" + text + "\" is negative");
  }

  private static Map<String, String> headers(Connection connection) throws IOException {
    Map<String, String> headers = new HashMap<>();
    for (String line = line(connection); !line.isEmpty(); line = line(connection)) {
      int colon = line.indexOf(':');
      if (colon < 1 || headers.size() == MAX_HEADERS) {
        throw new IOException("the answer's headers cannot be read");
      }
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    return headers;
  }

  private static String line(Connection connection) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = connection.read(); b != '\n'; b = connection.read()) {
      if (b < 0) {
        throw new EOFException("the answer ended early");
      }
      if (line.length() == MAX_LINE) {
        throw new IOException("a line of the answer's frame is too long");
      }
      line.append((char) b);
    }
    int length = line.length();
    return line.substring(0, length > 0 && line.charAt(length - 1) == '\r' ? length - 1 : length);
  }
}
