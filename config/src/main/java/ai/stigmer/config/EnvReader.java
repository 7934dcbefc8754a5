package ai.stigmer.config;

import java.util.Map;

/** The one place that reads the process's environment. */
public final class EnvReader {
  private EnvReader() {}

  /** All variables as they are now. */
  public static Map<String, String> system() {
    return Map.copyOf(System.getenv());
  }
}
