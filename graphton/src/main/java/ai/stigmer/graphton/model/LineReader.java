package ai.stigmer.graphton.model;

import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a provider's stream of bytes into lines, and holds no more of it than an answer can need.
 * Bytes, not characters: a character may arrive in pieces.
 *
 * <p>Thread contract: for one thread.
 */
public final class LineReader {
  /** The longest line, in bytes. */
  public static final int MAX_LINE = 16 * 1024 * 1024;

  /** The longest stream, in bytes. */
  public static final long MAX_STREAM = 256L * 1024 * 1024;

  private static final int FIRST_SIZE = 8192;

  /** Where the bytes come from. */
  @FunctionalInterface
  public interface Source {

    /**
     * Reads some bytes, at least one.
     *
     * @return how many; -1 at the end
     * @throws IOException when reading fails
     */
    int read(byte[] into, int offset, int length) throws IOException;
  }

  private final Source source;
  private byte[] buffer = new byte[FIRST_SIZE];
  private int start;
  private int end;
  private int scanned;
  private long total;
  private boolean ended;

  public LineReader(Source source) {
    this.source = source;
  }

  /**
   * The next line without its line end (LF or CR LF), or null at the end. What stands behind the
   * last line feed is a line too, unless it is empty.
   *
   * @throws TooLongException when the line is longer than {@link #MAX_LINE} or the stream than
   *     {@link #MAX_STREAM}
   * @throws IOException when reading fails
   */
  public byte @Nullable [] next() throws IOException {
    while (true) {
      for (; scanned < end; scanned++) {
        if (buffer[scanned] == '\n') {
          return take(scanned, scanned + 1);
        }
      }
      if (ended) {
        return start == end ? null : take(end, end);
      }
      fill();
    }
  }

  /** Whether the stream has ended, so that the last line may be a piece of one. */
  public boolean isAtEnd() {
    return ended;
  }

  private byte[] take(int upTo, int next) {
    int to = upTo > start && buffer[upTo - 1] == '\r' ? upTo - 1 : upTo;
    byte[] line = Arrays.copyOfRange(buffer, start, to);
    start = next;
    scanned = next;
    return line;
  }

  private void fill() throws IOException {
    if (start > 0) {
      System.arraycopy(buffer, start, buffer, 0, end - start);
      end -= start;
      scanned -= start;
      start = 0;
    }
    if (end == buffer.length) {
      if (end >= MAX_LINE) {
        throw new TooLongException("a line is longer than 16 MiB");
      }
      buffer = Arrays.copyOf(buffer, Math.min(MAX_LINE, buffer.length * 2));
    }
    int count = source.read(buffer, end, buffer.length - end);
    if (count < 0) {
      ended = true;
      return;
    }
    end += count;
    total += count;
    if (total > MAX_STREAM) {
      throw new TooLongException("the answer is longer than 256 MiB");
    }
  }

  /** More arrived than any answer holds. */
  public static final class TooLongException extends IOException {
    private static final long serialVersionUID = 1L;

    public TooLongException(String message) {
      super(message);
    }
  }
}
