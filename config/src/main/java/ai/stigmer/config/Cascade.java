package ai.stigmer.config;

import ai.stigmer.config.ResolvedSetting.Shadowed;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.model.ModelRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Resolves settings from all layers. Provider, model, endpoint and key are one unit: when a layer
 * decides the provider, lower values that belong to another provider do not count.
 *
 * <p>Uses no network. Not thread-safe; one per resolution.
 */
public final class Cascade {
  private static final Set<Setting> REQUESTABLE =
      EnumSet.of(Setting.MODEL, Setting.MAX_TOKENS, Setting.TEMPERATURE);

  private final ConfigInput input;
  private final ConfigFile file;
  private final List<String> notes = new ArrayList<>();
  private final List<Problem> problems = new ArrayList<>();
  private final Map<Layer, Map<Setting, Value>> layers = new EnumMap<>(Layer.class);

  private Cascade(ConfigInput input) {
    this.input = input;
    this.file = file(input);
    notes.addAll(file.notes);
    problems.addAll(file.problems);
  }

  /** What counts, with origins, notes and everything that is wrong. */
  public static Resolved resolve(ConfigInput input) {
    return new Cascade(input).resolve();
  }

  private Resolved resolve() {
    Value mode = mode();
    gather();
    Value provider = provider(Layer.REQUEST, mode);
    contradiction(provider);
    Map<Setting, ResolvedSetting> settings = new EnumMap<>(Setting.class);
    settings.put(Setting.PROVIDER, decided(provider));
    for (Setting setting : EnumSet.complementOf(EnumSet.of(Setting.PROVIDER))) {
      settings.put(setting, setting(setting, provider, mode));
    }
    unusedKeys(provider.text());
    Resolved resolved = new Resolved(mode, settings, notes, problems);
    List<Problem> all = new ArrayList<>(problems);
    all.addAll(Checks.of(resolved));
    return new Resolved(mode, settings, notes, all);
  }

  private Value mode() {
    String flag = input.mode().orElse("").strip();
    String own = input.env().getOrDefault("STIGMER_MODE", "").strip();
    String shared = input.env().getOrDefault("MODE", "").strip();
    if (!flag.isEmpty()) {
      return known(new Value(Layer.FLAG, "--mode", flag));
    }
    if (!own.isEmpty()) {
      return known(new Value(Layer.ENV, "STIGMER_MODE", own));
    }
    if (shared.equals("local") || shared.equals("cloud")) {
      return new Value(Layer.ENV, "MODE", shared);
    }
    if (!shared.isEmpty()) {
      notes.add("MODE is \"" + shared + "\", which is neither local nor cloud; it is ignored");
    }
    return file.mode.map(this::known).orElse(new Value(Layer.DEFAULT, "stigmer", "local"));
  }

  private Value known(Value mode) {
    if (!mode.text().equals("local") && !mode.text().equals("cloud")) {
      problems.add(
          Problem.of(
                  "E111",
                  Problem.Category.CONFIGURATION,
                  "mode must be local or cloud, got \"" + mode.text() + "\"")
              .from(mode.place())
              .help("STIGMER_MODE=local"));
      return new Value(mode.layer(), mode.location(), "local");
    }
    return mode;
  }

  private void gather() {
    for (Layer layer : Layer.values()) {
      layers.put(layer, new EnumMap<>(Setting.class));
    }
    input
        .request()
        .forEach(
            (setting, text) -> {
              if (REQUESTABLE.contains(setting)) {
                put(setting, new Value(Layer.REQUEST, "request", text));
              } else {
                notes.add(setting.key() + " of a request is ignored");
              }
            });
    input.flags().forEach((setting, text) -> put(setting, flag(setting, text)));
    for (Setting setting : Setting.values()) {
      String text = input.env().get(setting.variable());
      if (text != null) {
        put(setting, new Value(Layer.ENV, setting.variable(), text));
      }
    }
    String keyFile = input.env().getOrDefault("STIGMER_LLM_API_KEY_FILE", "").strip();
    if (!keyFile.isEmpty() && at(Layer.ENV, Setting.API_KEY).isEmpty()) {
      put(Setting.API_KEY, keyFile(Layer.ENV, "STIGMER_LLM_API_KEY_FILE", keyFile));
    }
    file.values.forEach(this::put);
  }

