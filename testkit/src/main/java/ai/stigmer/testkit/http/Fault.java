package ai.stigmer.testkit.http;

import java.time.Duration;

/**
 * Something that goes wrong with an answer on its way. Offsets count bytes of the response body,
 * from 0, without HTTP's chunk framing.
 */
public sealed interface Fault {

  /** The connection is closed after {@code offset} bytes, within the response. */
  record CutAt(int offset) implements Fault {}

  /** The response ends after {@code offset} bytes, complete as far as HTTP can tell. */
  record EndAt(int offset) implements Fault {}

  /** Nothing follows after {@code offset} bytes until the client closes the connection. */
  record StallAt(int offset) implements Fault {}

  /** The byte at {@code offset} arrives as 0xFF, which no UTF-8 text holds. */
  record GarbleAt(int offset) implements Fault {}

  /** The body arrives {@code bytes} at a time, with {@code pause} between. */
  record Trickle(int bytes, Duration pause) implements Fault {
    public Trickle {
      if (bytes < 1) {
        throw new IllegalArgumentException("bytes must be at least 1");
      }
    }
  }

  /** The status line waits for {@code time}. */
  record Delay(Duration time) implements Fault {}
}
