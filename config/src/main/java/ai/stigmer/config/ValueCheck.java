package ai.stigmer.config;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Problem.Category;
import ai.stigmer.graphton.error.Spelling;
import ai.stigmer.graphton.model.ModelRef;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What can be said of a single value without knowing the others. */
final class ValueCheck {
  private ValueCheck() {}

  /** What is wrong with a value that is to be written to the file. */
  static Optional<Problem> ofWritten(Setting setting, String text, String location) {
    if (text.isEmpty()) {
      return Optional.of(
          Problems.of("E131", "the value for " + setting.key() + " is empty", location)
              .help("to remove one: stigmer config unset " + setting.key()));
    }
    return ConfigFile.REFERENCE.matcher(text).find()
        ? Optional.empty()
        : of(setting, text, location);
  }

  /** What is wrong with a value that is not empty. */
  static Optional<Problem> of(Setting setting, String text, String location) {
    return switch (setting.kind()) {
      case MODE -> Mode.of(text).isPresent() ? Optional.empty() : mode(text, location);
      case PROVIDER -> provider(text, location);
      case MODEL -> model(text, location);
      case URL -> isUrlForSomeProvider(text) ? Optional.empty() : url(text, location);
      case SECRET -> secret(setting, text, location);
      case COUNT ->
          Values.count(text).isPresent() ? Optional.empty() : number(setting, text, location);
      case TEMPERATURE ->
          Values.temperature(text).isPresent() ? Optional.empty() : number(setting, text, location);
      case RETRIES ->
          Values.retries(text).isPresent() ? Optional.empty() : number(setting, text, location);
      case SHARE ->
          Values.share(text).isPresent() ? Optional.empty() : number(setting, text, location);
      case MODELS ->
          Values.models(text).isPresent() ? Optional.empty() : number(setting, text, location);
      case EFFORT ->
          Values.effort(text).isPresent() ? Optional.empty() : number(setting, text, location);
      case API -> Values.isApi(text) ? Optional.empty() : number(setting, text, location);
      case WHEN_ABSENT ->
          WhenAbsent.of(text).isPresent() ? Optional.empty() : number(setting, text, location);
      case UNKNOWN_EFFECTS ->
          UnknownEffect.of(text).isPresent() ? Optional.empty() : number(setting, text, location);
      case PULL -> Pull.of(text).isPresent() ? Optional.empty() : number(setting, text, location);
      case EXECUTION ->
          ExecutionMode.of(text).isPresent() ? Optional.empty() : number(setting, text, location);
      case NETWORK, PROCESSES, SIZE, FOLDERS ->
          ExecutionValues.fits(setting.kind(), text)
              ? Optional.empty()
              : number(setting, text, location);
      case PERMISSION_MODE ->
          Values.permissionMode(text).isPresent()
              ? Optional.empty()
              : number(setting, text, location);
      case RULES ->
          RuleItem.split(text, location).stream()
              .flatMap(item -> RuleCheck.of(setting, item).stream())
              .findFirst();
      case HOOKS, FILE -> Optional.empty();
      case WEB, HOSTS, SWITCH ->
          ServerValues.fits(setting.kind(), text)
              ? Optional.empty()
              : number(setting, text, location);
      case LISTEN -> address(setting, text, location);
      case ENGINE ->
          EngineChoice.of(text).isPresent() ? Optional.empty() : number(setting, text, location);
      case WORD -> word(setting, text, location);
      case LOG_LEVEL ->
          LogLevel.of(text).isPresent() ? Optional.empty() : number(setting, text, location);
      case DURATION ->
          Values.duration(text).isPresent() ? Optional.empty() : number(setting, text, location);
      case MONEY ->
          Values.money(text).isPresent() ? Optional.empty() : number(setting, text, location);
      case DATABASE -> DatabaseUrl.isUsable(text) ? Optional.empty() : database(text, location);
      case PRIORITY ->
          Values.priority(text).isPresent() ? Optional.empty() : number(setting, text, location);
      case DEPTH ->
          Values.depth(text).isPresent() ? Optional.empty() : number(setting, text, location);
    };
  }

