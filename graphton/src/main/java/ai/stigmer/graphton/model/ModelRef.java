package ai.stigmer.graphton.model;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A model as people write it: {@code provider:model}, {@code provider/model} or a bare model name.
 *
 * @param provider the provider that the text names or implies; empty when any provider may own the
 *     name
 * @param model the name without the provider
 */
public record ModelRef(Optional<String> provider, String model, Naming naming) {

  /** How the provider was found. */
  public enum Naming {
    /** The text names the provider. */
    EXPLICIT,
    /** The model's name belongs to one provider's family. */
    FAMILY,
    /** The name tells nothing. */
    NONE
  }

  /** The ids of all providers, in the order in which messages list them. */
  public static final List<String> PROVIDERS = List.of("ollama", "anthropic", "openai");

  /** The provider of written scenarios; never chosen by a name. */
  public static final String SCRIPTED = "scripted";

  private static final Pattern OLLAMA =
      Pattern.compile(
          "(qwen|llama|gpt-oss|gemma|mistral|mixtral|ministral|devstral|deepseek|phi|codellama|granite"
              + "|starcoder|codegemma|command-r|smollm|nemotron|olmo|glm).*");
  private static final Pattern ANTHROPIC = Pattern.compile("claude.*");
  private static final Pattern OPENAI = Pattern.compile("(gpt-|chatgpt|codex|o\\d).*");

  public ModelRef {
    requireNonNull(provider, "provider is null");
    requireNonNull(naming, "naming is null");
    if (model.isBlank()) {
      throw new IllegalArgumentException("a model's name must not be blank");
    }
  }

  /**
   * Reads a model as people write it. A prefix counts as a provider only when it is a known
   * provider id, so {@code qwen2.5-coder:7b} stays a name with a tag. Otherwise local families and
   * any {@code name:tag} belong to ollama, {@code claude*} to anthropic, {@code gpt-*}, {@code
   * chatgpt*}, {@code codex*} and {@code o1}-like names to openai.
   *
   * @throws IllegalArgumentException when the text, or what follows the provider, is blank
   */
  public static ModelRef parse(String text) {
    String trimmed = text.strip();
    for (String provider : PROVIDERS) {
      if (trimmed.length() > provider.length()
          && trimmed.regionMatches(true, 0, provider, 0, provider.length())
          && isSeparator(trimmed.charAt(provider.length()))) {
        return new ModelRef(
            Optional.of(provider),
            trimmed.substring(provider.length() + 1).strip(),
            Naming.EXPLICIT);
      }
    }
    Optional<String> family = familyOf(trimmed.toLowerCase(Locale.ROOT));
    return new ModelRef(family, trimmed, family.isPresent() ? Naming.FAMILY : Naming.NONE);
  }

  private static boolean isSeparator(char c) {
    return c == ':' || c == '/';
  }

  private static Optional<String> familyOf(String name) {
    if (OLLAMA.matcher(name).matches()) {
      return Optional.of("ollama");
    }
    if (name.indexOf(':') > 0) {
      return Optional.of("ollama");
    }
    if (ANTHROPIC.matcher(name).matches()) {
      return Optional.of("anthropic");
    }
    if (OPENAI.matcher(name).matches()) {
      return Optional.of("openai");
    }
    return Optional.empty();
  }

  @Override
  public String toString() {
    return provider.map(id -> id + "/" + model).orElse(model);
  }
}
