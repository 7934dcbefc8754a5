package ai.stigmer.server.resource;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Ids of resources: a prefix, and 26 characters that grow with time, so that the later one of two
 * sorts behind the earlier one.
 *
 * <p>Thread contract: thread-safe.
 */
final class Ids {
  private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
  private static final int TIME_CHARACTERS = 13;
  private static final int RANDOM_CHARACTERS = 13;
  private static final int BITS = 5;
  private static final int SHIFT = 12;

  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();
  private final AtomicLong last = new AtomicLong();

  Ids(InstantSource clock) {
    this.clock = clock;
  }

  /** For example {@code aex_05k3…}. */
  String next(String prefix) {
    // Milliseconds and a count within them; the clock may stand still or go back.
    long now = clock.millis() << SHIFT;
    long moment = last.updateAndGet(before -> Math.max(now, before + 1));
    var id = new StringBuilder(prefix).append('_');
    append(id, moment, TIME_CHARACTERS);
    append(id, random.nextLong(), RANDOM_CHARACTERS);
    return id.toString();
  }

  /** Whether it is one of that prefix, as they are made here. */
  static boolean isOf(String prefix, String id) {
    return id.matches(
        prefix + "_[" + ALPHABET + "]{" + (TIME_CHARACTERS + RANDOM_CHARACTERS) + "}");
  }

  private static void append(StringBuilder id, long bits, int characters) {
    for (int i = characters - 1; i >= 0; i--) {
      id.append(ALPHABET.charAt((int) (bits >>> (BITS * i)) & (ALPHABET.length() - 1)));
    }
  }
}