  private static Optional<Problem> word(Setting setting, String text, String location) {
    if (!Values.isWord(text)) {
      return number(setting, text, location);
    }
    boolean isStore = text.startsWith("/") || text.startsWith("file:") || text.startsWith("s3://");
    return isStore || !setting.key().equals(SettingsTable.WORKSPACE_STORE)
        ? Optional.empty()
        // What stands there may be a key, so it is not quoted.
        : Optional.of(
            Problems.of(
                    "E144",
                    "workspace.store is neither an absolute folder nor a bucket of S3",
                    location)
                .help(
                    "a folder that all machines see: /mnt/stigmer",
                    "a bucket of S3, or of a store that speaks like it: s3://BUCKET/PREFIX"));
  }

  private static Optional<Problem> address(Setting setting, String text, String location) {
    try {
      var _ = ListenAddress.of(text);
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of(
          Problems.of(code(setting.key()), mustBe(setting, text) + ": " + e.getMessage(), location)
              .help("for example 127.0.0.1:7234, [::1]:7234, or 127.0.0.1:0 for a free port"));
    }
  }

  static Optional<Problem> provider(String text, String location) {
    if (ModelRef.PROVIDERS.contains(text) || text.equals(ModelRef.SCRIPTED)) {
      return Optional.empty();
    }
    return Optional.of(
        Problems.of("E102", "unknown provider \"" + text + "\"", location)
            .help(
                Spelling.hint(text, ModelRef.PROVIDERS)
                    + "valid: "
                    + providers()
                    + " (and scripted, for demos and tests)"));
  }

  static String providers() {
    return String.join(", ", ModelRef.PROVIDERS);
  }

  /** A provider with nothing behind it is no model. */
  static Optional<Problem> model(String text, String location) {
    String head = text.substring(0, text.length() - 1).toLowerCase(Locale.ROOT);
    boolean bare = text.matches(".*[:/]") && ModelRef.PROVIDERS.contains(head);
    return bare
        ? Optional.of(
            Problems.of("E115", "no model after \"" + text + "\"", location)
                .help("write the model behind it: --model " + text + "MODEL"))
        : Optional.empty();
  }

  static Optional<Problem> url(String text, String location) {
    return Optional.of(
        Problems.of(
                "E114",
                "the base URL is not a plain http or https URL, got \"" + Urls.shown(text) + "\"",
                location)
            .help("write scheme, host and port only, for example http://localhost:11434"));
  }

  /** Headers are no key: their values may hold white space. */
  private static Optional<Problem> secret(Setting setting, String text, String location) {
    return setting.key().equals(SettingsTable.TELEMETRY_HEADERS)
        ? Optional.empty()
        : key(text, location);
  }

  /** A key's text by itself; whose it is shows only beside the provider. */
  static Optional<Problem> key(String text, String location) {
    return KeyShape.fitsAHeader(text)
        ? Optional.empty()
        : Optional.of(
            Problem.of(
                    "E108",
                    Category.CREDENTIALS,
                    "the key holds white space or characters that no key has; it is not used")
                .from(location)
                .help("set it again, the key alone on one line"));
  }

  private static Optional<Problem> mode(String text, String location) {
    return Optional.of(
        Problems.of("E109", "unknown mode \"" + text + "\"", location).help("use local or cloud"));
  }

  private static Optional<Problem> database(String text, String location) {
    return Optional.of(
        Problems.of(
                "E139",
                "the address of the database is wrong: " + DatabaseUrl.shown(text),
                location)
            .help(
                "a form that works: postgresql://stigmer@db.example:5432/stigmer",
                "in a password, write @ as %40, : as %3A, / as %2F, ? as %3F, % as %25"));
  }

