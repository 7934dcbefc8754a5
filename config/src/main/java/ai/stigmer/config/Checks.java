package ai.stigmer.config;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.model.ModelRef;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds everything that is wrong with a resolved configuration, without network. */
final class Checks {
  private final Resolved resolved;
  private final List<Problem> problems = new ArrayList<>();

  private Checks(Resolved resolved) {
    this.resolved = resolved;
  }

  static List<Problem> of(Resolved resolved) {
    Checks checks = new Checks(resolved);
    if (checks.provider()) {
      checks.model();
      checks.endpoint();
      checks.key();
    }
    checks.whole(Setting.MAX_TOKENS, "8192");
    checks.whole(Setting.CONTEXT_LENGTH, "32768");
    checks.temperature();
    return checks.problems;
  }

  private boolean provider() {
    String id = resolved.provider();
    if (ModelRef.PROVIDERS.contains(id) || id.equals(ModelRef.SCRIPTED)) {
      return true;
    }
    String valid = "valid: " + String.join(", ", ModelRef.PROVIDERS);
    Problem problem = problem("E102", Setting.PROVIDER, "unknown provider \"" + id + "\"");
    problems.add(
        Nearest.of(id, ModelRef.PROVIDERS)
            .map(word -> problem.help("did you mean \"" + word + "\"? " + valid))
            .orElseGet(() -> problem.help(valid)));
    return false;
  }

  private void model() {
    if (resolved.sent(Setting.MODEL).isEmpty()) {
      problems.add(
          problem("E109", Setting.MODEL, "a model is required for " + resolved.provider())
              .help("name one with --model or STIGMER_LLM_MODEL"));
    }
  }

  private void endpoint() {
    Optional<String> url = resolved.sent(Setting.BASE_URL);
    if (url.isEmpty()) {
      if (resolved.provider().equals("ollama")) {
        problems.add(
            problem("E109", Setting.BASE_URL, "a base URL is required for ollama")
                .help("unset it to use http://localhost:11434"));
      }
      return;
    }
    if (!isUrl(url.get())) {
      problems.add(
          problem("E113", Setting.BASE_URL, "\"" + url.get() + "\" is not an http or https URL")
              .help("for example http://localhost:11434"));
    }
  }

  private static boolean isUrl(String text) {
    try {
      URI uri = URI.create(text);
      return uri.getHost() != null
          && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private void key() {
    String provider = resolved.provider();
    boolean keyless = provider.equals("ollama") || provider.equals(ModelRef.SCRIPTED);
    Optional<String> key = resolved.setting(Setting.API_KEY).text();
    if (key.isPresent()) {
      shape(provider, key.get());
    } else if (!keyless && (provider.equals("anthropic") || vendorsHost())) {
      String own = Setting.API_KEY.aliases(provider).getFirst();
      problems.add(
          new Problem(
              "E101",
              Problem.Category.CREDENTIALS,
              provider + " needs an API key, and none was found",
              List.of(
                  "provider="
                      + provider
                      + ", "
                      + resolved.setting(Setting.PROVIDER).value().map(Value::place).orElse("")),
              List.of(
                  "export " + own + "=…  or  export STIGMER_LLM_API_KEY=…",
                  "stay local: --provider ollama")));
    }
  }

  private boolean vendorsHost() {
    return resolved.setting(Setting.BASE_URL).value().stream()
        .allMatch(value -> value.layer() == Layer.DEFAULT || value.text().isEmpty());
  }

  private void shape(String provider, String key) {
    String owner =
        key.startsWith("sk-ant-") ? "anthropic" : key.startsWith("sk-proj-") ? "openai" : "";
    if (!owner.isEmpty() && !owner.equals(provider) && !provider.equals(ModelRef.SCRIPTED)) {
      problems.add(
          new Problem(
              "E107",
              Problem.Category.CREDENTIALS,
              "the key looks like a key of "
                  + owner
                  + ", but provider is "
                  + provider
                  + "; it was not sent",
              List.of(place(Setting.API_KEY)),
              List.of("STIGMER_LLM_PROVIDER=" + owner + ", or unset the key")));
    }
  }

  private void whole(Setting setting, String example) {
    resolved
        .setting(setting)
        .text()
        .filter(text -> !text.matches("0*[1-9][0-9]{0,8}"))
        .ifPresent(
            text ->
                problems.add(
                    problem(
                            "E104",
                            setting,
                            setting.key()
                                + " must be a whole number of at least 1, got \""
                                + text
                                + "\"")
                        .help("use " + example)));
  }

  private void temperature() {
    resolved
        .setting(Setting.TEMPERATURE)
        .text()
        .filter(text -> !text.matches("0*[01](\\.[0-9]+)?|0*2(\\.0+)?"))
        .ifPresent(
            text ->
                problems.add(
                    problem(
                            "E105",
                            Setting.TEMPERATURE,
                            "llm.temperature must be between 0.0 and 2.0, got \"" + text + "\"")
                        .help("use 0.0")));
  }

  private Problem problem(String code, Setting setting, String message) {
    return Problem.of(code, Problem.Category.CONFIGURATION, message).from(place(setting));
  }

  private String place(Setting setting) {
    return resolved
        .setting(setting)
        .value()
        .map(Value::place)
        .orElse(setting.key() + " is not set");
  }
}
