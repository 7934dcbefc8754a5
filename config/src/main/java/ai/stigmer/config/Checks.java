package ai.stigmer.config;

import static ai.stigmer.config.SettingsTable.API_KEY;
import static ai.stigmer.config.SettingsTable.BASE_URL;
import static ai.stigmer.config.SettingsTable.CONTEXT_LENGTH;
import static ai.stigmer.config.SettingsTable.MAX_TOKENS;
import static ai.stigmer.config.SettingsTable.MODEL;
import static ai.stigmer.config.SettingsTable.PROVIDER;
import static ai.stigmer.config.SettingsTable.TEMPERATURE;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Problem.Category;
import ai.stigmer.graphton.model.ModelRef;
import java.net.URI;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Validates what was resolved, all of it, and finishes it: full model ids, clean URLs, what is not
 * sent.
 */
final class Checks {
  private static final Pattern OPENAI_KEY =
      Pattern.compile("sk-(proj-|svcacct-|[A-Za-z0-9]{20}).*");

  private final Map<String, Resolution> resolutions;
  private final ProviderChoice choice;
  private final List<Problem> problems;
  private final List<String> notes;
  private final Map<String, String> env;

  Checks(
      Map<String, Resolution> resolutions,
      ProviderChoice choice,
      List<Problem> problems,
      List<String> notes,
      Map<String, String> env) {
    this.resolutions = resolutions;
    this.choice = choice;
    this.problems = problems;
    this.notes = notes;
    this.env = env;
  }

  void run() {
    boolean known = provider();
    if (known) {
      model();
      baseUrl();
      apiKey();
      unused();
    }
    resolutions.values().forEach(this::value);
    if (known) {
      capabilities();
    }
  }

  Collection<Resolution> finished() {
    return resolutions.values();
  }

  private boolean provider() {
    String provider = choice.provider();
    if (ModelRef.PROVIDERS.contains(provider) || provider.equals(ModelRef.SCRIPTED)) {
      return true;
    }
    if (provider.isEmpty()) {
      problems.add(
          Problems.of("E112", "no provider: " + choice.by() + " is empty", choice.by())
              .help("set it to one of " + valid() + ", or unset it for the default"));
      return false;
    }
    String near = DidYouMean.nearest(provider, ModelRef.PROVIDERS);
    problems.add(
        Problems.of("E102", "unknown provider \"" + provider + "\"", choice.by())
            .help(
                (near.isEmpty() ? "" : "did you mean \"" + near + "\"? ")
                    + "valid: "
                    + valid()
                    + " (and scripted, for demos and tests)"));
    return false;
  }

  private static String valid() {
    return String.join(", ", ModelRef.PROVIDERS);
  }

  private void model() {
    Resolution model = get(MODEL);
    if (model.value().isEmpty()) {
      problems.add(
          Problems.of("E115", "no model for provider " + choice.provider(), model.location())
              .help(
                  choice.provider().equals(ModelRef.SCRIPTED)
                      ? "name a scenario file: --model FILE"
                      : "name one: --model MODEL, or unset it for the default"));
      return;
    }
    if (choice.provider().equals(ModelRef.SCRIPTED)) {
      return;
    }
    String name = model.value().get();
    String fullId = ModelCatalog.fullId(name);
    if (!fullId.equals(name)) {
      resolutions.put(
          MODEL,
          new Resolution(
              model.setting(),
              model.value(),
              Optional.of(fullId),
              model.layer(),
              model.location(),
              true,
              model.shadowed()));
    }
    ModelCatalog.retirement(fullId).ifPresent(notes::add);
  }

  private void baseUrl() {
    Resolution url = get(BASE_URL);
    if (choice.provider().equals(ModelRef.SCRIPTED)) {
      return;
    }
    if (url.value().isEmpty()) {
      if (choice.provider().equals("ollama")) {
        problems.add(
            Problems.of("E113", "ollama needs a base URL, and it is empty", url.location())
                .help("unset it for http://localhost:11434, or give one: --base-url URL"));
      }
      return;
    }
    String text = url.value().get();
    String clean = choice.provider().equals("ollama") ? withScheme(text) : text;
    while (clean.endsWith("/")) {
      clean = clean.substring(0, clean.length() - 1);
    }
    if (!isUrl(clean)) {
      problems.add(
          Problems.of("E114", "the base URL is not a plain http or https URL", url.location())
              .help("write scheme, host and port only, for example http://localhost:11434"));
      clean = text.contains("@") ? "(hidden: it holds a credential)" : text;
    }
    resolutions.put(
        BASE_URL,
        Cascade.resolution(url.setting(), clean, url.layer(), url.location(), url.shadowed()));
  }