  private static boolean isUrlForSomeProvider(String text) {
    return List.of(text, OllamaHost.toUrl(text)).stream()
        .map(Urls::withoutSlash)
        .anyMatch(Urls::isPlain);
  }

  private static Optional<Problem> number(Setting setting, String text, String location) {
    return Optional.of(
        Problems.of(code(setting.key()), mustBe(setting, text), location)
            .help("for example " + setting.example() + ", or unset it for the default"));
  }

  private static String mustBe(Setting setting, String text) {
    boolean isUrl = setting.kind() == Setting.Kind.WEB || text.contains("://");
    String got = isUrl ? Urls.shown(text) : text;
    return setting.key() + " must be " + setting.kind().expected() + ", got \"" + got + '"';
  }

  private static String code(String key) {
    return switch (key) {
      case SettingsTable.MAX_TOKENS -> "E104";
      case SettingsTable.TEMPERATURE -> "E105";
      case SettingsTable.CONTEXT_LENGTH -> "E116";
      case SettingsTable.MAX_TURNS,
          SettingsTable.BUDGET_MODEL_CALLS,
          SettingsTable.BUDGET_TOOL_CALLS,
          SettingsTable.BUDGET_TOKENS,
          SettingsTable.BUDGET_COST,
          SettingsTable.BUDGET_WALL_TIME,
          SettingsTable.BUDGET_DEPTH,
          SettingsTable.BUDGET_FAN_OUT ->
          "E118";
      case SettingsTable.EFFORT -> "E132";
      case SettingsTable.API -> "E133";
      case SettingsTable.PULL -> "E140";
      case SettingsTable.EXECUTION_MODE -> "E150";
      case SettingsTable.EXECUTION_NETWORK -> "E151";
      case SettingsTable.EXECUTION_READABLE -> "E153";
      case SettingsTable.EXECUTION_PROCESSES,
          SettingsTable.EXECUTION_MEMORY,
          SettingsTable.EXECUTION_FILE_SIZE,
          SettingsTable.EXECUTION_CPU ->
          "E152";
      case SettingsTable.WHEN_ABSENT, SettingsTable.UNKNOWN_EFFECTS -> "E148";
      case SettingsTable.PERMISSION_MODE -> "E155";
      case SettingsTable.ENGINE -> "E157";
      case SettingsTable.TEMPORAL_ADDRESS,
          SettingsTable.TEMPORAL_NAMESPACE,
          SettingsTable.TEMPORAL_TASK_QUEUE,
          SettingsTable.TEMPORAL_MAX_CONCURRENCY,
          SettingsTable.TEMPORAL_PRIORITY,
          SettingsTable.TEMPORAL_FAIRNESS_KEY,
          SettingsTable.TEMPORAL_SUB_AGENTS,
          SettingsTable.RUNNER_TASK_QUEUE,
          SettingsTable.INVOKE_TASK_QUEUE ->
          "E158";
      case SettingsTable.WORKER_WORKSPACES,
          SettingsTable.WORKER_SANDBOX,
          SettingsTable.WORKER_LOG_LEVEL ->
          "E169";
      case SettingsTable.BACKEND_ENDPOINT,
          SettingsTable.SERVER_ADDRESS,
          SettingsTable.SERVER_NAMES,
          SettingsTable.SERVER_BEHIND_PROXY,
          SettingsTable.SERVER_MAX_RUNS ->
          "E168";
      case SettingsTable.TELEMETRY_ENDPOINT,
          SettingsTable.TELEMETRY_TRACES_ENDPOINT,
          SettingsTable.TELEMETRY_PROTOCOL,
          SettingsTable.TELEMETRY_SERVICE_NAME,
          SettingsTable.TELEMETRY_CONTENT ->
          "E142";
      case SettingsTable.MAX_RETRIES -> "E134";
      case SettingsTable.COMPACT_AT -> "E141";
      case SettingsTable.FALLBACKS -> "E135";
      default -> "E117";
    };
  }
}
