package ai.stigmer.config;

import ai.stigmer.graphton.budget.Budget;
import ai.stigmer.graphton.egress.HostRule;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Problem.Category;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.graphton.model.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * What the cascade found: every setting with its origin, what is wrong, and what is worth knowing.
 * Immutable.
 */
public final class Resolved {
  private final Mode mode;
  private final List<Resolution> settings;
  private final List<Resolved> fallbacks;
  private final List<Report.Fault> faults;
  private final List<String> notes;

  Resolved(Mode mode, List<Resolution> settings, List<Resolved> fallbacks, Report report) {
    this(mode, settings, fallbacks, report.faults(), report.notes());
  }

  private Resolved(
      Mode mode,
      List<Resolution> settings,
      List<Resolved> fallbacks,
      List<Report.Fault> faults,
      List<String> notes) {
    this.mode = mode;
    this.settings = List.copyOf(settings);
    this.fallbacks = List.copyOf(fallbacks);
    this.faults = List.copyOf(faults);
    this.notes = List.copyOf(notes);
  }

  Resolved withSettings(List<Resolution> others) {
    return new Resolved(mode, others, fallbacks, faults, notes);
  }

  public Mode mode() {
    return mode;
  }

  /** Everything that is wrong, not only the first. */
  public List<Problem> problems() {
    return faults.stream().map(Report.Fault::problem).toList();
  }

  List<Report.Fault> faults() {
    return faults;
  }

  public List<String> notes() {
    return notes;
  }

  /**
   * The value of a setting as it is used: the full id of a model. Empty when it is unset or a
   * secret.
   */
  public Optional<String> value(String key) {
    Resolution resolution = get(key);
    return resolution.setting().secret() ? Optional.empty() : resolution.effective();
  }

  /** Whether the value is nobody's choice but the built-in one. */
  public boolean isDefault(String key) {
    return get(key).layer() == Layer.DEFAULT;
  }

  /**
   * Where the journal is, when it is not where it is by default. It may hold a password.
   *
   * @throws ai.stigmer.graphton.error.ProblemException when that setting is wrong; whatever else is
   *     wrong does not matter
   */
  public Optional<Secret> databaseUrl() {
    Problems.throwAll(
        faults.stream()
            .filter(fault -> fault.setting().equals(SettingsTable.DATABASE_URL))
            .map(Report.Fault::problem)
            .toList());
    return get(SettingsTable.DATABASE_URL).value().map(Secret::of);
  }

  /** Where the value of a setting comes from; empty when it has none. */
  public Optional<String> location(String key) {
    Resolution resolution = get(key);
    return resolution.value().map(value -> resolution.location());
  }

  /** A secret as it may be shown: its fingerprint, or that it is unset. */
  public String secretInWords(String key) {
    Resolution resolution = get(key);
    return resolution
        .value()
        .map(
            text ->
                resolution.setting().kind() == Setting.Kind.DATABASE
                    ? DatabaseUrl.shown(text)
                    : Secret.of(text).toString())
        .orElse("unset");
  }

  /**
   * What hides the file's value of a setting; empty when the file's value is in effect, or has
   * none.
   */
  public Optional<String> hiddenInFile(String key) {
    Resolution resolution = get(key);
    return resolution.shadowed().stream().anyMatch(loser -> loser.layer() == Layer.FILE)
        ? Optional.of(resolution.location())
        : Optional.empty();
  }

  /**
   * What became of the value at a place, for example a variable: {@code in effect}, hidden by
   * another place, or not used. Empty when the place says nothing.
   */
  public Optional<String> fate(String location) {
    Optional<String> fate = fateWithoutFallbacks(location);
    boolean helps =
        fallbacks.stream()
            .anyMatch(each -> each.fateWithoutFallbacks(location).equals(Optional.of("in effect")));
    return helps && fate.filter(text -> text.startsWith("not used")).isPresent()
        ? Optional.of("in effect for a fallback")
        : fate;
  }

  private Optional<String> fateWithoutFallbacks(String location) {
    for (Resolution resolution : settings) {
      if (resolution.location().equals(location)
          || resolution.location().equals(location + Bundle.BY_ITS_MODEL)) {
        return Optional.of("in effect");
      }
      for (Resolution.Shadowed loser : resolution.shadowed()) {
        if (loser.location().equals(location)) {
          return Optional.of(
              loser.reason().equals(Bundle.OTHER_PROVIDER)
                  ? "not used: " + loser.reason()
                  : "hidden by " + resolution.location());
        }
      }
    }
    return Optional.empty();
  }

  /** The most answers of the model in one run. */
  public int maxTurns() {
    return count(SettingsTable.MAX_TURNS).orElse(50);
  }

