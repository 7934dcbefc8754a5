package ai.stigmer.config;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** How much is told, the most first. */
public enum LogLevel {
  DEBUG,
  INFO,
  WARNING,
  ERROR;

  /** The word in configurations, for example {@code warning}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether something of that level is told at this one. */
  public boolean tells(LogLevel level) {
    return level.compareTo(this) >= 0;
  }

  static Optional<LogLevel> of(String text) {
    return Stream.of(values()).filter(level -> level.id().equals(text)).findFirst();
  }

  /** The same for the words that other programs have for it; empty for what is nobody's. */
  static Optional<LogLevel> ofAnybody(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "trace", "all" -> Optional.of(DEBUG);
      case "warn" -> Optional.of(WARNING);
      case "critical", "fatal", "off" -> Optional.of(ERROR);
      default -> of(text.toLowerCase(Locale.ROOT));
    };
  }
}
