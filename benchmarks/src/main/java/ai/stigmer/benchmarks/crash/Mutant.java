package ai.stigmer.benchmarks.crash;

import static java.util.Objects.requireNonNull;

import java.util.regex.Pattern;

/**
 * A defect that is planted into the real sources.
 *
 * @param name what is wrong then, in words
 * @param suite what has to turn red
 * @param file the source, from the root of the checkout
 * @param original text that stands in the source exactly once, white space aside
 * @param defect what takes its place
 */
record Mutant(String name, Suite suite, String file, String original, String defect) {
  /** One that the simulation has to find. */
  Mutant(String name, String file, String original, String defect) {
    this(name, Suite.STORIES, file, original, defect);
  }

  Mutant {
    requireNonNull(name, "name is null");
    requireNonNull(suite, "suite is null");
    requireNonNull(file, "file is null");
    requireNonNull(original, "original is null");
    requireNonNull(defect, "defect is null");
  }

  /**
   * The source with the defect.
   *
   * @throws IllegalStateException when the text is not there exactly once: the source has changed,
   *     and the mutant must follow
   */
  String plantedIn(String source) {
    String[] words = original.strip().split("\\s+", -1);
    var pattern = new StringBuilder();
    for (String word : words) {
      pattern.append(pattern.isEmpty() ? "" : "\\s+").append(Pattern.quote(word));
    }
    var matcher = Pattern.compile(pattern.toString()).matcher(source);
    if (!matcher.find()) {
      throw new IllegalStateException(
          "mutant \"" + name + "\": its text is not in " + file + " any more");
    }
    int start = matcher.start();
    int end = matcher.end();
    if (matcher.find()) {
      throw new IllegalStateException(
          "mutant \"" + name + "\": its text is in " + file + " more than once");
    }
    return source.substring(0, start) + defect + source.substring(end);
  }
}
