package ai.stigmer.config;

import static ai.stigmer.config.SettingsTable.API_KEY;
import static ai.stigmer.config.SettingsTable.BASE_URL;
import static ai.stigmer.config.SettingsTable.FALLBACKS;
import static ai.stigmer.config.SettingsTable.MODE;
import static ai.stigmer.config.SettingsTable.MODEL;
import static ai.stigmer.config.SettingsTable.PROVIDER;

import ai.stigmer.config.Resolution.Shadowed;
import ai.stigmer.graphton.model.ModelRef;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Resolves the configuration: request over flag over environment over file over default, with
 * provider, model, endpoint and key as one bundle, and an origin for every value. Uses no network.
 */
public final class Cascade {
  /** What is resolved. */
  private enum Part {
    WHOLE,
    ONE_FALLBACK
  }

  private final ConfigInput input;
  private final Part part;
  private final Report report = new Report();
  private final Map<String, List<Candidate>> offers = new LinkedHashMap<>();
  private final Map<String, Resolution> resolutions = new LinkedHashMap<>();

  private Cascade(ConfigInput input, Part part) {
    this.input = input;
    this.part = part;
  }

  /** Resolves; whatever is wrong is part of the result. */
  public static Resolved resolve(ConfigInput input) {
    return new Cascade(input, Part.WHOLE).resolve();
  }

  /** Resolves what one execution that asks for this model would get, without fallbacks. */
  static Resolved resolveAsked(ConfigInput input, String model, String location) {
    return new Cascade(input.asking(MODEL, model, location), Part.ONE_FALLBACK).resolve();
  }

  /**
   * Resolves what a question to this provider would go by: its endpoint and key, under the rules
   * that keep a request from leading a key to an endpoint that it was not meant for.
   *
   * @param provider one of those that have models in the catalog
   */
  public static Resolved resolveFor(ConfigInput input, String provider) {
    String known =
        ModelCatalog.models().stream()
            .filter(model -> model.provider().equals(provider) && !model.isRetired(input.today()))
            .map(CatalogModel::id)
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no models of " + provider));
    return resolveAsked(input, provider + "/" + known, input.command());
  }

  private Resolved resolve() {
    gather();
    Resolution mode = mode();
    resolutions.put(MODE, mode);
    Mode known = Mode.of(mode.value().orElse("")).orElse(defaultMode());
    var bundle = new Bundle(offers, known, report);
    ProviderChoice choice = bundle.choose();
    resolutions.put(PROVIDER, bundle.provider(choice));
    for (Setting setting : SettingsTable.ALL) {
      if (!resolutions.containsKey(setting.key())) {
        resolutions.put(
            setting.key(),
            switch (setting.kind()) {
              case RULES -> rules(setting);
              case HOOKS -> hooks(setting);
              default -> resolve(setting, choice, bundle);
            });
      }
    }
    var checks = new Checks(resolutions, choice, input.today(), report);
    checks.run();
    Resolved chosen = new Resolved(known, List.copyOf(checks.finished()), List.of(), report);
    Resolution fallbacks = resolutions.get(FALLBACKS);
    if (part == Part.ONE_FALLBACK || fallbacks == null) {
      return chosen;
    }
    List<Resolved> found = new Fallbacks(input, report).of(fallbacks, chosen);
    return new Resolved(known, chosen.settings(), found, report);
  }

  private void gather() {
    boolean read =
        input.fileUse() == ConfigInput.FileUse.READ
            && (input.fileIsNamed() || Files.exists(input.effectiveFile()));
    var candidates =
        new Candidates(input, read ? ConfigFile.read(input, report) : Map.of(), report);
    for (Setting setting : SettingsTable.ALL) {
      offers.put(setting.key(), candidates.of(setting));
    }
    input.requests().forEach(this::limit);
    if (part == Part.WHOLE) {
      UnknownVariables.notes(input.env()).forEach(report::note);
    }
  }

