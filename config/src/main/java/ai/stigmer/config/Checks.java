package ai.stigmer.config;

import static ai.stigmer.config.SettingsTable.API;
import static ai.stigmer.config.SettingsTable.API_KEY;
import static ai.stigmer.config.SettingsTable.BASE_URL;
import static ai.stigmer.config.SettingsTable.CONTEXT_LENGTH;
import static ai.stigmer.config.SettingsTable.EFFORT;
import static ai.stigmer.config.SettingsTable.MAX_TOKENS;
import static ai.stigmer.config.SettingsTable.MODEL;
import static ai.stigmer.config.SettingsTable.PROVIDER;
import static ai.stigmer.config.SettingsTable.TEMPERATURE;

import ai.stigmer.config.Resolution.Shadowed;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Problem.Category;
import ai.stigmer.graphton.model.ModelRef;
import java.time.LocalDate;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Validates what was resolved, all of it, and finishes it: full model ids, clean URLs, what is not
 * sent.
 */
final class Checks {
  /** In the note about a key that is there and belongs to another provider. */
  static final String NOT_USED = " is set and not used";

  private final Map<String, Resolution> resolutions;
  private final ProviderChoice choice;
  private final LocalDate today;
  private final Report report;

  Checks(
      Map<String, Resolution> resolutions, ProviderChoice choice, LocalDate today, Report report) {
    this.today = today;
    this.resolutions = resolutions;
    this.choice = choice;
    this.report = report;
  }

  void run() {
    boolean known = provider();
    if (known && !isScripted()) {
      model();
      baseUrl();
      apiKey();
    } else {
      hideCredentials(BASE_URL);
      if (known && get(MODEL).value().isEmpty()) {
        noModel("name a scenario file: --model FILE");
      }
    }
    unused();
    subAgents();
    resolutions.values().forEach(this::number);
    hideCredentials(SettingsTable.BACKEND_ENDPOINT);
    if (known) {
      capabilities();
    }
  }

  Collection<Resolution> finished() {
    return resolutions.values();
  }

  private boolean isScripted() {
    return choice.provider().equals(ModelRef.SCRIPTED);
  }

  private boolean provider() {
    if (choice.provider().isEmpty()) {
      report.problem(
          PROVIDER,
          Problems.of("E112", "no provider: " + choice.by() + " is empty", choice.by())
              .help(
                  "set it to one of " + ValueCheck.providers() + ", or unset it for the default"));
      return false;
    }
    Optional<Problem> unknown = ValueCheck.provider(choice.provider(), choice.by());
    unknown.ifPresent(problem -> report.problem(PROVIDER, problem));
    return unknown.isEmpty();
  }

  private void noModel(String help) {
    report.problem(
        MODEL,
        Problems.of("E115", "no model for provider " + choice.provider(), get(MODEL).location())
            .help(help));
  }

  private void model() {
    Resolution model = get(MODEL);
    if (model.value().isEmpty()) {
      noModel("name one: --model MODEL, or unset it for the default");
      return;
    }
    String name = model.value().get();
    ValueCheck.model(name, model.location()).ifPresent(problem -> report.problem(MODEL, problem));
    String fullId = ModelCatalog.fullId(choice.provider(), name);
    if (!fullId.equals(name)) {
      resolutions.put(MODEL, model.withResolved(fullId));
    }
    ModelCatalog.find(choice.provider(), fullId)
        .filter(known -> known.retires().isPresent() && isAtVendor())
        .ifPresent(known -> retirement(model, known));
  }

  /** Only a default gives way to its successor; what somebody chose is never replaced. */
  private void retirement(Resolution model, CatalogModel known) {
    String last = known.retires().map(LocalDate::toString).orElse("");
    String successor = known.successor().orElse("");
    if (!known.isRetired(today)) {
      report.note(known.id() + " retires on " + last + "; its successor is " + successor);
    } else if (model.layer() == Layer.DEFAULT) {
      resolutions.put(
          MODEL,
          new Resolution(
              model.setting(),
              Optional.of(successor),
              Optional.empty(),
              model.layer(),
              model.location(),
              true,
              model.shadowed()));
      report.note(
          "the default model "
              + known.id()
              + " retired on "
              + last
              + "; "
              + successor
              + " is used");
    } else {
      report.problem(
          MODEL,
          Problems.of("E306", known.id() + " retired on " + last, model.location())
              .help("use its successor: --model " + choice.provider() + "/" + successor));
    }
  }

  private boolean isAtVendor() {
    return get(BASE_URL)
        .value()
        .map(url -> ModelCatalog.isVendorUrl(choice.provider(), url))
        .orElse(true);
  }

  private void baseUrl() {
    Resolution url = get(BASE_URL);
    boolean ollama = choice.provider().equals("ollama");
    if (url.value().isEmpty()) {
      if (ollama) {
        report.problem(
            BASE_URL,
            Problems.of("E113", "ollama needs a base URL, and it is empty", url.location())
                .help("unset it for http://localhost:11434, or give one: --base-url URL"));
      }
      return;
    }
    String text = url.value().get();
    String clean = Urls.full(text, choice.provider());
    if (!Urls.isPlain(clean)) {
      ValueCheck.url(text, url.location()).ifPresent(problem -> report.problem(BASE_URL, problem));
      clean = Urls.shown(text);
    }
    if (clean.startsWith("http://") && ModelCatalog.isVendorUrl(choice.provider(), clean)) {
      report.problem(
          BASE_URL,
          Problems.of("E114", "a key must not go to " + clean + " unencrypted", url.location())
              .help("write https://, or unset it for the vendor's own URL"));
    }
    resolutions.put(BASE_URL, url.withValue(clean));
  }

