package ai.stigmer.models.openai;

import ai.stigmer.graphton.model.LineReader;
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
  static final int MAX_EVENT = LineReader.MAX_LINE;

  private static final byte[] DATA = {'d', 'a', 't', 'a', ':'};
  private static final byte[] MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private final InputStream source;
  private final boolean whole;
  private final ByteArrayOutputStream data = new ByteArrayOutputStream();
  private final LineReader lines;
  private boolean first = true;
  private boolean read;
  private boolean hasData;

  /**
   * A reader.
   *
   * @param whole the body is one event without a frame
   */
  EventReader(InputStream source, boolean whole) {
    this.source = source;
    this.whole = whole;
    lines = new LineReader(source::read);
  }

  /** Whether the stream has ended, so that the last event may be a piece of one. */
  boolean isAtEnd() {
    return read || lines.isAtEnd();
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
    if (read) {
      return null;
    }
    byte[] body = source.readNBytes(MAX_EVENT + 1);
    if (body.length > MAX_EVENT) {
      throw new LineReader.TooLongException("an answer is longer than 16 MiB");
    }
    read = true;
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
      throw new LineReader.TooLongException("an event is longer than 16 MiB");
    }
  }

  private static void requireText(byte[] line) throws CharacterCodingException {
    var _ = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line));
  }

  private static boolean startsWith(byte[] line, byte[] prefix) {
    return line.length >= prefix.length
        && Arrays.equals(line, 0, prefix.length, prefix, 0, prefix.length);
  }

  /** The next line; some servers begin their stream with a byte order mark. */
  private byte @Nullable [] line() throws IOException {
    byte[] line = lines.next();
    boolean marked = first && line != null && startsWith(line, MARK);
    first = false;
    return line != null && marked ? Arrays.copyOfRange(line, MARK.length, line.length) : line;
  }
}
