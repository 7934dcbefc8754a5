package ai.stigmer.config;

import java.util.Locale;

/** Where a value can come from, highest first. */
public enum Layer {
  REQUEST,
  FLAG,
  ENV,
  FILE,
  DEFAULT;

  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