  /** How often one call of the model may be made again, 0 to 20. */
  public int maxRetries() {
    return get(SettingsTable.MAX_RETRIES).value().flatMap(Values::retries).orElse(0);
  }

  /** The time from the first failure of a call within which its last retry begins; positive. */
  public Duration retryBudget() {
    return duration(SettingsTable.RETRY_BUDGET);
  }

  /** What a run may spend, its sub-agents included. */
  public Budget budget() {
    OptionalInt tokens = count(SettingsTable.BUDGET_TOKENS);
    return new Budget(
        count(SettingsTable.BUDGET_MODEL_CALLS),
        count(SettingsTable.BUDGET_TOOL_CALLS),
        tokens.isPresent() ? OptionalLong.of(tokens.getAsInt()) : OptionalLong.empty(),
        get(SettingsTable.BUDGET_COST).value().flatMap(Values::money),
        get(SettingsTable.BUDGET_WALL_TIME).value().flatMap(Values::duration),
        get(SettingsTable.BUDGET_DEPTH).value().flatMap(Values::depth).orElse(0),
        count(SettingsTable.BUDGET_FAN_OUT).orElse(Budget.DEFAULT_FAN_OUT));
  }

  /** What to do about a model that is not installed. */
  public Pull pull() {
    return get(SettingsTable.PULL).value().flatMap(Pull::of).orElse(Pull.ASK);
  }

  /** Where commands run. */
  public ExecutionMode executionMode() {
    return get(SettingsTable.EXECUTION_MODE)
        .value()
        .flatMap(ExecutionMode::of)
        .orElse(ExecutionMode.AUTO);
  }

  /** Whether commands in a sandbox reach the network. */
  public boolean isNetworkOpen() {
    return get(SettingsTable.EXECUTION_NETWORK).value().equals(Optional.of("open"));
  }

  /** The only hosts that commands in a sandbox reach; empty when there is no such list. */
  public List<HostRule> allowedHosts() {
    return get(SettingsTable.EXECUTION_NETWORK)
        .value()
        .flatMap(ExecutionValues::hosts)
        .orElse(List.of());
  }

  /** What commands in a sandbox may use up, and what they may read beyond the rest. */
  public ExecutionLimits executionLimits() {
    return new ExecutionLimits(
        get(SettingsTable.EXECUTION_PROCESSES)
            .value()
            .flatMap(ExecutionValues::processes)
            .orElseThrow(),
        size(SettingsTable.EXECUTION_MEMORY),
        size(SettingsTable.EXECUTION_FILE_SIZE),
        duration(SettingsTable.EXECUTION_CPU),
        get(SettingsTable.EXECUTION_READABLE)
            .value()
            .flatMap(ExecutionValues::folders)
            .orElse(List.of()));
  }

  private long size(String key) {
    return get(key).value().flatMap(ExecutionValues::size).orElseThrow();
  }

  /** What becomes of a call that needs an approval when nobody can be asked. */
  public WhenAbsent whenAbsent() {
    return get(SettingsTable.WHEN_ABSENT).value().flatMap(WhenAbsent::of).orElse(WhenAbsent.DENY);
  }

  /** Where workspaces of a fleet are kept; empty when all machines see them. */
  public Optional<String> workspaceStore() {
    return value(SettingsTable.WORKSPACE_STORE);
  }

  /** Where traces of runs are sent. */
  public TelemetryConfig telemetry() {
    return new TelemetryConfig(
        value(SettingsTable.TELEMETRY_TRACES_ENDPOINT)
            .or(() -> value(SettingsTable.TELEMETRY_ENDPOINT).map(TelemetryConfig::traces)),
        get(SettingsTable.TELEMETRY_HEADERS).value().map(Secret::of),
        value(SettingsTable.TELEMETRY_PROTOCOL).orElseThrow(),
        value(SettingsTable.TELEMETRY_SERVICE_NAME).orElseThrow(),
        value(SettingsTable.TELEMETRY_CONTENT).filter(ServerValues::isOn).isPresent()
            ? TelemetryConfig.Content.SENT
            : TelemetryConfig.Content.LEFT_OUT);
  }

  /** Who drives runs. */
  public EngineChoice engine() {
    return get(SettingsTable.ENGINE)
        .value()
        .flatMap(EngineChoice::of)
        .orElse(EngineChoice.EMBEDDED);
  }

  /** How Temporal is reached and used. */
  public TemporalConfig temporal() {
    return new TemporalConfig(
        value(SettingsTable.TEMPORAL_ADDRESS),
        value(SettingsTable.TEMPORAL_NAMESPACE),
        value(SettingsTable.TEMPORAL_TASK_QUEUE).orElseThrow(),
        value(SettingsTable.TEMPORAL_MAX_CONCURRENCY).flatMap(Values::count).orElseThrow(),
        duration(SettingsTable.TEMPORAL_HEARTBEAT),
        duration(SettingsTable.TEMPORAL_SEGMENT),
        value(SettingsTable.TEMPORAL_PRIORITY).flatMap(Values::priority).orElse(0),
        value(SettingsTable.TEMPORAL_FAIRNESS_KEY).orElse(""));
  }

