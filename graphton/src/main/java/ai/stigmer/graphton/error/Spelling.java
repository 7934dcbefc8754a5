package ai.stigmer.graphton.error;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds the known word that somebody most likely meant. */
public final class Spelling {
  private Spelling() {}

  /**
   * The known word with the fewest edits to {@code text}: at most one for a text of up to three
   * letters, otherwise two or a third of the known word's length.
   */
  public static Optional<String> nearest(String text, Collection<String> known) {
    String wanted = text.toLowerCase(Locale.ROOT);
    String best = null;
    int least = Integer.MAX_VALUE;
    for (String candidate : known) {
      int most = wanted.length() <= 3 ? 1 : Math.max(2, candidate.length() / 3);
      int distance = distance(wanted, candidate.toLowerCase(Locale.ROOT));
      if (distance <= most && distance < least) {
        best = candidate;
        least = distance;
      }
    }
    return Optional.ofNullable(best);
  }

  /** The same as words: {@code did you mean "…"? }, or nothing. */
  public static String hint(String text, Collection<String> known) {
    return nearest(text, known).map(word -> "did you mean \"" + word + "\"? ").orElse("");
  }

  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int above = row[j];
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        row[j] = Math.min(Math.min(row[j], row[j - 1]) + 1, diagonal + change);
        diagonal = above;
      }
    }
    return row[b.length()];
  }
}
