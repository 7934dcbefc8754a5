package ai.stigmer.models.anthropic;

import ai.stigmer.graphton.model.LineReader;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads server-sent events whose data is a JSON object. The event's name is not looked at: the data
 * names its type itself.
 *
 * <p>Own code and not the SDK's, whose reader holds a line of any length, binds every event to
 * classes and loses what it does not know.
 *
 * <p>Thread contract: for one thread.
 */
final class EventReader {
  private static final byte[] DATA = "data:".getBytes(StandardCharsets.US_ASCII);

  private final LineReader lines;

  EventReader(InputStream source) {
    lines = new LineReader(source::read);
  }

  /**
   * The next event's data, or null at the end. An event that no empty line ends is none.
   *
   * @throws GarbledException when a line is no UTF-8 or the data no JSON object
   * @throws IOException when reading fails
   */
  @Nullable ObjectNode next() throws IOException {
    byte[] data = null;
    for (byte[] line = lines.next(); line != null; line = lines.next()) {
      if (line.length == 0) {
        if (data != null) {
          return object(data);
        }
      } else if (isData(line)) {
        data = joined(data, line);
      } else {
        checkReadable(line);
      }
    }
    return null;
  }

  private static boolean isData(byte[] line) {
    if (line.length < DATA.length) {
      return false;
    }
    for (int i = 0; i < DATA.length; i++) {
      if (line[i] != DATA[i]) {
        return false;
      }
    }
    return true;
  }

  private static byte[] joined(byte @Nullable [] before, byte[] line) {
    int from =
        line.length > DATA.length && line[DATA.length] == ' ' ? DATA.length + 1 : DATA.length;
    ByteArrayOutputStream all = new ByteArrayOutputStream(line.length);
    if (before != null) {
      all.writeBytes(before);
      all.write('\n');
    }
    all.write(line, from, line.length - from);
    return all.toByteArray();
  }

  private static ObjectNode object(byte[] data) throws IOException {
    try {
      if (Json.MAPPER.readTree(data) instanceof ObjectNode object) {
        return object;
      }
    } catch (JsonProcessingException e) {
      throw new GarbledException("an event is no JSON", e);
    }
    throw new GarbledException("an event is no JSON object", null);
  }

  /** A damaged line may have been one that mattered. */
  private static void checkReadable(byte[] line) throws IOException {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line));
    } catch (CharacterCodingException e) {
      throw new GarbledException("a line is no UTF-8", e);
    }
  }

  /** What arrived is not what was sent. */
  static final class GarbledException extends IOException {
    private static final long serialVersionUID = 1L;

    GarbledException(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }
}
