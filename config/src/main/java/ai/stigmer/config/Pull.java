package ai.stigmer.config;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Whether a model that is not installed is pulled. */
public enum Pull {
  /** Somebody at the terminal is asked; without a terminal it is not pulled. */
  ASK,
  /** Never, and nobody is asked. */
  NEVER,
  /** Without a question. */
  WHEN_MISSING;

  /** The word in configurations, for example {@code when-missing}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static Optional<Pull> of(String text) {
    return Stream.of(values()).filter(pull -> pull.id().equals(text)).findFirst();
  }
}
