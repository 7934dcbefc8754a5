package ai.stigmer.cli.config;

import ai.stigmer.config.ConfigInput;
import ai.stigmer.config.Setting;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags of the configuration cascade. */
public final class LlmOptions {
  @Option(
      names = "--mode",
      paramLabel = "MODE",
      description = "local or cloud: which provider is the default.")
  private @Nullable String mode;

  @Option(
      names = "--provider",
      paramLabel = "ID",
      description = "ollama, anthropic, openai or scripted.")
  private @Nullable String provider;

  @Option(
      names = {"-m", "--model"},
      paramLabel = "NAME",
      description = "A model, also as PROVIDER/NAME; for scripted the scenario file.")
  private @Nullable String model;

  @Option(names = "--base-url", paramLabel = "URL", description = "The endpoint.")
  private @Nullable String baseUrl;

  @Option(
      names = "--api-key-file",
      paramLabel = "FILE",
      description = "A file with the key; a key itself is never an option.")
  private @Nullable String keyFile;

  @Option(names = "--max-tokens", paramLabel = "N", description = "Most tokens of one answer.")
  private @Nullable String maxTokens;

  @Option(names = "--temperature", paramLabel = "T", description = "0.0 to 2.0.")
  private @Nullable String temperature;

  @Option(names = "--context-length", paramLabel = "N", description = "Context window in tokens.")
  private @Nullable String contextLength;

  @Option(names = "--config", paramLabel = "FILE", description = "Read this configuration file.")
  private @Nullable Path file;

  @Option(names = "--no-config", description = "Read no configuration file.")
  private boolean noConfig;

  /** What is to be resolved, with these flags. */
  public ConfigInput input(Map<String, String> env) {
    Map<Setting, String> flags = new EnumMap<>(Setting.class);
    put(flags, Setting.PROVIDER, provider);
    put(flags, Setting.MODEL, model);
    put(flags, Setting.BASE_URL, baseUrl);
    put(flags, Setting.API_KEY, keyFile);
    put(flags, Setting.MAX_TOKENS, maxTokens);
    put(flags, Setting.TEMPERATURE, temperature);
    put(flags, Setting.CONTEXT_LENGTH, contextLength);
    return new ConfigInput(
        env,
        flags,
        Map.of(),
        Optional.ofNullable(mode),
        Optional.ofNullable(file),
        noConfig ? ConfigInput.FileUse.IGNORE : ConfigInput.FileUse.READ);
  }

  private static void put(Map<Setting, String> flags, Setting setting, @Nullable String value) {
    if (value != null) {
      flags.put(setting, value);
    }
  }
}
