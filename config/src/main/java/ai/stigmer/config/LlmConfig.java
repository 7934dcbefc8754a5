package ai.stigmer.config;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.graphton.model.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * Which model is used, where, with which key and limits.
 *
 * @param provider ollama, anthropic, openai or scripted
 * @param modelName the full id, as it goes on the wire
 * @param baseUrl empty means the vendor's own endpoint
 * @param apiKey the key for this provider
 * @param maxTokens the most tokens of one answer; empty means that it is not sent
 * @param temperature 0.0 to 2.0; empty means that it is not sent
 * @param contextLength in tokens; empty means automatic
 */
public record LlmConfig(
    String provider,
    String modelName,
    Optional<String> baseUrl,
    Optional<Secret> apiKey,
    OptionalInt maxTokens,
    OptionalDouble temperature,
    OptionalInt contextLength,
    Duration connectTimeout,
    Duration firstTokenTimeout,
    Duration idleTimeout) {

  public LlmConfig {
    requireNonNull(provider, "provider is null");
    requireNonNull(modelName, "modelName is null");
    requireNonNull(baseUrl, "baseUrl is null");
    requireNonNull(apiKey, "apiKey is null");
  }

  /**
   * The configuration that the environment alone gives, without any file.
   *
   * @throws ProblemException naming the first thing that is wrong
   */
  public static LlmConfig loadFromEnv(Mode mode, Map<String, String> env) {
    ConfigInput input =
        ConfigInput.of(env, Path.of("."), "library")
            .withoutFile()
            .flag(SettingsTable.MODE, mode.id(), "loadFromEnv");
    LlmConfig config = Cascade.resolve(input).llm();
    config.validate();
    return config;
  }

  /**
   * Checks what holds between the parts.
   *
   * @throws ProblemException when the provider needs a base URL or a key that is not there
   */
  public void validate() {
    if (provider.equals("ollama") && baseUrl.isEmpty()) {
      throw Problems.of("E113", "ollama needs a base URL, and it is empty", "LlmConfig")
          .help("http://localhost:11434 is the usual one")
          .asException();
    }
    if (provider.equals("anthropic") && apiKey.isEmpty()) {
      throw Problems.of("E101", "anthropic needs an API key, and none was found", "LlmConfig")
          .help("export ANTHROPIC_API_KEY=…   or   export STIGMER_LLM_API_KEY=…")
          .asException();
    }
  }

  /** The same for a provider module. */
  public ModelSettings toModelSettings() {
    return new ModelSettings(
        provider,
        modelName,
        baseUrl,
        apiKey,
        maxTokens,
        temperature,
        contextLength,
        connectTimeout,
        firstTokenTimeout,
        idleTimeout);
  }
}
