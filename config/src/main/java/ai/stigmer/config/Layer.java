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

  /** The next lower layer; the lowest one's is itself. */
  Layer below() {
    return switch (this) {
      case REQUEST -> FLAG;
      case FLAG -> ENV;
      case ENV -> FILE;
      case FILE, DEFAULT -> DEFAULT;
    };
  }
}
