package ai.stigmer.models.openai;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a stream of bytes into server-sent events. Comments and unknown fields are skipped, but only
 * where they are text: in a damaged line an event may be hidden.
 *
 * <p>The SDK's own reader is not used, because it takes a line of any length into memory and passes
 * over damaged events. Thread contract: for one thread.
 */
final class EventReader {
  /** The longest event, in bytes. */
  static final int MAX_EVENT = 16 * 1024 * 1024;

  /** The longest stream, in bytes. */
  static final long MAX_STREAM = 256L * 1024 * 1024;

  private static final int FIRST_SIZE = 8192;
  private static final byte[] DATA = {'d', 'a', 't', 'a', ':'};
  private static final byte[] MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private final InputStream source;
  private final boolean whole;
  private final ByteArrayOutputStream data = new ByteArrayOutputStream();
  private byte[] buffer = new byte[FIRST_SIZE];
  private int start;
  private int end;
  private int scanned;
  private long total;
  private boolean ended;
  private boolean hasData;

  /**
   * A reader.
   *
   * @param whole the body is one event without a frame
   */
  EventReader(InputStream source, boolean whole) {
    this.source = source;
    this.whole = whole;
  }

  /** Whether the stream has ended, so that the last event may be a piece of one. */
  boolean isAtEnd() {
    return ended;
  }

  /**
   * The data of the next event, or null at the end. What stands behind the last empty line is an
   * event too.
   *
   * @throws IOException when reading fails, a line is damaged, or an event or the stream is too
   *     long
   */
  byte @Nullable [] next() throws IOException {
    if (whole) {
      return wholeBody();
    }
    for (byte[] line = line(); line != null; line = line()) {
      if (line.length > 0) {
        take(line);
      } else if (hasData) {
        return event();
      }
    }
    return hasData ? event() : null;
  }

  private byte @Nullable [] wholeBody() throws IOException {
    if (ended) {
      return null;
    }
    byte[] body = source.readNBytes(MAX_EVENT + 1);
    if (body.length > MAX_EVENT) {
      throw new TooLongException("an answer is longer than 16 MiB");
    }
    ended = true;
    return body;
  }

  private byte[] event() {
    byte[] event = data.toByteArray();
    data.reset();
    hasData = false;
    return event;
  }

  private void take(byte[] line) throws IOException {
    if (!startsWith(line, DATA)) {
      requireText(line);
      return;
    }
    int from =
        line.length > DATA.length && line[DATA.length] == ' ' ? DATA.length + 1 : DATA.length;
    if (hasData) {
      data.write('\n');
    }
    hasData = true;
    data.write(line, from, line.length - from);
    if (data.size() > MAX_EVENT) {
      throw new TooLongException("an event is longer than 16 MiB");
    }
  }

  private static void requireText(byte[] line) throws CharacterCodingException {
    var _ = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line));
  }

  private static boolean startsWith(byte[] line, byte[] prefix) {
    return line.length >= prefix.length
        && Arrays.equals(line, 0, prefix.length, prefix, 0, prefix.length);
  }

  private byte @Nullable [] line() throws IOException {
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
      if (end >= MAX_EVENT) {
        throw new TooLongException("a line is longer than 16 MiB");
      }
      buffer = Arrays.copyOf(buffer, Math.min(MAX_EVENT, buffer.length * 2));
    }
    int count = source.read(buffer, end, buffer.length - end);
    if (count < 0) {
      ended = true;
      return;
    }
    boolean first = total == 0;
    end += count;
    total += count;
    if (first && startsWith(buffer, MARK)) {
      start = MARK.length;
      scanned = start;
    }
    if (total > MAX_STREAM) {
      throw new TooLongException("the answer is longer than 256 MiB");
    }
  }

  /** More than anybody should have to keep in memory. */
  static final class TooLongException extends IOException {
    private static final long serialVersionUID = 1L;

    TooLongException(String message) {
      super(message);
    }
  }
}
