package ai.stigmer.models.openai;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Pattern;

/** How long a server asks to wait. */
final class RetryAfter {
  private static final Pattern NUMBER = Pattern.compile("\\d{1,10}(\\.\\d{1,9})?");
  private static final double MILLIS = 1000;

  private RetryAfter() {}

  /**
   * Reads the wait in milliseconds, seconds or as an HTTP date. A date in the past means no wait;
   * what is no number and no date means nothing.
   *
   * @param millis the value of {@code retry-after-ms}
   * @param other the value of {@code retry-after}
   */
  static Optional<Duration> of(Optional<String> millis, Optional<String> other, Instant now) {
    return millis
        .flatMap(text -> number(text, 1))
        .or(() -> other.flatMap(text -> number(text, MILLIS)))
        .or(() -> other.flatMap(text -> until(text, now)));
  }

  private static Optional<Duration> number(String text, double factor) {
    String plain = text.strip();
    return NUMBER.matcher(plain).matches()
        ? Optional.of(Duration.ofMillis(Math.round(Double.parseDouble(plain) * factor)))
        : Optional.empty();
  }

  private static Optional<Duration> until(String text, Instant now) {
    try {
      Instant then =
          ZonedDateTime.parse(text.strip(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return Optional.of(then.isBefore(now) ? Duration.ZERO : Duration.between(now, then));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