  /** Takes away what a request may not ask for. */
  private void limit(ConfigInput.Given given) {
    List<Candidate> all = offers.getOrDefault(given.key(), new ArrayList<>());
    if (SettingsTable.find(given.key()).filter(Setting::requestable).isEmpty()) {
      report.problem(
          given.key(),
          Problems.of("E111", "a request may not set " + given.key(), given.location())
              .help(
                  "a request may set llm.model, llm.max_tokens, llm.temperature and, to less, agent.max_turns and budgets"));
      all.removeIf(candidate -> candidate.layer() == Layer.REQUEST);
    } else if (SettingsTable.onlyDownwards(given.key())) {
      downwards(given, all);
    }
  }

  private void downwards(ConfigInput.Given given, List<Candidate> all) {
    Setting setting = SettingsTable.find(given.key()).orElseThrow();
    Optional<BigDecimal> asked = Values.size(setting, given.value().strip());
    Optional<String> most =
        all.stream()
            .filter(candidate -> candidate.layer() != Layer.REQUEST)
            .findFirst()
            .map(Candidate::text)
            .filter(text -> Values.size(setting, text).isPresent())
            .or(() -> ModelCatalog.defaultOf("", given.key()));
    Optional<BigDecimal> limit = most.flatMap(text -> Values.size(setting, text));
    if (asked.isPresent() && limit.isPresent() && asked.get().compareTo(limit.get()) > 0) {
      report.problem(
          given.key(),
          Problems.of(
                  "E111",
                  "a request may only lower %s, not raise it from %s to %s"
                      .formatted(given.key(), most.get(), given.value().strip()),
                  given.location())
              .help("ask for at most " + most.get() + ", or raise the setting itself"));
      all.removeIf(candidate -> candidate.layer() == Layer.REQUEST);
    }
  }

  private Resolution mode() {
    Setting setting = SettingsTable.find(MODE).orElseThrow();
    List<Candidate> all = offers.getOrDefault(MODE, List.of());
    if (all.isEmpty()) {
      return resolution(setting, defaultMode().id(), Layer.DEFAULT, input.command(), List.of());
    }
    Candidate first = all.getFirst();
    ValueCheck.of(setting, first.text(), first.location())
        .ifPresent(problem -> report.problem(MODE, problem));
    List<Shadowed> losers =
        all.stream().skip(1).map(each -> loser(setting, each, "shadowed")).toList();
    return resolution(setting, first.text(), first.layer(), first.location(), losers);
  }

  private Mode defaultMode() {
    return input.command().endsWith(" worker") ? Mode.CLOUD : Mode.LOCAL;
  }

  private Resolution resolve(Setting setting, ProviderChoice choice, Bundle bundle) {
    List<Candidate> all = offers.getOrDefault(setting.key(), List.of());
    var kept = new ArrayList<Candidate>();
    var shadowed = new ArrayList<Shadowed>();
    for (Candidate candidate : all) {
      Optional<String> dropped =
          isBundled(setting) ? bundle.reasonToDrop(setting, candidate, choice) : Optional.empty();
      if (dropped.isPresent()) {
        shadowed.add(loser(setting, candidate, dropped.get()));
        bundle.whyDropped(setting, candidate, choice).ifPresent(report::note);
      } else {
        kept.add(candidate);
        if (kept.size() > 1) {
          shadowed.add(loser(setting, candidate, "shadowed"));
        }
      }
    }
    if (kept.isEmpty()) {
      return ModelCatalog.defaultOf(choice.provider(), setting.key())
          .map(
              value -> resolution(setting, value, Layer.DEFAULT, origin(setting, choice), shadowed))
          .orElseGet(() -> unset(setting, origin(setting, choice), shadowed));
    }
    Candidate winner = kept.getFirst();
    return winner.text().isEmpty()
        ? new Resolution(
            setting,
            Optional.empty(),
            Optional.empty(),
            winner.layer(),
            winner.location(),
            true,
            shadowed)
        : resolution(
            setting,
            setting.key().equals(MODEL) ? modelName(winner.text(), choice) : winner.text(),
            winner.layer(),
            winner.location(),
            shadowed);
  }