  private static String withScheme(String text) {
    return text.contains("://") ? text : OllamaHost.toUrl(text);
  }

  private static boolean isUrl(String text) {
    try {
      URI uri = URI.create(text);
      boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      return web && uri.getHost() != null && uri.getUserInfo() == null && uri.getQuery() == null;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private void apiKey() {
    Resolution key = get(API_KEY);
    if (key.value().isEmpty()) {
      if (needsKey()) {
        problems.add(missingKey());
      }
      return;
    }
    String vendor = vendorOf(key.value().get());
    if (!vendor.isEmpty() && !vendor.equals(choice.provider())) {
      problems.add(
          Problem.of(
                  "E107",
                  Category.CREDENTIALS,
                  "the key looks like one of "
                      + vendor
                      + ", but provider is "
                      + choice.provider()
                      + "; it was not sent")
              .from(key.location())
              .help("use that provider: --provider " + vendor, "or set the right key"));
    }
  }

  private boolean needsKey() {
    return switch (choice.provider()) {
      case "anthropic" -> true;
      case "openai" ->
          get(BASE_URL).value().map(url -> ModelCatalog.isVendorUrl("openai", url)).orElse(true);
      default -> false;
    };
  }

  private Problem missingKey() {
    String variable =
        choice.provider().equals("anthropic") ? "ANTHROPIC_API_KEY" : "OPENAI_API_KEY";
    return Problem.of(
            "E101",
            Category.CREDENTIALS,
            choice.provider() + " needs an API key, and none was found")
        .from(
            "provider=" + choice.provider() + " (" + choice.layer().id() + ", " + choice.by() + ")")
        .help(
            "export " + variable + "=…   or   export STIGMER_LLM_API_KEY=…",
            "or stay on this machine: --mode local --provider ollama");
  }

  private static String vendorOf(String key) {
    if (key.startsWith("sk-ant-")) {
      return "anthropic";
    }
    return OPENAI_KEY.matcher(key).matches() ? "openai" : "";
  }

  private void unused() {
    for (Setting.Variable variable : get(API_KEY).setting().variables()) {
      String value = env.getOrDefault(variable.name(), "");
      if (!variable.provider().isEmpty()
          && !variable.provider().equals(choice.provider())
          && !value.isBlank()) {
        notes.add(variable.name() + " is set and not used (provider is " + choice.provider() + ")");
      }
    }
  }

  private void value(Resolution resolution) {
    if (resolution.value().isEmpty()) {
      return;
    }
    String text = resolution.value().get();
    boolean valid =
        switch (resolution.setting().kind()) {
          case COUNT -> Values.count(text).isPresent();
          case TEMPERATURE -> Values.temperature(text).isPresent();
          case DURATION -> Values.duration(text).isPresent();
          case MODE, PROVIDER, MODEL, URL, SECRET -> true;
        };
    if (!valid) {
      problems.add(
          Problems.of(
                  code(resolution.setting().key()),
                  resolution.setting().key()
                      + " must be "
                      + resolution.setting().kind().expected()
                      + ", got \""
                      + text
                      + "\"",
                  resolution.location())
              .help("set it to " + resolution.setting().kind().expected()));
    }
  }

  private static String code(String key) {
    return switch (key) {
      case MAX_TOKENS -> "E104";
      case TEMPERATURE -> "E105";
      case CONTEXT_LENGTH -> "E116";
      case SettingsTable.MAX_TURNS -> "E118";
      default -> "E117";
    };
  }

  private void capabilities() {
    String model = get(MODEL).effective().orElse("");
    boolean vendor =
        get(BASE_URL)
            .value()
            .map(url -> ModelCatalog.isVendorUrl(choice.provider(), url))
            .orElse(true);
    for (String key : List.of(MAX_TOKENS, TEMPERATURE, CONTEXT_LENGTH)) {
      Resolution resolution = get(key);
      boolean always = key.equals(CONTEXT_LENGTH) || choice.provider().equals(ModelRef.SCRIPTED);
      if (resolution.value().isPresent()
          && (vendor || always)
          && !ModelCatalog.takes(choice.provider(), model, key)) {
        resolutions.put(key, notSent(resolution));
        notes.add(key + " is not sent: " + choice.provider() + "/" + model + " does not take it");
      }
    }
  }

  private static Resolution notSent(Resolution resolution) {
    return new Resolution(
        resolution.setting(),
        resolution.value(),
        resolution.resolved(),
        resolution.layer(),
        resolution.location(),
        false,
        resolution.shadowed());
  }

  private Resolution get(String key) {
    Resolution resolution = resolutions.get(key);
    if (resolution == null) {
      throw new IllegalStateException("no resolution of " + key + "; " + PROVIDER + " comes first");
    }
    return resolution;
  }
}
