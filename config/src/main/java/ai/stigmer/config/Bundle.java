package ai.stigmer.config;

import static ai.stigmer.config.SettingsTable.API_KEY;
import static ai.stigmer.config.SettingsTable.BASE_URL;
import static ai.stigmer.config.SettingsTable.MODEL;
import static ai.stigmer.config.SettingsTable.PROVIDER;

import ai.stigmer.config.Resolution.Shadowed;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.model.ModelRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/*
 * Who owns a value that names no provider? A value of the deciding layer, or of a higher one, belongs to the chosen
 * provider. A lower one belongs to the provider that its own layer and those below it would choose, in the end the
 * mode's: whoever wrote an endpoint without a provider meant it for that one, and another provider's key must not go
 * there. A key alone goes with the user's own choice by flag, environment or file, as long as no endpoint stands
 * beside it; but when it was a request that decided, it stays with the default provider, because a request must
 * never lead a key to an endpoint, or an endpoint to a key, that the owner of the machine did not put together.
 * A key beside an endpoint is for that one: when a higher layer names another endpoint, it does not go there. The
 * endpoint of a journal is excepted: which key goes there is decided by what the journal says of it.
 */
/**
 * Provider, model, endpoint and key as one unit: which provider is chosen, and which values go with
 * it.
 */
final class Bundle {
  /** Why a value was dropped that another provider owns. */
  static final String OTHER_PROVIDER = "other provider";

  /** Why a key was dropped that stands beside another endpoint. */
  static final String OTHER_ENDPOINT = "other endpoint";

  /** Behind the place of a model that decided the provider. */
  static final String BY_ITS_MODEL = " (by its model)";

  private final Map<String, List<Candidate>> offers;
  private final Mode mode;
  private final Report report;

  Bundle(Map<String, List<Candidate>> offers, Mode mode, Report report) {
    this.offers = offers;
    this.mode = mode;
    this.report = report;
  }

  /** The highest layer that names a provider, or a model that belongs to one, decides. */
  ProviderChoice choose() {
    ProviderChoice choice = chosenFrom(Layer.REQUEST);
    if (!choice.model()) {
      first(MODEL, choice.layer()).ifPresent(model -> contradiction(choice, model));
    }
    return choice;
  }

  /** Who is chosen when only this layer and those below it speak. */
  private ProviderChoice chosenFrom(Layer layer) {
    if (layer == Layer.DEFAULT) {
      return new ProviderChoice(mode.defaultProvider(), layer, "mode=" + mode.id(), false);
    }
    Optional<Candidate> provider = first(PROVIDER, layer);
    if (provider.isPresent()) {
      return new ProviderChoice(provider.get().text(), layer, provider.get().location(), false);
    }
    ProviderChoice below = chosenFrom(layer.below());
    return first(MODEL, layer)
        .flatMap(
            model ->
                impliedBy(model, below.provider(), layer)
                    .map(id -> new ProviderChoice(id, layer, model.location(), true)))
        .orElse(below);
  }

  Resolution provider(ProviderChoice choice) {
    Setting setting = SettingsTable.find(PROVIDER).orElseThrow();
    var shadowed = new ArrayList<Shadowed>();
    for (Candidate candidate : offers.getOrDefault(PROVIDER, List.of())) {
      if (choice.model() || !candidate.location().equals(choice.by())) {
        shadowed.add(
            new Shadowed(candidate.text(), candidate.layer(), candidate.location(), "shadowed"));
      }
    }
    String location = choice.model() ? choice.by() + BY_ITS_MODEL : choice.by();
    return new Resolution(
        setting,
        Optional.of(choice.provider()).filter(provider -> !provider.isEmpty()),
        Optional.empty(),
        choice.layer(),
        location,
        true,
        shadowed);
  }

  /** Why a value of the bundle does not go with what was chosen; empty when it does. */
  Optional<String> reasonToDrop(Setting setting, Candidate candidate, ProviderChoice choice) {
    if (!belongsTo(setting, candidate, choice)) {
      return Optional.of(OTHER_PROVIDER);
    }
    return setting.key().equals(API_KEY) && usedInsteadOfTheOneBeside(candidate, choice).isPresent()
        ? Optional.of(OTHER_ENDPOINT)
        : Optional.empty();
  }

  /** The endpoint that is used although another one stands beside the key. */
  private Optional<Candidate> usedInsteadOfTheOneBeside(Candidate key, ProviderChoice choice) {
    Setting setting = SettingsTable.find(BASE_URL).orElseThrow();
    List<Candidate> endpoints =
        offers.getOrDefault(BASE_URL, List.of()).stream()
            .filter(url -> belongsTo(setting, url, choice))
            .toList();
    Optional<Candidate> beside =
        endpoints.stream().filter(url -> url.layer() == key.layer()).findFirst();
    return endpoints.stream()
        .findFirst()
        .filter(used -> used.layer().compareTo(key.layer()) < 0)
        .filter(used -> !used.location().equals(ConfigInput.JOURNAL))
        .filter(used -> beside.isPresent() && !isSame(used, beside.get(), choice));
  }

  private static boolean isSame(Candidate one, Candidate other, ProviderChoice choice) {
    return Urls.full(one.text(), choice.provider())
        .equals(Urls.full(other.text(), choice.provider()));
  }