  /** Flags add to what the highest of the other layers says. */
  private Resolution rules(Setting setting) {
    List<Candidate> all = offers.getOrDefault(setting.key(), List.of());
    List<Candidate> flags = all.stream().filter(one -> one.layer() == Layer.FLAG).toList();
    List<Candidate> lower = all.stream().filter(one -> one.layer() != Layer.FLAG).toList();
    List<Shadowed> losers =
        lower.stream().skip(1).map(each -> loser(setting, each, "shadowed")).toList();
    var used = new ArrayList<>(flags);
    lower.stream().limit(1).forEach(used::add);
    if (used.isEmpty()) {
      return unset(setting, "built in", losers);
    }
    List<RuleItem> items = used.stream().flatMap(one -> one.items().stream()).toList();
    String text = String.join(";", items.stream().map(RuleItem::text).toList());
    String places = String.join(", ", used.stream().map(Candidate::location).distinct().toList());
    return new Resolution(
        setting,
        Optional.of(text).filter(value -> !value.isEmpty()),
        Optional.empty(),
        used.getFirst().layer(),
        places,
        true,
        losers,
        items,
        List.of());
  }

  /** The highest layer that has any; each hook is told with its own line. */
  private Resolution hooks(Setting setting) {
    List<Candidate> all = offers.getOrDefault(setting.key(), List.of());
    List<Shadowed> losers =
        all.stream().skip(1).map(each -> loser(setting, each, "shadowed")).toList();
    if (all.isEmpty()) {
      return unset(setting, "built in", losers);
    }
    Candidate first = all.getFirst();
    List<String> places = first.hooks().stream().map(HookSetting::location).distinct().toList();
    String text = String.join("; ", first.hooks().stream().map(HookSetting::shown).toList());
    return new Resolution(
        setting,
        Optional.of(text).filter(value -> !value.isEmpty()),
        Optional.empty(),
        first.layer(),
        places.isEmpty() ? first.location() : String.join(", ", places),
        true,
        losers,
        List.of(),
        first.hooks());
  }

  private static String modelName(String text, ProviderChoice choice) {
    if (choice.provider().equals(ModelRef.SCRIPTED)) {
      return text;
    }
    try {
      return ModelRef.parse(text).model();
    } catch (IllegalArgumentException e) {
      return text;
    }
  }

  private static String origin(Setting setting, ProviderChoice choice) {
    return !setting.key().startsWith("llm.")
            || ModelCatalog.defaultOf("", setting.key()).isPresent()
        ? "built in"
        : "provider=" + choice.provider();
  }

  private static boolean isBundled(Setting setting) {
    return switch (setting.key()) {
      case MODEL, BASE_URL, API_KEY -> true;
      default -> false;
    };
  }

  private static Resolution unset(Setting setting, String origin, List<Shadowed> shadowed) {
    return new Resolution(
        setting, Optional.empty(), Optional.empty(), Layer.DEFAULT, origin, true, shadowed);
  }

  static Resolution resolution(
      Setting setting, String value, Layer layer, String location, List<Shadowed> shadowed) {
    return new Resolution(
        setting, Optional.of(value), Optional.empty(), layer, location, true, shadowed);
  }

  private static Shadowed loser(Setting setting, Candidate candidate, String reason) {
    String shown =
        switch (setting.kind()) {
          case SECRET -> "set";
          case URL, WEB -> Urls.shown(candidate.text());
          case DATABASE -> DatabaseUrl.shown(candidate.text());
          default -> candidate.text();
        };
    return new Shadowed(shown, candidate.layer(), candidate.location(), reason);
  }
}
