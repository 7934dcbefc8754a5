package ai.stigmer.config;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What becomes of a call that needs an approval when nobody can be asked. */
public enum WhenAbsent {
  /** It is denied; the model is told, and the run goes on. */
  DENY,
  /** The command ends; the run goes on once somebody has decided. */
  WAIT;

  /** The word in configurations. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<WhenAbsent> of(String text) {
    return Stream.of(values()).filter(choice -> choice.id().equals(text)).findFirst();
  }
}
