package ai.stigmer.config;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the texts of settings. */
final class Values {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,7})(ms|s|m|h)");

  private Values() {}

  /** A whole number from 1 to 2,147,483,647. */
  static Optional<Integer> count(String text) {
    try {
      int number = Integer.parseInt(text);
      return number >= 1 ? Optional.of(number) : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** A number from 0.0 to 2.0. */
  static Optional<Double> temperature(String text) {
    try {
      double number = Double.parseDouble(text);
      return number >= 0 && number <= 2 ? Optional.of(number) : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** A positive duration: a whole number and ms, s, m or h. */
  static Optional<Duration> duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches() || Long.parseLong(matcher.group(1)) == 0) {
      return Optional.empty();
    }
    long amount = Long.parseLong(matcher.group(1));
    return Optional.of(
        switch (matcher.group(2)) {
          case "ms" -> Duration.ofMillis(amount);
          case "s" -> Duration.ofSeconds(amount);
          case "m" -> Duration.ofMinutes(amount);
          default -> Duration.ofHours(amount);
        });
  }
}