  private Value flag(Setting setting, String text) {
    return setting == Setting.API_KEY
        ? keyFile(Layer.FLAG, setting.flag(), text)
        : new Value(Layer.FLAG, setting.flag(), text);
  }

  private Value keyFile(Layer layer, String location, String path) {
    try {
      return new Value(layer, location, Files.readString(Path.of(path)));
    } catch (IOException e) {
      problems.add(
          Problem.of(
                  "E112", Problem.Category.CREDENTIALS, "the key file " + path + " cannot be read")
              .from(layer.shown() + " " + location));
      return new Value(layer, location, "");
    }
  }

  private void put(Setting setting, Value value) {
    if (!value.text().isEmpty() || setting.emptyClears()) {
      layer(value.layer()).put(setting, value);
    }
  }

  private Map<Setting, Value> layer(Layer layer) {
    return layers.getOrDefault(layer, Map.of());
  }

  private Optional<Value> at(Layer layer, Setting setting) {
    return Optional.ofNullable(layer(layer).get(setting));
  }

  /** The provider that counts when only {@code top} and the layers below it are looked at. */
  private Value provider(Layer top, Value mode) {
    for (Layer layer : Layer.values()) {
      Optional<Value> decided = layer.compareTo(top) < 0 ? Optional.empty() : decidedAt(layer);
      if (decided.isPresent()) {
        return decided.get();
      }
    }
    return new Value(
        Layer.DEFAULT, "mode=" + mode.text(), mode.text().equals("cloud") ? "anthropic" : "ollama");
  }

  private Optional<Value> decidedAt(Layer layer) {
    Optional<Value> named = at(layer, Setting.PROVIDER);
    if (named.isPresent()) {
      return named;
    }
    return at(layer, Setting.MODEL)
        .filter(model -> !model.text().isEmpty())
        .filter(model -> !ownEndpointBelow(layer, model))
        .flatMap(
            model ->
                ModelRef.parse(model.text())
                    .provider()
                    .map(id -> new Value(layer, model.location(), id)));
  }

  /** An endpoint of one's own accepts any model id, so a family name decides nothing there. */
  private boolean ownEndpointBelow(Layer layer, Value model) {
    if (ModelRef.parse(model.text()).naming() == ModelRef.Naming.EXPLICIT) {
      return false;
    }
    for (Layer lower : Layer.values()) {
      if (lower.compareTo(layer) >= 0
          && at(lower, Setting.PROVIDER).filter(p -> !p.text().isEmpty()).isPresent()) {
        return at(lower, Setting.BASE_URL).filter(u -> !u.text().isEmpty()).isPresent();
      }
    }
    return false;
  }

  private void contradiction(Value provider) {
    Optional<Value> model = at(provider.layer(), Setting.MODEL);
    if (model.isEmpty() || model.get().text().isEmpty() || provider.text().isEmpty()) {
      return;
    }
    ModelRef ref = ModelRef.parse(model.get().text());
    boolean ownEndpoint =
        ref.naming() == ModelRef.Naming.FAMILY
            && at(provider.layer(), Setting.BASE_URL).filter(u -> !u.text().isEmpty()).isPresent();
    if (provider.text().equals(ModelRef.SCRIPTED)
        || ownEndpoint
        || ref.provider().isEmpty()
        || ref.provider().get().equals(provider.text())) {
      return;
    }
    problems.add(
        Problem.of(
                "E103",
                Problem.Category.CONFIGURATION,
                "model \""
                    + ref.model()
                    + "\" belongs to "
                    + ref.provider().get()
                    + ", but provider is "
                    + provider.text())
            .from("model: " + model.get().place(), "provider: " + provider.place())
            .help("name both in one: --model " + ref.provider().get() + "/" + ref.model()));
  }

  private ResolvedSetting decided(Value provider) {
    List<Shadowed> shadowed = new ArrayList<>();
    for (Layer layer : Layer.values()) {
      at(layer, Setting.PROVIDER)
          .filter(value -> layer.compareTo(provider.layer()) > 0)
          .ifPresent(value -> shadowed.add(new Shadowed(value, "overridden")));
    }
    return new ResolvedSetting(Setting.PROVIDER, Optional.of(provider), Optional.empty(), shadowed);
  }

