package ai.stigmer.config;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.model.ModelRef;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.graphton.model.ModelSettings.Dialect;
import ai.stigmer.graphton.model.ModelSettings.Effort;
import ai.stigmer.graphton.model.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
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
 * @param effort how hard the model thinks; empty leaves it to the model
 * @param dialect which API to speak; empty means the one that fits the endpoint
 */
public record LlmConfig(
    String provider,
    String modelName,
    Optional<String> baseUrl,
    Optional<Secret> apiKey,
    OptionalInt maxTokens,
    OptionalDouble temperature,
    OptionalInt contextLength,
    Optional<Effort> effort,
    Optional<Dialect> dialect,
    Duration connectTimeout,
    Duration firstTokenTimeout,
    Duration idleTimeout) {

  private static final String ORIGIN = "LlmConfig";

  public LlmConfig {
    requireNonNull(provider, "provider is null");
    requireNonNull(modelName, "modelName is null");
    requireNonNull(baseUrl, "baseUrl is null");
    requireNonNull(apiKey, "apiKey is null");
  }

  /**
   * The configuration that the environment of this process alone gives, without any file.
   *
   * @throws ProblemException as {@link #loadFromEnv(Mode, Map)} does
   */
  public static LlmConfig loadFromEnv(Mode mode) {
    return loadFromEnv(mode, EnvReader.system());
  }

  /**
   * The configuration that these variables alone give, without any file.
   *
   * @param mode stands above {@code STIGMER_MODE} and {@code MODE}
   * @throws ProblemException for the first thing that is wrong; the others are suppressed
   *     exceptions of it
   */
  public static LlmConfig loadFromEnv(Mode mode, Map<String, String> env) {
    return loadFromEnv(mode, env, InstantSource.system());
  }

  static LlmConfig loadFromEnv(Mode mode, Map<String, String> env, InstantSource clock) {
    ConfigInput input =
        ConfigInput.of(env, Path.of("."), "library")
            .withoutFile()
            .clock(clock)
            .flag(SettingsTable.MODE, mode.id(), "loadFromEnv");
    LlmConfig config = Cascade.resolve(input).llm();
    config.validate();
    return config;
  }

  /**
   * Checks each part, and what holds between them. What the cascade has resolved always passes.
   *
   * @throws ProblemException for the first thing that is wrong; the others are suppressed
   *     exceptions of it
   */
  public void validate() {
    var problems = new ArrayList<Problem>();
    ValueCheck.provider(provider, ORIGIN).ifPresent(problems::add);
    model().ifPresent(problems::add);
    endpoint().ifPresent(problems::add);
    key().ifPresent(problems::add);
    maxTokens.ifPresent(n -> problems.addAll(number(SettingsTable.MAX_TOKENS, n)));
    temperature.ifPresent(t -> problems.addAll(number(SettingsTable.TEMPERATURE, t)));
    contextLength.ifPresent(n -> problems.addAll(number(SettingsTable.CONTEXT_LENGTH, n)));
    Problems.throwAll(problems);
  }

  private static List<Problem> number(String key, Object value) {
    Setting setting = SettingsTable.find(key).orElseThrow();
    return ValueCheck.of(setting, String.valueOf(value), ORIGIN).stream().toList();
  }

  private Optional<Problem> model() {
    if (modelName.isBlank()) {
      return Optional.of(
          Problems.of("E115", "no model for provider " + provider, ORIGIN)
              .help("give the model's full id"));
    }
    Optional<String> owner = ModelRef.parse(modelName).provider();
    boolean ownServer =
        baseUrl.isPresent()
            && !provider.equals("ollama")
            && !ModelCatalog.isVendorUrl(provider, baseUrl.get());
    return ownServer || !ModelRef.PROVIDERS.contains(provider)
        ? Optional.empty()
        : owner
            .filter(id -> !id.equals(provider))
            .map(
                id ->
                    Problems.of(
                            "E103",
                            "model \"%s\" belongs to %s, but provider is %s"
                                .formatted(modelName, id, provider),
                            ORIGIN)
                        .help("choose provider " + id + ", or a model of " + provider));
  }

  private Optional<Problem> endpoint() {
    if (baseUrl.isEmpty()) {
      return provider.equals("ollama")
          ? Optional.of(
              Problems.of("E113", "ollama needs a base URL, and it is empty", ORIGIN)
                  .help("http://localhost:11434 is the usual one"))
          : Optional.empty();
    }
    return Urls.isPlain(baseUrl.get()) ? Optional.empty() : ValueCheck.url(baseUrl.get(), ORIGIN);
  }

  private Optional<Problem> key() {
    boolean vendor = baseUrl.isEmpty() || ModelCatalog.isVendorUrl(provider, baseUrl.orElseThrow());
    boolean needed = provider.equals("anthropic") || (provider.equals("openai") && vendor);
    if (apiKey.isPresent() || !needed) {
      return Optional.empty();
    }
    String variable = provider.equals("anthropic") ? "ANTHROPIC_API_KEY" : "OPENAI_API_KEY";
    return Optional.of(
        Problem.of(
                "E101",
                Problem.Category.CREDENTIALS,
                provider + " needs an API key, and none was found")
            .from(ORIGIN)
            .help("export " + variable + "=…   or   export STIGMER_LLM_API_KEY=…"));
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
        effort,
        dialect,
        connectTimeout,
        firstTokenTimeout,
        idleTimeout);
  }
}
