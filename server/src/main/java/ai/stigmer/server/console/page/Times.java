package ai.stigmer.server.console.page;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Times and durations as pages write them; times are UTC. */
public final class Times {
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final long MINUTE = 60;
  private static final long HOUR = 3_600;
  private static final double MILLIS = 1_000.0;

  private Times() {}

  /** {@code 2026-11-21 18:04}. */
  public static String day(Instant time) {
    return DAY.format(time);
  }

  /** {@code 18:04:12}. */
  public static String clock(Instant time) {
    return CLOCK.format(time);
  }

  /** {@code 12 ms}, {@code 1.4 s}, {@code 3 min 12 s}, {@code 2 h 05 min}. */
  public static String took(Duration duration) {
    long millis = Math.max(0, duration.toMillis());
    long seconds = millis / (long) MILLIS;
    if (millis < MILLIS) {
      return millis + " ms";
    }
    if (seconds < MINUTE) {
      return String.format(Locale.ROOT, "%.1f s", millis / MILLIS);
    }
    return seconds < HOUR
        ? String.format(Locale.ROOT, "%d min %02d s", seconds / MINUTE, seconds % MINUTE)
        : String.format(Locale.ROOT, "%d h %02d min", seconds / HOUR, seconds % HOUR / MINUTE);
  }
}
