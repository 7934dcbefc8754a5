package ai.stigmer.config;

import java.util.Locale;
import java.util.Optional;

/** Where an agent runs. It only picks the default provider. */
public enum Mode {
  /** On this machine: ollama. */
  LOCAL("ollama"),
  /** With a vendor's model: anthropic. */
  CLOUD("anthropic");

  private final String defaultProvider;

  Mode(String defaultProvider) {
    this.defaultProvider = defaultProvider;
  }

  public String defaultProvider() {
    return defaultProvider;
  }

  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<Mode> of(String text) {
    return switch (text) {
      case "local" -> Optional.of(LOCAL);
      case "cloud" -> Optional.of(CLOUD);
      default -> Optional.empty();
    };
  }
}
