package ai.stigmer.config;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that a configuration is resolved from.
 *
 * @param env the environment variables
 * @param flags values of the command line or of explicit code
 * @param request what one execution asks for; only model, max_tokens and temperature count
 * @param mode the value of {@code --mode}
 * @param file the value of {@code --config}
 * @param useFile whether a configuration file is read at all
 */
public record ConfigInput(
    Map<String, String> env,
    Map<Setting, String> flags,
    Map<Setting, String> request,
    Optional<String> mode,
    Optional<Path> file,
    FileUse useFile) {

  /** Whether the user's file counts. */
  public enum FileUse {
    READ,
    IGNORE
  }

  public ConfigInput {
    env = Map.copyOf(env);
    flags = Map.copyOf(flags);
    request = Map.copyOf(request);
  }

  /** The environment and the user's file alone. */
  public static ConfigInput of(Map<String, String> env) {
    return new ConfigInput(
        env, Map.of(), Map.of(), Optional.empty(), Optional.empty(), FileUse.READ);
  }

  public ConfigInput withFlags(Map<Setting, String> values) {
    return new ConfigInput(env, values, request, mode, file, useFile);
  }
}
