package ai.stigmer.config;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Where commands run. */
public enum ExecutionMode {
  /** In a sandbox where one works; else as the user. */
  AUTO,
  /** In a sandbox; without one nothing starts. */
  SANDBOX,
  /** As the user, without a sandbox. */
  LOCAL;

  /** The word in configurations, for example {@code auto}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The mode of that word; empty when there is none. */
  public static Optional<ExecutionMode> of(String text) {
    return Stream.of(values()).filter(mode -> mode.id().equals(text)).findFirst();
  }
}
