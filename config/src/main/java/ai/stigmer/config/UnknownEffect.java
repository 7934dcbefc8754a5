package ai.stigmer.config;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What is done about a call whose outcome was lost with its process. */
public enum UnknownEffect {
  /** Somebody is asked what became of it. */
  ASK,
  /** The model is told that it is not known. */
  TELL_MODEL,
  /** The run ends until somebody has chosen one of the others. */
  FAIL;

  /** The word in configurations, for example {@code tell-model}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static Optional<UnknownEffect> of(String text) {
    return Stream.of(values()).filter(choice -> choice.id().equals(text)).findFirst();
  }
}