  private void apiKey() {
    Resolution key = get(API_KEY);
    if (key.value().isEmpty()) {
      if (needsKey()) {
        report.problem(API_KEY, missingKey());
      }
      return;
    }
    String vendor = KeyShape.vendorOf(key.value().get());
    Optional<Problem> garbled = ValueCheck.key(key.value().get(), key.location());
    if (garbled.isPresent()) {
      report.problem(API_KEY, garbled.get());
    } else if (!vendor.isEmpty() && !vendor.equals(choice.provider()) && !mayServe(vendor)) {
      report.problem(API_KEY, foreignKey(key, vendor));
    }
  }

  /**
   * Whether the endpoint may be of a vendor that is no provider here: such a vendor can be asked as
   * a compatible server only.
   */
  private boolean mayServe(String vendor) {
    return !ModelRef.PROVIDERS.contains(vendor)
        && !choice.provider().equals("ollama")
        && !isAtVendor();
  }

  private Problem foreignKey(Resolution key, String vendor) {
    return Problem.of(
            "E107",
            Category.CREDENTIALS,
            "the key looks like one of %s, but provider is %s; it was not sent"
                .formatted(vendor, choice.provider()))
        .from(key.location())
        .help(
            ModelRef.PROVIDERS.contains(vendor)
                ? "use that provider: --provider " + vendor
                : "use its compatible server: --provider openai --base-url URL",
            "or set the right key");
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
        .help(howToGiveOne(variable), "or stay on this machine: --mode local --provider ollama");
  }

  /** Never the advice that was just followed in vain. */
  private String howToGiveOne(String variable) {
    for (Shadowed loser : get(API_KEY).shadowed()) {
      if (loser.reason().equals(Bundle.OTHER_ENDPOINT)) {
        return "give the key of this endpoint: --api-key-file FILE";
      }
      if (loser.location().startsWith("STIGMER_LLM_API_KEY")) {
        return "export %s=…   or name the provider beside %s: export STIGMER_LLM_PROVIDER=%s"
            .formatted(variable, loser.location(), choice.provider());
      }
    }
    return "export " + variable + "=…   or   export STIGMER_LLM_API_KEY=…";
  }

  /** A key that is there and not used is never a riddle. */
  private void unused() {
    String provider = choice.provider().isEmpty() ? "empty" : choice.provider();
    get(API_KEY).shadowed().stream()
        .filter(loser -> loser.reason().equals(Bundle.OTHER_PROVIDER))
        .map(loser -> loser.location() + NOT_USED + " (provider is " + provider + ")")
        .forEach(report::note);
  }

  /** An address with any is refused, and still shown in tables. */
  private void hideCredentials(String key) {
    Resolution url = get(key);
    url.value().ifPresent(text -> resolutions.put(key, url.withValue(Urls.shown(text))));
  }

  private void number(Resolution resolution) {
    switch (resolution.setting().kind()) {
      case RULES ->
          resolution.rules().stream()
              .flatMap(item -> RuleCheck.of(resolution.setting(), item).stream())
              .forEach(problem -> report.problem(resolution.setting().key(), problem));
      case MODE, PROVIDER, MODEL, URL, HOOKS -> {}
      case SECRET -> {
        // The key of the provider is looked at beside its provider.
        if (!resolution.setting().key().equals(API_KEY)) {
          single(resolution);
        }
      }
      default -> single(resolution);
    }
  }

  private void single(Resolution resolution) {
    resolution
        .value()
        .flatMap(text -> ValueCheck.of(resolution.setting(), text, resolution.location()))
        .ifPresent(problem -> report.problem(resolution.setting().key(), problem));
  }

  /** What gives sub-agents workflows says so where there are none. */
  private void subAgents() {
    Resolution wanted = get(SettingsTable.TEMPORAL_SUB_AGENTS);
    if (wanted.value().filter(ServerValues::isOn).isEmpty()) {
      return;
    }
    if (get(SettingsTable.ENGINE).value().flatMap(EngineChoice::of).orElse(EngineChoice.EMBEDDED)
        == EngineChoice.EMBEDDED) {
      report.note(
          wanted.setting().key()
              + " is of no use with engine embedded: the process that drives a run drives its"
              + " sub-agents, as nothing else is there");
    } else if (get(SettingsTable.WORKSPACE_STORE).value().isPresent()) {
      report.note(
          wanted.setting().key()
              + " is of no use with workspace.store: the worker that drives a run has its folder,"
              + " so it drives the sub-agents, too");
    }
  }

  private void capabilities() {
    String model = get(MODEL).effective().orElse("");
    for (String key : List.of(MAX_TOKENS, TEMPERATURE, CONTEXT_LENGTH, EFFORT, API)) {
      Resolution resolution = get(key);
      if (!takes(model, key)) {
        resolutions.put(key, resolution.notSent());
        if (resolution.value().isPresent() && resolution.layer() != Layer.DEFAULT) {
          report.note(
              key + " is not sent: " + choice.provider() + "/" + model + " does not take it");
        }
      }
    }
  }

  /**
   * What an unknown model takes at a server of one's own is not known here; but what no model of a
   * provider takes is never sent, nor to a known model what it refuses at the vendor's.
   */
  private boolean takes(String model, String key) {
    boolean unknown =
        !isAtVendor() && !isScripted() && ModelCatalog.find(choice.provider(), model).isEmpty();
    return ModelCatalog.takes(choice.provider(), model, key)
        || (unknown && ModelCatalog.isTakenByAny(choice.provider(), key));
  }

  private Resolution get(String key) {
    Resolution resolution = resolutions.get(key);
    if (resolution == null) {
      throw new IllegalStateException("no resolution of " + key + "; " + PROVIDER + " comes first");
    }
    return resolution;
  }
}
