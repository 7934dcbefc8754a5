package ai.stigmer.cli.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/*
 * Where the rules leave something open, this model and the product read them alike:
 *
 * - A model, URL or key that names no provider belongs to the provider that its own layer and those below it would
 *   choose, in the end the mode's. Only a key for which nothing below chose, and beside which no URL for any provider
 *   stands, goes with whatever the user chose by flag, environment or file; when a request chose, it stays with the
 *   mode's provider, and with the one that would be chosen without the request.
 * - Ollama has no vendor's endpoint, so an address for it does not make it take names of other families.
 * - Only the layer that decides the provider can contradict itself; below it nothing is decided.
 * - A vendor's endpoint is told by its host.
 * - A model that names its provider and nothing else counts as an empty one.
 * - A limit of turns that is no number limits a request to the built-in number.
 * - A failed reference or key file says nothing, so that its layer does not speak.
 */
/**
 * The rules of the cascade, written once more in the plainest way, from the rules alone. Says what
 * explain must say.
 */
final class CascadeRules {
  private static final List<String> PROVIDERS = List.of("ollama", "anthropic", "openai");
  private static final List<String> LAYERS = List.of("request", "flag", "env", "file", "default");

  private final GivenConfiguration given;
  private final Path config;
  private final Set<String> problems = new TreeSet<>();

  /**
   * A value that some place says.
   *
   * @param only the one provider that the place is for; empty when it is for any
   */
  record Said(String text, String layer, String where, String only) {
    int rank() {
      return LAYERS.indexOf(layer);
    }
  }

  /** Who is used, and what decided it. */
  record Chosen(String provider, String layer, String where, boolean byModel) {
    int rank() {
      return LAYERS.indexOf(layer);
    }
  }

  CascadeRules(GivenConfiguration given, Path config) {
    this.given = given;
    this.config = config;
  }

  /** Problems as {@code CODE setting}. */
  Set<String> problems() {
    return problems;
  }

  void problem(String code, String setting) {
    problems.add(code + " " + setting);
  }

  // Rule 1: layers.

  /** What is said for a setting, the strongest first. */
  List<Said> said(String key) {
    var all = new ArrayList<Said>();
    request(key).ifPresent(text -> all.add(new Said(text, "request", "request", "")));
    String flag = CascadeData.FLAGS.getOrDefault(key, "");
    Optional.ofNullable(given.flags().get(flag))
        .flatMap(text -> flag.endsWith("-file") ? keyFile(text, "E127") : Optional.of(text))
        .ifPresent(text -> all.add(new Said(text, "flag", flag, "")));
    for (String variable : CascadeData.VARIABLES.getOrDefault(key, List.of())) {
      Optional.ofNullable(given.env().get(variable))
          .flatMap(text -> variable(variable, text.strip()))
          .ifPresent(text -> all.add(new Said(text, "env", variable, onlyFor(variable))));
    }
    Optional.ofNullable(given.file().get(key))
        .flatMap(this::expanded)
        .ifPresent(text -> all.add(new Said(text, "file", config + ":" + given.lineOf(key), "")));
    return all.stream()
        .map(said -> new Said(said.text().strip(), said.layer(), said.where(), said.only()))
        .filter(said -> !said.text().isEmpty() || CascadeData.EMPTY_CLEARS.contains(key))
        .toList();
  }

  /** A request may set model, max_tokens, temperature, and lower the turns. */
  private Optional<String> request(String key) {
    String text = given.requests().get(key);
    if (text == null) {
      return Optional.empty();
    }
    if (key.equals("llm.base_url") || key.equals("llm.provider")) {
      problem("E111", key);
      return Optional.empty();
    }
    if (key.equals("agent.max_turns") && CascadeData.isCount(text.strip())) {
      String most =
          Stream.of(
                  given.flags().getOrDefault("--max-turns", ""),
                  given.env().getOrDefault("STIGMER_MAX_TURNS", ""),
                  given.file().getOrDefault(key, ""),
                  "50")
              .filter(each -> !each.isBlank())
              .findFirst()
              .orElseThrow()
              .strip();
      long limit = CascadeData.isCount(most) ? Long.parseLong(most) : 50;
      if (Long.parseLong(text.strip()) > limit) {
        problem("E111", key);
        return Optional.empty();
      }
    }
    return Optional.of(text);
  }

  private Optional<String> variable(String name, String text) {
    if (name.equals("MODE") && !text.equals("local") && !text.equals("cloud")) {
      return Optional.empty();
    }
    if (name.equals("OLLAMA_HOST")) {
      return Optional.of(CascadeData.HOSTS.getOrDefault(text, text));
    }
    return name.endsWith("_FILE") ? keyFile(text, "E127") : Optional.of(text);
  }

  private Optional<String> expanded(String text) {
    if (text.equals("${env:MY_KEY}")) {
      if (!given.env().containsKey("MY_KEY")) {
        problem("E124", "llm.api_key");
      }
      return Optional.ofNullable(given.env().get("MY_KEY"));
    }
    return text.startsWith("${file:")
        ? keyFile(text.substring("${file:".length(), text.length() - 1), "E124")
        : Optional.of(text);
  }

  private Optional<String> keyFile(String name, String code) {
    if (name.isBlank() && code.equals("E127")) {
      return Optional.empty();
    }
    try {
      return Optional.of(Files.readString(Path.of(name), StandardCharsets.UTF_8));
    } catch (IOException e) {
      problem(code, "llm.api_key");
      return Optional.empty();
    }
  }

