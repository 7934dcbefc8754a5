package ai.stigmer.config;

import java.util.Collection;
import java.util.Optional;

/** Finds the known word that somebody most likely meant: at most two edits away. */
final class Nearest {
  private Nearest() {}

  static Optional<String> of(String text, Collection<String> known) {
    return known.stream()
        .filter(word -> distance(text, word) <= 2)
        .min((a, b) -> Integer.compare(distance(text, a), distance(text, b)));
  }

  private static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replace = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replace, Math.min(previous[j], row[j - 1]) + 1);
      }
      previous = row;
    }
    return previous[b.length()];
  }
}