  private ResolvedSetting setting(Setting setting, Value provider, Value mode) {
    List<Value> counting = new ArrayList<>();
    List<Shadowed> shadowed = new ArrayList<>();
    for (Value value : candidates(setting, provider.text())) {
      if (isOthers(setting, value, provider, mode)) {
        shadowed.add(new Shadowed(hidden(setting, value), "other provider"));
      } else if (counting.isEmpty()) {
        counting.add(value);
      } else {
        shadowed.add(new Shadowed(hidden(setting, value), "overridden"));
      }
    }
    Optional<Value> value = counting.stream().findFirst();
    return new ResolvedSetting(setting, value, onTheWire(setting, value, provider), shadowed);
  }

  private static Value hidden(Setting setting, Value value) {
    return setting == Setting.API_KEY ? new Value(value.layer(), value.location(), "set") : value;
  }

  private List<Value> candidates(Setting setting, String provider) {
    List<Value> values = new ArrayList<>();
    for (Layer layer : Layer.values()) {
      at(layer, setting).ifPresent(values::add);
      if (layer == Layer.ENV) {
        for (String name : setting.aliases(provider)) {
          String text = input.env().getOrDefault(name, "").strip();
          if (!text.isEmpty()) {
            values.add(new Value(Layer.ENV, name, text));
          }
        }
      }
    }
    Catalog.standard(setting, provider)
        .ifPresent(text -> values.add(new Value(Layer.DEFAULT, "provider=" + provider, text)));
    return values;
  }

  private boolean isOthers(Setting setting, Value value, Value provider, Value mode) {
    boolean bundled =
        setting == Setting.MODEL || setting == Setting.BASE_URL || setting == Setting.API_KEY;
    if (!bundled
        || value.layer() == Layer.DEFAULT
        || value.layer().compareTo(provider.layer()) <= 0
        || setting.aliases(provider.text()).contains(value.location())) {
      return false;
    }
    Value owner = provider(value.layer(), mode);
    boolean unbound = owner.layer() == Layer.DEFAULT && provider.layer() != Layer.REQUEST;
    return !unbound && !owner.text().equals(provider.text());
  }

  private static Optional<String> onTheWire(
      Setting setting, Optional<Value> value, Value provider) {
    if (value.isEmpty() || value.get().text().isEmpty()) {
      return Optional.empty();
    }
    String text = value.get().text();
    String sent =
        switch (setting) {
          case MODEL ->
              provider.text().equals(ModelRef.SCRIPTED)
                  ? Path.of(text).toAbsolutePath().normalize().toString()
                  : Catalog.fullId(ModelRef.parse(text).model());
          case BASE_URL -> Endpoint.normal(text, provider.text());
          case PROVIDER, API_KEY, MAX_TOKENS, TEMPERATURE, CONTEXT_LENGTH -> text;
        };
    return sent.equals(text) ? Optional.empty() : Optional.of(sent);
  }

  private void unusedKeys(String provider) {
    for (String other : ModelRef.PROVIDERS) {
      for (String name : Setting.API_KEY.aliases(other)) {
        if (!other.equals(provider) && !input.env().getOrDefault(name, "").isBlank()) {
          notes.add(name + " is set and not used (provider is " + provider + ")");
        }
      }
    }
  }

  private static ConfigFile file(ConfigInput input) {
    if (input.useFile() == ConfigInput.FileUse.IGNORE) {
      return ConfigFile.none();
    }
    String named = input.env().getOrDefault("STIGMER_CONFIG", "").strip();
    Optional<Path> explicit =
        input.file().or(() -> named.isEmpty() ? Optional.empty() : Optional.of(Path.of(named)));
    if (explicit.isPresent()) {
      return ConfigFile.read(explicit.get(), input.env());
    }
    String home = input.env().getOrDefault("STIGMER_HOME", "").strip();
    Path folder =
        home.isEmpty() ? Path.of(System.getProperty("user.home"), ".stigmer") : Path.of(home);
    Path standard = folder.resolve("config.yaml");
    return Files.exists(standard) ? ConfigFile.read(standard, input.env()) : ConfigFile.none();
  }
}
