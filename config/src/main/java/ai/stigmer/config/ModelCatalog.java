package ai.stigmer.config;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What is known of models without asking anybody, as of 2026-11-21: friendly names, each provider's
 * defaults, and which parameters a model takes.
 */
final class ModelCatalog {
  private static final Map<String, Map<String, String>> FRIENDLY =
      Map.of(
          "anthropic",
          Map.of(
              "claude-sonnet-4.5", "claude-sonnet-4-5-20250929",
              "claude-sonnet-4", "claude-sonnet-4-20250514",
              "claude-opus-4.5", "claude-opus-4-5",
              "claude-opus-4", "claude-opus-4-20250514",
              "claude-haiku-4.5", "claude-haiku-4-5-20251001",
              "claude-haiku-4", "claude-haiku-4-5-20251001"),
          "ollama",
          Map.of(
              "qwen2.5-coder", "qwen2.5-coder:7b",
              "llama3.2", "llama3.2:3b",
              "deepseek-coder", "deepseek-coder:6.7b",
              "codellama", "codellama:7b"));

  private static final Map<String, Map<String, String>> DEFAULTS =
      Map.of(
          "ollama",
          Map.of(
              SettingsTable.MODEL, "qwen2.5-coder:7b",
              SettingsTable.BASE_URL, "http://localhost:11434",
              SettingsTable.MAX_TOKENS, "8192",
              SettingsTable.TEMPERATURE, "0.0"),
          "anthropic",
          Map.of(
              SettingsTable.MODEL, "claude-sonnet-4.5",
              SettingsTable.BASE_URL, "https://api.anthropic.com",
              SettingsTable.MAX_TOKENS, "20000"),
          "openai",
          Map.of(
              SettingsTable.MODEL, "gpt-6.1-sol",
              SettingsTable.BASE_URL, "https://api.openai.com/v1",
              SettingsTable.MAX_TOKENS, "16384"));

  private static final Map<String, String> EVERYWHERE =
      Map.of(
          SettingsTable.CONNECT_TIMEOUT, "3s",
          SettingsTable.FIRST_TOKEN_TIMEOUT, "5m",
          SettingsTable.IDLE_TIMEOUT, "60s",
          SettingsTable.MAX_TURNS, "50",
          SettingsTable.MAX_RETRIES, "4",
          SettingsTable.API, "auto",
          SettingsTable.PULL, "ask");

  private ModelCatalog() {}

  /**
   * The full id of a model that people call by a shorter name; the name itself when it is no such
   * name of this provider.
   */
  static String fullId(String provider, String name) {
    return FRIENDLY.getOrDefault(provider, Map.of()).getOrDefault(name, name);
  }

  /** The shorter names of a provider's models, with their full ids, sorted. */
  static Map<String, String> friendlyNames(String provider) {
    return new TreeMap<>(FRIENDLY.getOrDefault(provider, Map.of()));
  }

  static Optional<String> defaultOf(String provider, String key) {
    String general = EVERYWHERE.get(key);
    return general != null
        ? Optional.of(general)
        : Optional.ofNullable(DEFAULTS.getOrDefault(provider, Map.of()).get(key));
  }

  /** Whether a URL leads to the vendor's own host. Ollama has none. */
  static boolean isVendorUrl(String provider, String url) {
    return !provider.equals("ollama")
        && defaultOf(provider, SettingsTable.BASE_URL).flatMap(Urls::host).equals(Urls.host(url))
        && Urls.host(url).isPresent();
  }

  /**
   * Whether a provider's own endpoint takes a parameter for this model; other endpoints take
   * everything.
   */
  static boolean takes(String provider, String model, String key) {
    return switch (key) {
      case SettingsTable.TEMPERATURE ->
          switch (provider) {
            case "anthropic" -> false;
            case "openai" -> model.startsWith("gpt-4");
            default -> !provider.equals("scripted");
          };
      case SettingsTable.CONTEXT_LENGTH -> provider.equals("ollama");
      case SettingsTable.API -> provider.equals("openai");
      case SettingsTable.EFFORT -> !provider.equals("scripted");
      case SettingsTable.MAX_TOKENS -> !provider.equals("scripted");
      default -> true;
    };
  }

  /** A word about a model that will not be there for long. */
  static Optional<String> retirement(String fullId) {
    return fullId.startsWith("claude-sonnet-4-5")
        ? Optional.of(fullId + " retires on 2026-11-30; its successor is claude-sonnet-5-5")
        : Optional.empty();
  }
}
