package ai.stigmer.config;

import java.nio.file.Path;
import java.util.Map;

/** Where a user's files are. */
public final class UserHome {
  private UserHome() {}

  /**
   * The folder of configuration and journal: {@code STIGMER_HOME}, else {@code .stigmer} in the
   * user's home.
   *
   * @throws ai.stigmer.graphton.error.ProblemException E136 when there is no home
   */
  public static Path stigmer(Map<String, String> env) {
    String home = env.getOrDefault("STIGMER_HOME", "").strip();
    return home.isEmpty() ? of(env).resolve(".stigmer") : Path.of(home).toAbsolutePath();
  }

  /**
   * {@code HOME}, else what the operating system tells of the user.
   *
   * @throws ai.stigmer.graphton.error.ProblemException E136 when neither names a folder
   */
  private static Path of(Map<String, String> env) {
    String told = env.getOrDefault("HOME", "").strip();
    String home = told.isEmpty() ? System.getProperty("user.home", "") : told;
    // The JDK says "?" of a user without a home.
    if (home.isEmpty() || home.equals("?")) {
      throw Problems.of("E136", "there is no home folder for configuration and journal", "HOME")
          .help("name a folder: STIGMER_HOME=DIR")
          .asException();
    }
    return Path.of(home).toAbsolutePath();
  }
}
