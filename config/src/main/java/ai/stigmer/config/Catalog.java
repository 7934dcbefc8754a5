package ai.stigmer.config;

import java.util.Map;
import java.util.Optional;

/** Defaults of each provider, and the full ids behind friendly names. */
final class Catalog {
  private static final Map<String, String> IDS =
      Map.ofEntries(
          Map.entry("claude-sonnet-4.5", "claude-sonnet-4-5-20250929"),
          Map.entry("claude-opus-4", "claude-opus-4-20250514"),
          Map.entry("claude-haiku-4", "claude-haiku-4-5-20251001"),
          Map.entry("claude-haiku-4.5", "claude-haiku-4-5-20251001"),
          Map.entry("qwen2.5-coder", "qwen2.5-coder:7b"),
          Map.entry("llama3.2", "llama3.2:3b"),
          Map.entry("deepseek-coder", "deepseek-coder:6.7b"),
          Map.entry("codellama", "codellama:7b"));

  private Catalog() {}

  /** The full id of a model without its provider. */
  static String fullId(String model) {
    return IDS.getOrDefault(model, model);
  }

  /** A provider's default; empty where the vendor's own or none is used. */
  static Optional<String> standard(Setting setting, String provider) {
    return switch (provider) {
      case "ollama" ->
          switch (setting) {
            case MODEL -> Optional.of("qwen2.5-coder:7b");
            case BASE_URL -> Optional.of("http://localhost:11434");
            case MAX_TOKENS -> Optional.of("8192");
            case TEMPERATURE -> Optional.of("0.0");
            case PROVIDER, API_KEY, CONTEXT_LENGTH -> Optional.empty();
          };
      case "anthropic" ->
          switch (setting) {
            case MODEL -> Optional.of("claude-sonnet-4.5");
            case BASE_URL -> Optional.of("https://api.anthropic.com");
            case MAX_TOKENS -> Optional.of("20000");
            case PROVIDER, API_KEY, TEMPERATURE, CONTEXT_LENGTH -> Optional.empty();
          };
      case "openai" ->
          switch (setting) {
            case MODEL -> Optional.of("gpt-5.6-terra");
            case BASE_URL -> Optional.of("https://api.openai.com/v1");
            case MAX_TOKENS -> Optional.of("16384");
            case PROVIDER, API_KEY, TEMPERATURE, CONTEXT_LENGTH -> Optional.empty();
          };
      default -> Optional.empty();
    };
  }
}
