package ai.stigmer.graphton.model;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * Everything that a provider module needs to open a model: the outcome of the configuration
 * cascade.
 *
 * @param model the full model id, or for the scripted provider the scenario file
 * @param baseUrl the endpoint; empty means the vendor's own
 * @param apiKey the key, where one is set
 * @param maxTokens the most tokens of one answer, at least 1
 * @param temperature 0.0 to 2.0; empty means it is not sent
 * @param contextLength the context window to ask for in tokens; empty means automatic
 * @param effort how hard the model should think; empty leaves it to the model
 * @param dialect which of a provider's APIs to speak; empty means the one that fits the endpoint
 * @param connectTimeout the longest wait for a connection
 * @param firstTokenTimeout the longest wait from the request to the first byte of the answer
 * @param idleTimeout the longest silence within an answer
 */
public record ModelSettings(
    String provider,
    String model,
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

  /** How hard a model thinks, from not at all to as hard as it can. */
  public enum Effort {
    NONE,
    LOW,
    MEDIUM,
    HIGH,
    MAX
  }

  /** The APIs of OpenAI and of servers that are compatible with it. */
  public enum Dialect {
    RESPONSES,
    CHAT
  }

  public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(3);
  public static final Duration DEFAULT_FIRST_TOKEN_TIMEOUT = Duration.ofMinutes(5);
  public static final Duration DEFAULT_IDLE_TIMEOUT = Duration.ofMinutes(1);

  public ModelSettings {
    requireNonNull(provider, "provider is null");
    requireNonNull(model, "model is null");
    requireNonNull(baseUrl, "baseUrl is null");
    requireNonNull(apiKey, "apiKey is null");
    requireNonNull(maxTokens, "maxTokens is null");
    requireNonNull(temperature, "temperature is null");
    requireNonNull(contextLength, "contextLength is null");
    requireNonNull(effort, "effort is null");
    requireNonNull(dialect, "dialect is null");
    requireNonNull(connectTimeout, "connectTimeout is null");
    requireNonNull(firstTokenTimeout, "firstTokenTimeout is null");
    requireNonNull(idleTimeout, "idleTimeout is null");
  }

  /** The same with another context window, in tokens. */
  public ModelSettings withContextLength(int tokens) {
    return new ModelSettings(
        provider,
        model,
        baseUrl,
        apiKey,
        maxTokens,
        temperature,
        OptionalInt.of(tokens),
        effort,
        dialect,
        connectTimeout,
        firstTokenTimeout,
        idleTimeout);
  }

  /** The same with this key, or with none. */
  public ModelSettings withKey(Optional<Secret> key) {
    return new ModelSettings(
        provider,
        model,
        baseUrl,
        key,
        maxTokens,
        temperature,
        contextLength,
        effort,
        dialect,
        connectTimeout,
        firstTokenTimeout,
        idleTimeout);
  }

  /** The same for a model that has no effort to choose. */
  public ModelSettings withoutEffort() {
    return new ModelSettings(
        provider,
        model,
        baseUrl,
        apiKey,
        maxTokens,
        temperature,
        contextLength,
        Optional.empty(),
        dialect,
        connectTimeout,
        firstTokenTimeout,
        idleTimeout);
  }

  /** Settings with the provider's own defaults for everything but the model. */
  public static ModelSettings of(String provider, String model) {
    return new ModelSettings(
        provider,
        model,
        Optional.empty(),
        Optional.empty(),
        OptionalInt.empty(),
        OptionalDouble.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        Optional.empty(),
        DEFAULT_CONNECT_TIMEOUT,
        DEFAULT_FIRST_TOKEN_TIMEOUT,
        DEFAULT_IDLE_TIMEOUT);
  }
}
