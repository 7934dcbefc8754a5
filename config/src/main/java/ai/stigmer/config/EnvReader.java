package ai.stigmer.config;

import java.util.Map;

/** The environment of this process, read in this one place. */
public final class EnvReader {
  private EnvReader() {}

  public static Map<String, String> system() {
    return System.getenv();
  }
}
