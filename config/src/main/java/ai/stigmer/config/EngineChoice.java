package ai.stigmer.config;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Who drives runs. */
public enum EngineChoice {
  /** This process. */
  EMBEDDED,
  /** The workers of a Temporal namespace. */
  TEMPORAL;

  /** The word in configurations, for example {@code temporal}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The engine of that word; empty when there is none. */
  public static Optional<EngineChoice> of(String text) {
    return Stream.of(values()).filter(choice -> choice.id().equals(text)).findFirst();
  }
}
