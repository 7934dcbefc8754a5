package ai.stigmer.config;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the texts of settings. */
final class Values {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,7})(ms|s|m|h)");
  private static final Duration LONGEST = Duration.ofHours(24);

  /** Without the signs, suffixes and foreign digits that Java's own parsers let through. */
  private static final Pattern COUNT = Pattern.compile("[0-9]{1,10}");

  private static final Pattern NUMBER = Pattern.compile("[0-9]*\\.?[0-9]+([eE]-?[0-9]{1,3})?");

  private Values() {}

  /** A whole number from 1 to 2,147,483,647. */
  static Optional<Integer> count(String text) {
    if (!COUNT.matcher(text).matches()) {
      return Optional.empty();
    }
    try {
      int number = Integer.parseInt(text);
      return number >= 1 ? Optional.of(number) : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** A number from 0.0 to 2.0. */
  static Optional<Double> temperature(String text) {
    if (!NUMBER.matcher(text).matches()) {
      return Optional.empty();
    }
    double number = Double.parseDouble(text);
    return number <= 2 ? Optional.of(number) : Optional.empty();
  }

  /** A positive duration of at most 24 hours: a whole number and ms, s, m or h. */
  static Optional<Duration> duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches() || Long.parseLong(matcher.group(1)) == 0) {
      return Optional.empty();
    }
    long amount = Long.parseLong(matcher.group(1));
    Duration duration =
        switch (matcher.group(2)) {
          case "ms" -> Duration.ofMillis(amount);
          case "s" -> Duration.ofSeconds(amount);
          case "m" -> Duration.ofMinutes(amount);
          default -> Duration.ofHours(amount);
        };
    return duration.compareTo(LONGEST) <= 0 ? Optional.of(duration) : Optional.empty();
  }
}
