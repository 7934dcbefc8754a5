package ai.stigmer.graphton;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.SplittableRandom;

/**
 * Names for runs: the day, and eight characters that nobody else will draw: {@code
 * 261121-k3x9d2pa}.
 */
public final class RunIds {
  private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
  private static final int LENGTH = 8;

  private RunIds() {}

  public static String next(Instant now) {
    var random = new SplittableRandom();
    var date = now.atZone(ZoneOffset.UTC);
    var id = new StringBuilder(16);
    appendTwo(id, date.getYear() % 100);
    appendTwo(id, date.getMonthValue());
    appendTwo(id, date.getDayOfMonth());
    id.append('-');
    for (int i = 0; i < LENGTH; i++) {
      id.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return id.toString();
  }

  private static void appendTwo(StringBuilder id, int number) {
    id.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
  }
}