  private boolean belongsTo(Setting setting, Candidate candidate, ProviderChoice choice) {
    if (!candidate.provider().isEmpty()) {
      return candidate.provider().equals(choice.provider());
    }
    if (candidate.layer().compareTo(choice.layer()) <= 0) {
      return true;
    }
    if (setting.key().equals(MODEL)) {
      Optional<String> implied = impliedBy(candidate, choice.provider(), choice.layer());
      if (implied.isPresent()) {
        return implied.get().equals(choice.provider());
      }
    }
    ProviderChoice owner = chosenFrom(candidate.layer());
    return owner.provider().equals(choice.provider())
        || (setting.key().equals(API_KEY)
            && owner.layer() == Layer.DEFAULT
            && !hasEndpointBeside(candidate)
            && (choice.layer() != Layer.REQUEST
                || chosenFrom(Layer.FLAG).provider().equals(choice.provider())));
  }

  /**
   * A word to the user about a key that is for another endpoint, or an endpoint or a model that
   * names no provider, and is dropped; empty when its place says whose it is.
   */
  Optional<String> whyDropped(Setting setting, Candidate candidate, ProviderChoice choice) {
    if (setting.key().equals(API_KEY)) {
      return belongsTo(setting, candidate, choice)
          ? usedInsteadOfTheOneBeside(candidate, choice)
              .map(
                  used ->
                      "%s%s: it stands beside another base URL than the one of %s"
                          .formatted(candidate.location(), Checks.NOT_USED, used.location()))
          : Optional.empty();
    }
    ProviderChoice owner = chosenFrom(candidate.layer());
    boolean unnamed = candidate.provider().isEmpty() && owner.layer() == Layer.DEFAULT;
    return candidate.text().isEmpty() || !unnamed
        ? Optional.empty()
        : Optional.of(
            "%s%s: no provider is named with it, so it is for %s (provider is %s)"
                .formatted(
                    candidate.location(), Checks.NOT_USED, owner.provider(), choice.provider()));
  }

  private boolean hasEndpointBeside(Candidate key) {
    return offers.getOrDefault(BASE_URL, List.of()).stream()
        .anyMatch(url -> url.layer() == key.layer() && url.provider().isEmpty());
  }

  /**
   * The provider that a model's name decides on when this layer and those below it choose. To a
   * server of one's own, any name without a prefix tells nothing.
   */
  private Optional<String> impliedBy(Candidate model, String current, Layer layer) {
    if (current.equals(ModelRef.SCRIPTED)) {
      return Optional.empty();
    }
    ModelRef ref;
    try {
      ref = ModelRef.parse(model.text());
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    return switch (ref.naming()) {
      case EXPLICIT -> ref.provider();
      case FAMILY -> hasOwnServer(current, layer) ? Optional.empty() : ref.provider();
      case NONE -> Optional.empty();
    };
  }

  private void contradiction(ProviderChoice choice, Candidate model) {
    Optional<String> implied = impliedBy(model, choice.provider(), choice.layer());
    if (implied.isEmpty()
        || implied.get().equals(choice.provider())
        || !ModelRef.PROVIDERS.contains(choice.provider())) {
      return;
    }
    String alike = "name one of them only, or both alike: -m " + implied.get() + "/MODEL";
    Problem problem =
        Problems.of(
                "E103",
                "model \"%s\" belongs to %s, but provider is %s"
                    .formatted(model.text(), implied.get(), choice.provider()),
                "")
            .from("model: " + model.location(), "provider: " + choice.by())
            .help(alike);
    report.problem(
        MODEL,
        hasOwnServer(choice.provider(), choice.layer())
            ? problem.help(
                alike,
                "or, when your server calls it so: -m " + choice.provider() + "/" + model.text())
            : problem);
  }

  /**
   * Whether the provider is set up with an endpoint that is not the vendor's own and takes any
   * model id, when this layer and those below it choose.
   */
  private boolean hasOwnServer(String provider, Layer layer) {
    return !provider.equals("ollama")
        && ModelRef.PROVIDERS.contains(provider)
        && offers.getOrDefault(BASE_URL, List.of()).stream()
            .filter(url -> isFor(url, provider, layer))
            .findFirst()
            .filter(url -> !url.text().isEmpty())
            .filter(url -> !ModelCatalog.isVendorUrl(provider, url.text()))
            .isPresent();
  }

  /**
   * Whether an endpoint was written for this provider: by its variable's name, by the provider
   * named beside it, or, of an endpoint below the layer that chooses, because it would be chosen
   * there.
   */
  private boolean isFor(Candidate url, String provider, Layer chooses) {
    if (!url.provider().isEmpty()) {
      return url.provider().equals(provider);
    }
    for (Layer layer : Layer.values()) {
      if (layer.compareTo(url.layer()) >= 0) {
        Optional<Candidate> named = first(PROVIDER, layer);
        if (named.isPresent()) {
          return named.get().text().equals(provider);
        }
      }
    }
    return url.layer().compareTo(chooses) <= 0
        || chosenFrom(url.layer()).provider().equals(provider);
  }

  private Optional<Candidate> first(String key, Layer layer) {
    return offers.getOrDefault(key, List.of()).stream()
        .filter(candidate -> candidate.layer() == layer)
        .findFirst();
  }
}
