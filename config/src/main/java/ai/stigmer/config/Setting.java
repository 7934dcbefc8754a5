package ai.stigmer.config;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The table of settings: key, variable, flag and documentation of each. */
public enum Setting {
  PROVIDER("llm.provider", "STIGMER_LLM_PROVIDER", "--provider", "ollama, anthropic or openai"),
  MODEL("llm.model", "STIGMER_LLM_MODEL", "--model", "a model's name, also provider/name"),
  BASE_URL("llm.base_url", "STIGMER_LLM_BASE_URL", "--base-url", "the endpoint"),
  API_KEY("llm.api_key", "STIGMER_LLM_API_KEY", "--api-key-file", "the key, or a file with it"),
  MAX_TOKENS(
      "llm.max_tokens", "STIGMER_LLM_MAX_TOKENS", "--max-tokens", "most tokens of one answer"),
  TEMPERATURE("llm.temperature", "STIGMER_LLM_TEMPERATURE", "--temperature", "0.0 to 2.0"),
  CONTEXT_LENGTH(
      "llm.context_length",
      "STIGMER_LLM_CONTEXT_LENGTH",
      "--context-length",
      "context window in tokens");

  private final String key;
  private final String variable;
  private final String flag;
  private final String doc;

  Setting(String key, String variable, String flag, String doc) {
    this.key = key;
    this.variable = variable;
    this.flag = flag;
    this.doc = doc;
  }

  public String key() {
    return key;
  }

  public String variable() {
    return variable;
  }

  public String flag() {
    return flag;
  }

  /** One line for people. */
  public String doc() {
    return doc;
  }

  /** Variables of other software that count for {@code provider} only, highest first. */
  public List<String> aliases(String provider) {
    return switch (this) {
      case BASE_URL ->
          switch (provider) {
            case "ollama" -> List.of("OLLAMA_BASE_URL", "OLLAMA_HOST");
            case "anthropic" -> List.of("ANTHROPIC_BASE_URL");
            case "openai" -> List.of("OPENAI_BASE_URL");
            default -> List.of();
          };
      case API_KEY ->
          switch (provider) {
            case "ollama" -> List.of("OLLAMA_API_KEY");
            case "anthropic" -> List.of("ANTHROPIC_API_KEY");
            case "openai" -> List.of("OPENAI_API_KEY");
            default -> List.of();
          };
      case PROVIDER, MODEL, MAX_TOKENS, TEMPERATURE, CONTEXT_LENGTH -> List.of();
    };
  }

  /** Whether an empty value clears the setting instead of counting as not set. */
  boolean emptyClears() {
    return this == PROVIDER || this == MODEL || this == BASE_URL;
  }

  static Optional<Setting> of(String key) {
    return Arrays.stream(values()).filter(setting -> setting.key.equals(key)).findFirst();
  }
}