  /** How a worker serves a Stigmer server. */
  public WorkerConfig worker() {
    return new WorkerConfig(
        value(SettingsTable.BACKEND_ENDPOINT),
        get(SettingsTable.BACKEND_API_KEY).value().map(Secret::of),
        value(SettingsTable.RUNNER_TASK_QUEUE).orElseThrow(),
        value(SettingsTable.INVOKE_TASK_QUEUE).orElseThrow(),
        Path.of(value(SettingsTable.WORKER_WORKSPACES).orElse("workspace")).toAbsolutePath(),
        value(SettingsTable.WORKER_SANDBOX).orElseThrow(),
        value(SettingsTable.WORKER_LOG_LEVEL).flatMap(LogLevel::of).orElse(LogLevel.INFO));
  }

  /**
   * The server that commands about runs talk to; empty when they drive runs themselves.
   *
   * @throws ai.stigmer.graphton.error.ProblemException when that setting is wrong; whatever else is
   *     wrong does not matter
   */
  public Optional<Backend> backend() {
    throwAbout("backend.");
    Resolution endpoint = get(SettingsTable.BACKEND_ENDPOINT);
    return endpoint
        .value()
        .map(ServerValues::url)
        .map(
            url ->
                new Backend(
                    url,
                    endpoint.location(),
                    get(SettingsTable.BACKEND_API_KEY).value().map(Secret::of)));
  }

  /**
   * How a server is run.
   *
   * @throws ai.stigmer.graphton.error.ProblemException when one of its settings is wrong; whatever
   *     else is wrong does not matter
   */
  public ServerConfig server() {
    throwAbout("server.");
    return new ServerConfig(
        ListenAddress.of(value(SettingsTable.SERVER_ADDRESS).orElseThrow()),
        value(SettingsTable.SERVER_NAMES).map(ServerValues::hosts).orElse(List.of()),
        value(SettingsTable.SERVER_TLS_CERTIFICATE),
        value(SettingsTable.SERVER_TLS_KEY),
        value(SettingsTable.SERVER_BEHIND_PROXY).filter(ServerValues::isOn).isPresent(),
        value(SettingsTable.SERVER_WORKSPACES),
        value(SettingsTable.SERVER_MAX_RUNS).flatMap(Values::count).orElse(1),
        get(SettingsTable.SERVER_KEY).value().map(Secret::of));
  }

  private void throwAbout(String keys) {
    Problems.throwAll(
        faults.stream()
            .filter(fault -> fault.setting().startsWith(keys))
            .map(Report.Fault::problem)
            .toList());
  }

  /** What is done about a call whose outcome was lost. */
  public UnknownEffect unknownEffects() {
    return get(SettingsTable.UNKNOWN_EFFECTS)
        .value()
        .flatMap(UnknownEffect::of)
        .orElse(UnknownEffect.TELL_MODEL);
  }

  /** What happens to a call of which no rule speaks. */
  public ai.stigmer.graphton.permission.Mode permissionMode() {
    return get(SettingsTable.PERMISSION_MODE)
        .value()
        .flatMap(Values::permissionMode)
        .orElse(ai.stigmer.graphton.permission.Mode.ALLOW_EDITS);
  }

  /**
   * The rules about tool calls, each with its place; those that cannot be read are left out and
   * stand among the problems.
   */
  public List<RuleSetting> permissionRules() {
    return Stream.of(
            SettingsTable.PERMISSIONS_DENY,
            SettingsTable.PERMISSIONS_ASK,
            SettingsTable.PERMISSIONS_ALLOW)
        .map(this::get)
        .flatMap(one -> one.rules().stream().flatMap(item -> RuleCheck.rule(one.setting(), item)))
        .toList();
  }

  /** The commands of the user's that are run before a call. */
  public List<HookSetting> hooksBeforeTool() {
    return get(SettingsTable.HOOKS_BEFORE_TOOL).hooks();
  }

  /** The commands of the user's that are run after a call. */
  public List<HookSetting> hooksAfterTool() {
    return get(SettingsTable.HOOKS_AFTER_TOOL).hooks();
  }

  /** The commands of the user's that are run when a run has ended. */
  public List<HookSetting> hooksStop() {
    return get(SettingsTable.HOOKS_STOP).hooks();
  }

  /** Whether nobody chose the model: it is the provider's default. */
  public boolean isModelByDefault() {
    return get(SettingsTable.MODEL).layer() == Layer.DEFAULT;
  }