  private static String onlyFor(String variable) {
    String vendor = variable.replaceFirst("_.*", "").toLowerCase(Locale.ROOT);
    return PROVIDERS.contains(vendor) ? vendor : "";
  }

  // Rule 1: the mode picks the default provider.

  String mode() {
    String mode = said("mode").stream().map(Said::text).findFirst().orElse("local");
    if (!mode.equals("local") && !mode.equals("cloud")) {
      problem("E109", "mode");
    }
    return mode;
  }

  String defaultProvider() {
    return mode().equals("cloud") ? "anthropic" : "ollama";
  }

  // Rule 3: a model can choose its provider.

  Chosen chosen() {
    return chosenAtOrBelow("request");
  }

  private Chosen chosenAtOrBelow(String layer) {
    if (layer.equals("default")) {
      String valid = mode().equals("cloud") ? "cloud" : "local";
      String shown = valid.equals(mode()) ? mode() : valid;
      return new Chosen(defaultProvider(), "default", "mode=" + shown, false);
    }
    Optional<Said> provider = in(layer, "llm.provider");
    if (provider.isPresent()) {
      return new Chosen(provider.get().text(), layer, provider.get().where(), false);
    }
    Chosen below = chosenAtOrBelow(LAYERS.get(LAYERS.indexOf(layer) + 1));
    Optional<Said> model = in(layer, "llm.model");
    String owner = model.map(said -> ownerByName(said.text(), below.provider(), layer)).orElse("");
    return owner.isEmpty() ? below : new Chosen(owner, layer, model.orElseThrow().where(), true);
  }

  private Optional<Said> in(String layer, String key) {
    return said(key).stream().filter(said -> said.layer().equals(layer)).findFirst();
  }

  /** The provider that a model's name tells; empty when it tells none. */
  String ownerByName(String model, String current, String choosing) {
    String name = model.toLowerCase(Locale.ROOT);
    for (String provider : PROVIDERS) {
      if (name.startsWith(provider + "/") || name.startsWith(provider + ":")) {
        return name.length() > provider.length() + 1 ? provider : "";
      }
    }
    return hasOwnServer(current, choosing) ? "" : CascadeData.familyOf(name);
  }

  /** A base URL that is not the vendor's own accepts any model id. */
  private boolean hasOwnServer(String provider, String choosing) {
    Optional<Said> url =
        said("llm.base_url").stream()
            .filter(said -> isMeantFor(said, provider, choosing))
            .findFirst();
    return (provider.equals("anthropic") || provider.equals("openai"))
        && url.isPresent()
        && !url.get().text().isEmpty()
        && !CascadeData.isVendors(provider, url.get().text());
  }

  private boolean isMeantFor(Said url, String provider, String choosing) {
    if (!url.only().isEmpty()) {
      return url.only().equals(provider);
    }
    return said("llm.provider").stream()
        .filter(named -> named.rank() >= url.rank())
        .findFirst()
        .map(named -> named.text().equals(provider))
        .orElseGet(
            () ->
                url.rank() <= LAYERS.indexOf(choosing)
                    || chosenAtOrBelow(url.layer()).provider().equals(provider));
  }

  /** Named in the same layer and contradicting each other: an error. */
  void contradiction(Chosen chosen) {
    if (!chosen.byModel() && PROVIDERS.contains(chosen.provider())) {
      in(chosen.layer(), "llm.model")
          .map(model -> ownerByName(model.text(), chosen.provider(), chosen.layer()))
          .filter(owner -> !owner.isEmpty() && !owner.equals(chosen.provider()))
          .ifPresent(owner -> problem("E103", "llm.model"));
    }
  }

  // Rules 2 and 5: the bundle.

  boolean belongs(String key, Said said, Chosen chosen) {
    if (!said.only().isEmpty()) {
      return said.only().equals(chosen.provider());
    }
    if (said.rank() <= chosen.rank()) {
      return true;
    }
    if (key.equals("llm.model")) {
      String owner = ownerByName(said.text(), chosen.provider(), chosen.layer());
      if (!owner.isEmpty()) {
        return owner.equals(chosen.provider());
      }
    }
    Chosen below = chosenAtOrBelow(said.layer());
    if (below.provider().equals(chosen.provider())) {
      return true;
    }
    boolean besideUrl =
        said("llm.base_url").stream()
            .anyMatch(url -> url.layer().equals(said.layer()) && url.only().isEmpty());
    if (!key.equals("llm.api_key") || !below.layer().equals("default") || besideUrl) {
      return false;
    }
    return !chosen.layer().equals("request")
        || chosenAtOrBelow("flag").provider().equals(chosen.provider());
  }

  /** A key beside a base URL is for that one: it never goes to one that a higher layer names. */
  boolean isForAnotherUrl(Said key, Chosen chosen) {
    List<Said> urls =
        said("llm.base_url").stream().filter(url -> belongs("llm.base_url", url, chosen)).toList();
    Optional<Said> beside =
        urls.stream().filter(url -> url.layer().equals(key.layer())).findFirst();
    return beside.isPresent()
        && urls.getFirst().rank() < key.rank()
        && !CascadeData.usable(urls.getFirst().text(), chosen.provider())
            .equals(CascadeData.usable(beside.get().text(), chosen.provider()));
  }

  /** Whether neither its place nor anything beside or below it tells whose it is. */
  boolean isUnnamed(Said said) {
    return said.only().isEmpty() && chosenAtOrBelow(said.layer()).layer().equals("default");
  }

  static Map<String, String> defaultsOf(String provider) {
    return CascadeData.DEFAULTS.getOrDefault(provider, Map.of());
  }
}
