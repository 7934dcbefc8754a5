package ai.stigmer.graphton.sandbox;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The few variables that a command gets. It starts from nothing, so that no key slips in. */
public final class CommandEnvironment {
  private static final List<String> ALLOWED = List.of("PATH", "LANG", "LC_ALL");

  private CommandEnvironment() {}

  /**
   * Search path and language of {@code env}; the workspace is the home.
   *
   * @param env the environment of this process
   */
  public static Map<String, String> of(Map<String, String> env, Path workspace) {
    var clean = new HashMap<String, String>();
    clean.put("PATH", "/usr/local/bin:/usr/bin:/bin");
    for (String name : ALLOWED) {
      String value = env.get(name);
      if (value != null) {
        clean.put(name, value);
      }
    }
    clean.put("HOME", workspace.toString());
    clean.put("TERM", "dumb");
    return Map.copyOf(clean);
  }
}
