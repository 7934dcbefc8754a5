package ai.stigmer.config;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.graphton.model.Secret;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * The settings of the model, ready to use.
 *
 * @param modelName the full id as it goes on the wire
 */
public record LlmConfig(
    String provider,
    String modelName,
    Optional<String> baseUrl,
    Optional<Secret> apiKey,
    OptionalInt maxTokens,
    OptionalDouble temperature,
    OptionalInt contextLength) {

  public LlmConfig {
    requireNonNull(provider, "provider is null");
    requireNonNull(modelName, "modelName is null");
    requireNonNull(baseUrl, "baseUrl is null");
    requireNonNull(apiKey, "apiKey is null");
  }

  /**
   * Takes what was resolved.
   *
   * @throws ai.stigmer.graphton.error.ProblemException the first problem, when there is one
   */
  public static LlmConfig of(Resolved resolved) {
    for (Problem problem : resolved.problems()) {
      throw problem.asException();
    }
    return new LlmConfig(
        resolved.provider(),
        resolved.sent(Setting.MODEL).orElse(""),
        resolved.sent(Setting.BASE_URL),
        resolved.sent(Setting.API_KEY).map(Secret::of),
        integer(resolved, Setting.MAX_TOKENS),
        resolved
            .sent(Setting.TEMPERATURE)
            .map(text -> OptionalDouble.of(Double.parseDouble(text)))
            .orElse(OptionalDouble.empty()),
        integer(resolved, Setting.CONTEXT_LENGTH));
  }

  /**
   * Resolves from variables and the user's file.
   *
   * @param mode {@code local} or {@code cloud}; wins over the variables
   * @throws ai.stigmer.graphton.error.ProblemException when something is wrong
   */
  public static LlmConfig loadFromEnv(Map<String, String> env, String mode) {
    ConfigInput input = ConfigInput.of(env);
    return of(
        Cascade.resolve(
            new ConfigInput(
                input.env(),
                input.flags(),
                input.request(),
                Optional.of(mode),
                input.file(),
                input.useFile())));
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
        ModelSettings.DEFAULT_CONNECT_TIMEOUT,
        ModelSettings.DEFAULT_FIRST_TOKEN_TIMEOUT,
        ModelSettings.DEFAULT_IDLE_TIMEOUT);
  }

  private static OptionalInt integer(Resolved resolved, Setting setting) {
    return resolved
        .sent(setting)
        .map(text -> OptionalInt.of(Integer.parseInt(text)))
        .orElse(OptionalInt.empty());
  }
}
