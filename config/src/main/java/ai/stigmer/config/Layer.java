package ai.stigmer.config;

import java.util.Locale;

/** Where a value can come from, highest first. */
public enum Layer {
  /** What one execution asks for. */
  REQUEST,
  /** The command line, or explicit code. */
  FLAG,
  /** An environment variable. */
  ENV,
  /** The user's configuration file. */
  FILE,
  /** The table of settings. */
  DEFAULT;

  /** The name as output shows it. */
  public String shown() {
    return name().toLowerCase(Locale.ROOT);
  }
}
