package ai.stigmer.config;

import ai.stigmer.config.CatalogFile.OfProvider;
import ai.stigmer.graphton.model.ModelRef;
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

  /** What {@code takes} calls the schema of an answer, which is no setting. */
  private static final String ANSWER_SCHEMA = "answer_schema";

  private static final Map<String, String> EVERYWHERE =
      Map.ofEntries(
          Map.entry(SettingsTable.RETRY_BUDGET, "5m"),
          Map.entry(SettingsTable.CONNECT_TIMEOUT, "3s"),
          Map.entry(SettingsTable.FIRST_TOKEN_TIMEOUT, "5m"),
          Map.entry(SettingsTable.IDLE_TIMEOUT, "60s"),
          Map.entry(SettingsTable.MAX_TURNS, "50"),
          Map.entry(SettingsTable.MAX_RETRIES, "4"),
          Map.entry(SettingsTable.COMPACT_AT, "0.8"),
          Map.entry(SettingsTable.API, "auto"),
          Map.entry(SettingsTable.PULL, "ask"),
          Map.entry(SettingsTable.EXECUTION_MODE, "auto"),
          Map.entry(SettingsTable.EXECUTION_NETWORK, "none"),
          Map.entry(SettingsTable.EXECUTION_PROCESSES, "512"),
          Map.entry(SettingsTable.EXECUTION_MEMORY, "8g"),
          Map.entry(SettingsTable.EXECUTION_FILE_SIZE, "4g"),
          Map.entry(SettingsTable.EXECUTION_CPU, "1h"),
          Map.entry(SettingsTable.BUDGET_DEPTH, "1"),
          Map.entry(SettingsTable.BUDGET_FAN_OUT, "16"),
          Map.entry(SettingsTable.WHEN_ABSENT, "deny"),
          Map.entry(SettingsTable.UNKNOWN_EFFECTS, "tell-model"),
          Map.entry(SettingsTable.PERMISSION_MODE, "allow-edits"),
          Map.entry(SettingsTable.ENGINE, "embedded"),
          Map.entry(SettingsTable.SERVER_ADDRESS, "127.0.0.1:7234"),
          Map.entry(SettingsTable.SERVER_BEHIND_PROXY, "off"),
          Map.entry(SettingsTable.TEMPORAL_SUB_AGENTS, "off"),
          Map.entry(SettingsTable.SERVER_MAX_RUNS, "64"),
          Map.entry(SettingsTable.TEMPORAL_TASK_QUEUE, "stigmer"),
          Map.entry(SettingsTable.TEMPORAL_MAX_CONCURRENCY, "10"),
          Map.entry(SettingsTable.TEMPORAL_HEARTBEAT, "10s"),
          Map.entry(SettingsTable.TEMPORAL_SEGMENT, "1m"),
          Map.entry(SettingsTable.RUNNER_TASK_QUEUE, "agent_execution_runner"),
          Map.entry(SettingsTable.INVOKE_TASK_QUEUE, "agent_execution_stigmer"),
          Map.entry(SettingsTable.WORKER_SANDBOX, "filesystem"),
          Map.entry(SettingsTable.WORKER_LOG_LEVEL, "info"),
          Map.entry(SettingsTable.TELEMETRY_PROTOCOL, "http/protobuf"),
          Map.entry(SettingsTable.TELEMETRY_SERVICE_NAME, "stigmer"),
          Map.entry(SettingsTable.TELEMETRY_CONTENT, "off"));

  private ModelCatalog() {}

  /** Reads the data file, which takes a good part of a start, so that it is there when needed. */
  public static void warmUp() {
    var _ = asOf();
  }

  /** When the catalog was last compared with the vendors' pages. */
  public static LocalDate asOf() {
    return FILE.asOf();
  }

  /** All models, those of one provider together, in the order in which lists show them. */
  public static List<CatalogModel> models() {
    return FILE.models();
  }

  /**
   * Whether tokens of the model cost nothing: it is only played, or runs on a machine of one's own.
   * Ollama's names of models that it serves elsewhere end in {@code cloud}.
   */
  public static boolean isFree(String provider, String model) {
    return provider.equals(ModelRef.SCRIPTED)
        || (provider.equals("ollama") && !model.endsWith(":cloud") && !model.endsWith("-cloud"));
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
   * Whether a provider's own endpoint takes a parameter for this model; of models that are unknown
   * at other endpoints see {@link #isTakenByAny}.
   */
  static boolean takes(String provider, String model, String key) {
    return of(provider).takes().getOrDefault(key, List.of()).stream().anyMatch(model::startsWith);
  }

  /** Whether a model of this provider can be held to a JSON Schema while it writes. */
  public static boolean writesBySchema(String provider, String model) {
    return takes(provider, model, ANSWER_SCHEMA);
  }

  /** Whether any model of the provider takes a parameter; true for a provider that is unknown. */
  static boolean isTakenByAny(String provider, String key) {
    OfProvider known = FILE.providers().get(provider);
    return known == null || known.takes().containsKey(key);
  }

  private static OfProvider of(String provider) {
    return FILE.providers().getOrDefault(provider, OfProvider.NONE);
  }
}
