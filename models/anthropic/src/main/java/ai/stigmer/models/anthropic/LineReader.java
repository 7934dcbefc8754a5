package ai.stigmer.models.anthropic;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a stream of bytes into lines. Bytes, not characters: a character may arrive in pieces.
 *
 * <p>Thread contract: for one thread.
 */
final class LineReader {
  /** The longest line, in bytes. */
  static final int MAX_LINE = 16 * 1024 * 1024;

  /** The longest stream, in bytes. */
  static final long MAX_STREAM = 256L * 1024 * 1024;

  private final InputStream source;
  private byte[] buffer = new byte[8192];
  private int start;
  private int end;
  private int scanned;
  private long total;

  LineReader(InputStream source) {
    this.source = source;
  }

  /**
   * The next line without its line end, or null at the end. What stands behind the last line feed
   * is no line.
   *
   * @throws IOException when reading fails, or the line or the stream is too long
   */
  byte @Nullable [] next() throws IOException {
    while (true) {
      for (; scanned < end; scanned++) {
        if (buffer[scanned] == '\n') {
          return take();
        }
      }
      if (!fill()) {
        return null;
      }
    }
  }

  private byte[] take() {
    int upTo = scanned > start && buffer[scanned - 1] == '\r' ? scanned - 1 : scanned;
    byte[] line = Arrays.copyOfRange(buffer, start, upTo);
    scanned++;
    start = scanned;
    return line;
  }

  private boolean fill() throws IOException {
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
      return false;
    }
    end += count;
    total += count;
    if (total > MAX_STREAM) {
      throw new TooLongException("the answer is longer than 256 MiB");
    }
    return true;
  }

  /** More arrived than any answer holds. */
  static final class TooLongException extends IOException {
    private static final long serialVersionUID = 1L;

    TooLongException(String message) {
      super(message);
    }
  }
}
