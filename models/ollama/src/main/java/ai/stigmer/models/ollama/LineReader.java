package ai.stigmer.models.ollama;

import java.io.IOException;
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
  static final long MAX_STREAM = 64L * 1024 * 1024;

  /** Where the bytes come from; -1 is the end. */
  interface Source {
    int read(byte[] into, int offset, int length) throws IOException;
  }

  private final Source source;
  private byte[] buffer = new byte[8192];
  private int start;
  private int end;
  private int scanned;
  private long total;
  private boolean ended;

  LineReader(Source source) {
    this.source = source;
  }

  /**
   * The next line without its line feed, or null at the end. What stands behind the last line feed
   * is a line too.
   *
   * @throws IOException when reading fails, or the line or the stream is too long
   */
  byte @Nullable [] next() throws IOException {
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

  private byte[] take(int upTo, int next) {
    byte[] line = Arrays.copyOfRange(buffer, start, upTo);
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
        throw new IOException("a line is longer than 16 MiB");
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
      throw new IOException("the answer is longer than 64 MiB");
    }
  }
}
