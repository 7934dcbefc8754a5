package ai.stigmer.config;

import ai.stigmer.config.CatalogFile.OfProvider;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What is known of models without asking anybody: names, limits, prices, dates, and which
 * parameters a model takes. It comes from a data file that carries the date on which its facts were
 * read; a model that it does not know can be used all the same.
 */
public final class ModelCatalog {
  private static final CatalogFile FILE = CatalogFile.read();

  private static final Map<String, String> EVERYWHERE =
      Map.of(
          SettingsTable.CONNECT_TIMEOUT, "3s",
          SettingsTable.FIRST_TOKEN_TIMEOUT, "5m",
          SettingsTable.IDLE_TIMEOUT, "60s",
          SettingsTable.MAX_TURNS, "50",
          SettingsTable.MAX_RETRIES, "4",
          SettingsTable.API, "auto",
          SettingsTable.PULL, "ask",
          SettingsTable.WHEN_ABSENT, "deny",
          SettingsTable.UNKNOWN_EFFECTS, "tell-model");

  private ModelCatalog() {}

  /** When the catalog was last compared with the vendors' pages. */
  public static LocalDate asOf() {
    return FILE.asOf();
  }

  /** All models, those of one provider together, in the order in which lists show them. */
  public static List<CatalogModel> models() {
    return FILE.models();
  }

  /** The model that this provider or its users call so. */
  public static Optional<CatalogModel> find(String provider, String name) {
    return FILE.models().stream()
        .filter(model -> model.provider().equals(provider) && model.isCalled(name))
        .findFirst();
  }

  /**
   * The full id of a model that people call by a shorter name; the name itself when it is no such
   * name of this provider.
   */
  static String fullId(String provider, String name) {
    return find(provider, name)
        .filter(model -> model.aliases().contains(name))
        .map(CatalogModel::id)
        .orElse(name);
  }

  /** The shorter names of a provider's models, with their full ids, sorted. */
  public static Map<String, String> friendlyNames(String provider) {
    var names = new TreeMap<String, String>();
    for (CatalogModel model : FILE.models()) {
      if (model.provider().equals(provider)) {
        model.aliases().forEach(alias -> names.put(alias, model.id()));
      }
    }
    return names;
  }

  static Optional<String> defaultOf(String provider, String key) {
    String general = EVERYWHERE.get(key);
    return Optional.ofNullable(general != null ? general : of(provider).defaults().get(key));
  }

  /** Whether a URL leads to the vendor's own host. Ollama has none. */
  static boolean isVendorUrl(String provider, String url) {
    return !provider.equals("ollama")
        && defaultOf(provider, SettingsTable.BASE_URL).flatMap(Urls::host).equals(Urls.host(url))
        && Urls.host(url).isPresent();
  }

  /**
   * Whether a provider's own endpoint takes a parameter for this model; other endpoints take
   * everything.
   */
  static boolean takes(String provider, String model, String key) {
    return of(provider).takes().getOrDefault(key, List.of()).stream().anyMatch(model::startsWith);
  }

  private static OfProvider of(String provider) {
    return FILE.providers().getOrDefault(provider, OfProvider.NONE);
  }
}