  /** Why another model stands in for the default. */
  public enum StandIn {
    /** It is installed, and the default is not. */
    INSTALLED("installed; the default is not", "not installed"),
    /** It was pulled just now, on the user's word. */
    PULLED("pulled for this run", "not the one that was pulled");

    private final String location;
    private final String reason;

    StandIn(String location, String reason) {
      this.location = location;
      this.reason = reason;
    }

    String location() {
      return location;
    }

    String reason() {
      return reason;
    }
  }

  /**
   * The same with another model in place of the default. Its origin says why, and the default
   * stands among the values that lost.
   *
   * @throws IllegalStateException when somebody chose the model: a choice is never replaced
   */
  public Resolved withModel(String name, StandIn why) {
    if (!isModelByDefault()) {
      throw new IllegalStateException("the model was chosen by " + get(SettingsTable.MODEL));
    }
    return withSettings(
        settings.stream()
            .map(
                one ->
                    one.setting().key().equals(SettingsTable.MODEL) ? one.instead(name, why) : one)
            .toList());
  }

  /**
   * The model to use.
   *
   * @throws ai.stigmer.graphton.error.ProblemException for the first problem, when there is one;
   *     the others are suppressed exceptions of it
   */
  public LlmConfig llm() {
    Problems.throwAll(problems());
    return new LlmConfig(
        get(SettingsTable.PROVIDER).value().orElse(""),
        get(SettingsTable.MODEL).effective().orElse(""),
        get(SettingsTable.BASE_URL).value(),
        get(SettingsTable.API_KEY).value().map(Secret::of),
        count(SettingsTable.MAX_TOKENS),
        temperature(),
        count(SettingsTable.CONTEXT_LENGTH),
        sent(SettingsTable.EFFORT).flatMap(Values::effort),
        sent(SettingsTable.API).flatMap(Values::dialect),
        duration(SettingsTable.CONNECT_TIMEOUT),
        duration(SettingsTable.FIRST_TOKEN_TIMEOUT),
        duration(SettingsTable.IDLE_TIMEOUT));
  }

  /**
   * The models that stand in for the chosen one, in this order.
   *
   * @throws ai.stigmer.graphton.error.ProblemException as {@link #llm} does
   */
  public List<LlmConfig> fallbacks() {
    Problems.throwAll(problems());
    return fallbacks.stream().map(Resolved::llm).toList();
  }

  /** How each fallback was found, without its problems. */
  List<Resolved> fallbackRows() {
    return fallbacks;
  }

  /** 0 when nothing is wrong, 4 when only credentials are, 3 otherwise. */
  public int exitStatus() {
    if (faults.isEmpty()) {
      return 0;
    }
    return problems().stream().allMatch(problem -> problem.category() == Category.CREDENTIALS)
        ? Category.CREDENTIALS.exitStatus()
        : Category.CONFIGURATION.exitStatus();
  }

  /** One line that says which models, endpoints and keys are used, and why. */
  public String startLine() {
    return StartLine.of(this);
  }

  /**
   * The same for models that a run really uses, with what this configuration says of their keys'
   * places.
   *
   * @param used the chosen model first, then those that stand in for it
   */
  public String startLine(List<ModelSettings> used) {
    return StartLine.of(this, used);
  }

  /** The same as JSON, schema 1. Holds no secret. */
  public String toJson() {
    return toJson("");
  }

  /**
   * The same for one setting, or for those of a section.
   *
   * @param part {@code llm.model}, {@code llm}; empty means all
   */
  public String toJson(String part) {
    return ExplainJson.of(this, part);
  }

  /** The same as a table for people. Holds no secret. */
  public String toText() {
    return toText("");
  }

  /**
   * The same for one setting, or for those of a section.
   *
   * @param part {@code llm.model}, {@code llm}; empty means all
   */
  public String toText(String part) {
    return ExplainText.of(this, part);
  }

  List<Resolution> settings() {
    return settings;
  }

  Resolution get(String key) {
    return settings.stream()
        .filter(resolution -> resolution.setting().key().equals(key))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no setting " + key));
  }

  private Optional<String> sent(String key) {
    Resolution resolution = get(key);
    return resolution.sent() ? resolution.value() : Optional.empty();
  }

  private OptionalInt count(String key) {
    return sent(key).flatMap(Values::count).map(OptionalInt::of).orElse(OptionalInt.empty());
  }

  private OptionalDouble temperature() {
    return sent(SettingsTable.TEMPERATURE)
        .flatMap(Values::temperature)
        .map(OptionalDouble::of)
        .orElse(OptionalDouble.empty());
  }

  private Duration duration(String key) {
    return get(key).value().flatMap(Values::duration).orElseThrow();
  }
}
