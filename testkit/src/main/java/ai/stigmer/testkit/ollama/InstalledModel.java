package ai.stigmer.testkit.ollama;

import java.util.List;

/**
 * A model that the fake server has installed.
 *
 * @param name the name with its tag, for example {@code qwen3.5:latest}
 * @param contextLength the trained context in tokens; 0 means {@code /api/show} does not tell
 * @param capabilities for example {@code completion}, {@code tools}, {@code thinking}
 */
public record InstalledModel(String name, int contextLength, List<String> capabilities) {
  public InstalledModel {
    capabilities = List.copyOf(capabilities);
  }

  /** A model that can call tools. */
  public static InstalledModel withTools(String name, int contextLength) {
    return new InstalledModel(name, contextLength, List.of("completion", "tools"));
  }

  /** A model that can only talk. */
  public static InstalledModel withoutTools(String name, int contextLength) {
    return new InstalledModel(name, contextLength, List.of("completion"));
  }

  boolean isNamed(String asked) {
    return name.equals(asked) || name.equals(asked + ":latest");
  }
}
