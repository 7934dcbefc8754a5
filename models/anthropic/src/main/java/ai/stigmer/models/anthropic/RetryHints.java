package ai.stigmer.models.anthropic;

import com.anthropic.core.http.Headers;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

/**
 * What a refusal says about another try.
 *
 * @param after how long the server asks to wait, at least zero and at most {@link #MOST}
 * @param retry whether it says that another try makes sense; empty when it does not say
 */
record RetryHints(Optional<Duration> after, Optional<Boolean> retry) {
  /** A longer wait is cut to this. */
  static final Duration MOST = Duration.ofDays(1);

  static final RetryHints NONE = new RetryHints(Optional.empty(), Optional.empty());

  static RetryHints of(Headers headers, Clock clock) {
    Optional<Duration> after =
        first(headers, "retry-after-ms")
            .flatMap(text -> number(text, 1))
            .or(
                () ->
                    first(headers, "retry-after")
                        .flatMap(text -> number(text, 1000).or(() -> until(text, clock))));
    return new RetryHints(after, first(headers, "x-should-retry").flatMap(RetryHints::yesOrNo));
  }

  private static Optional<String> first(Headers headers, String name) {
    return headers.values(name).stream().findFirst().map(String::strip);
  }

  private static Optional<Duration> number(String text, int millis) {
    if (!text.matches("\\d{1,18}(\\.\\d{1,9})?")) {
      return Optional.empty();
    }
    double wanted = Double.parseDouble(text) * millis;
    return Optional.of(Duration.ofMillis((long) Math.min(wanted, (double) MOST.toMillis())));
  }

  private static Optional<Duration> until(String text, Clock clock) {
    try {
      ZonedDateTime at =
          ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME.withLocale(Locale.ROOT));
      Duration wait = Duration.between(clock.instant(), at.toInstant());
      if (wait.isNegative()) {
        return Optional.of(Duration.ZERO);
      }
      return Optional.of(wait.compareTo(MOST) > 0 ? MOST : wait);
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static Optional<Boolean> yesOrNo(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true" -> Optional.of(true);
      case "false" -> Optional.of(false);
      default -> Optional.empty();
    };
  }
}
