package ai.stigmer.cli.config;

import ai.stigmer.config.ConfigInput;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which configuration file is meant. */
public final class FileOption {
  @Option(names = "--config", paramLabel = "FILE", description = "Use this configuration file.")
  private @Nullable Path file;

  ConfigInput input(Map<String, String> env, String command, InstantSource clock) {
    return added(ConfigInput.of(env, command).clock(clock));
  }

  /** The input with this file. */
  public ConfigInput added(ConfigInput input) {
    return file == null ? input : input.configFile(file);
  }
}
