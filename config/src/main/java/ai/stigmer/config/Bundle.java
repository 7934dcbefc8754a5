package ai.stigmer.config;

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
 * provider. A lower one belongs to the provider that its own layer, or one below it, names. Where nothing below
 * names one, it goes with the user's own choice by flag, environment or file; but when it was a request that
 * decided, it stays with the default provider, because a request must never lead a key to an endpoint, or an
 * endpoint to a key, that the owner of the machine did not put together.
 */
/**
 * Provider, model, endpoint and key as one unit: which provider is chosen, and which values go with
 * it.
 */
final class Bundle {
  private final Map<String, List<Candidate>> offers;
  private final Mode mode;
  private final List<Problem> problems;

  Bundle(Map<String, List<Candidate>> offers, Mode mode, List<Problem> problems) {
    this.offers = offers;
    this.mode = mode;
    this.problems = problems;
  }

  /** The highest layer that names a provider, or a model that belongs to one, decides. */
  ProviderChoice choose() {
    for (Layer layer : Layer.values()) {
      Optional<ProviderChoice> choice = namedIn(layer);
      if (choice.isPresent()) {
        return choice.get();
      }
    }
    return new ProviderChoice(mode.defaultProvider(), Layer.DEFAULT, "mode=" + mode.id(), false);
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
    String location = choice.model() ? choice.by() + " (by its model)" : choice.by();
    return new Resolution(
        setting,
        Optional.of(choice.provider()).filter(provider -> !provider.isEmpty()),
        Optional.empty(),
        choice.layer(),
        location,
        true,
        shadowed);
  }

  /** Whether a value of the bundle goes with the chosen provider. */
  boolean belongsTo(Setting setting, Candidate candidate, ProviderChoice choice) {
    if (!candidate.provider().isEmpty()) {
      return candidate.provider().equals(choice.provider());
    }
    if (candidate.layer().compareTo(choice.layer()) <= 0) {
      return true;
    }
    if (setting.key().equals(MODEL)) {
      Optional<String> implied = impliedBy(candidate, choice.provider());
      if (implied.isPresent()) {
        return implied.get().equals(choice.provider());
      }
    }
    for (Layer layer : Layer.values()) {
      if (layer.compareTo(candidate.layer()) >= 0) {
        Optional<ProviderChoice> owner = namedIn(layer);
        if (owner.isPresent()) {
          return owner.get().provider().equals(choice.provider());
        }
      }
    }
    return choice.layer() != Layer.REQUEST || mode.defaultProvider().equals(choice.provider());
  }

  private Optional<ProviderChoice> namedIn(Layer layer) {
    Optional<Candidate> provider = first(PROVIDER, layer);
    Optional<Candidate> model = first(MODEL, layer);
    if (provider.isPresent()) {
      String id = provider.get().text();
      model.ifPresent(named -> contradiction(provider.get(), named));
      return Optional.of(new ProviderChoice(id, layer, provider.get().location(), false));
    }
    return model
        .flatMap(named -> impliedBy(named, providerBelow(layer)))
        .map(id -> new ProviderChoice(id, layer, model.get().location(), true));
  }

  /** The provider that would be chosen without this layer and those above it. */
  private String providerBelow(Layer layer) {
    for (Layer lower : Layer.values()) {
      if (lower.compareTo(layer) > 0) {
        Optional<Candidate> provider = first(PROVIDER, lower);
        if (provider.isPresent()) {
          return provider.get().text();
        }
      }
    }
    return mode.defaultProvider();
  }

  /**
   * The provider that a model's name decides on; a compatible server takes any name that has no
   * prefix.
   */
  private Optional<String> impliedBy(Candidate model, String current) {
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
      case FAMILY -> hasOwnServer(current) ? Optional.of(current) : ref.provider();
      case NONE -> Optional.empty();
    };
  }

  private void contradiction(Candidate provider, Candidate model) {
    Optional<String> implied = impliedBy(model, provider.text());
    if (implied.isEmpty()
        || implied.get().equals(provider.text())
        || !ModelRef.PROVIDERS.contains(provider.text())) {
      return;
    }
    Problem problem =
        Problem.of(
                "E103",
                Problem.Category.CONFIGURATION,
                "model \""
                    + model.text()
                    + "\" belongs to "
                    + implied.get()
                    + ", but provider is "
                    + provider.text())
            .from("model: " + model.location(), "provider: " + provider.location())
            .help("name one of them only, or both alike: -m " + implied.get() + "/MODEL");
    if (!problems.contains(problem)) {
      problems.add(problem);
    }
  }

  /**
   * Whether the provider is set up with an endpoint that is not the vendor's own and takes any
   * model id.
   */
  private boolean hasOwnServer(String provider) {
    return !provider.equals("ollama")
        && ModelRef.PROVIDERS.contains(provider)
        && offers.getOrDefault(BASE_URL, List.of()).stream()
            .filter(url -> isFor(url, provider))
            .anyMatch(
                url -> !url.text().isEmpty() && !ModelCatalog.isVendorUrl(provider, url.text()));
  }

  /**
   * Whether an endpoint was written for this provider: by its variable's name, or by the provider
   * named beside it.
   */
  private boolean isFor(Candidate url, String provider) {
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
    return true;
  }

  private Optional<Candidate> first(String key, Layer layer) {
    return offers.getOrDefault(key, List.of()).stream()
        .filter(candidate -> candidate.layer() == layer)
        .findFirst();
  }
}
