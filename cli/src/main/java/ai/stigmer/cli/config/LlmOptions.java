package ai.stigmer.cli.config;

import ai.stigmer.config.ConfigInput;
import ai.stigmer.graphton.budget.Budget;
import ai.stigmer.graphton.error.Problem;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The flags of the configuration cascade. */
public final class LlmOptions {
  @Option(
      names = "--mode",
      paramLabel = "MODE",
      description = "local or cloud: which provider is the default.")
  private @Nullable String mode;

  @Option(
      names = "--provider",
      paramLabel = "ID",
      description = "ollama, anthropic, openai or scripted.")
  private @Nullable String provider;

  @Option(
      names = {"-m", "--model"},
      paramLabel = "NAME",
      description = "A model, also as PROVIDER/NAME; for scripted the scenario file.")
  private @Nullable String model;

  @Option(names = "--base-url", paramLabel = "URL", description = "The endpoint.")
  private @Nullable String baseUrl;

  @Option(
      names = "--api-key-file",
      paramLabel = "FILE",
      description = "A file with the key; a key itself is never an option.")
  private @Nullable String keyFile;

  @Option(names = "--max-tokens", paramLabel = "N", description = "Most tokens of one answer.")
  private @Nullable String maxTokens;

  @Option(names = "--temperature", paramLabel = "T", description = "0.0 to 2.0.")
  private @Nullable String temperature;

  @Option(names = "--context-length", paramLabel = "N", description = "Context window in tokens.")
  private @Nullable String contextLength;

  @Option(
      names = "--compact-at",
      paramLabel = "SHARE",
      description = "Share of the context window at which a run is summarised (default: 0.8).")
  private @Nullable String compactAt;

  @Option(
      names = "--effort",
      paramLabel = "EFFORT",
      description = "How hard the model thinks: none, low, medium, high or max.")
  private @Nullable String effort;

  @Option(
      names = "--api",
      paramLabel = "API",
      description = "The API of openai to speak: auto, responses or chat.")
  private @Nullable String api;

  @Option(
      names = "--fallbacks",
      paramLabel = "MODELS",
      description = "Models that stand in when one cannot be had: PROVIDER/NAME,PROVIDER/NAME.")
  private @Nullable String fallbacks;

  @Option(
      names = "--max-retries",
      paramLabel = "N",
      description = "How often a failed call of the model is made again (default: 4).")
  private @Nullable String maxRetries;

  @Option(
      names = "--retry-budget",
      paramLabel = "TIME",
      description = "The time for retries of one call, for example 90s (default: 5m).")
  private @Nullable String retryBudget;

  @Option(
      names = "--pull",
      paramLabel = "WHEN",
      description = "Pull a model that Ollama has not installed: ask, never or when-missing.")
  private @Nullable String pull;

  @Option(
      names = "--execution-mode",
      paramLabel = "MODE",
      description = "Where commands run: auto, sandbox or local.")
  private @Nullable String executionMode;

  @Mixin private NetworkOptions network = new NetworkOptions();

  @Option(
      names = "--database-url",
      paramLabel = "URL",
      description = "Where runs are written down: postgresql://USER@HOST/DATABASE, or a file.")
  private @Nullable String databaseUrl;

  @Option(
      names = "--engine",
      paramLabel = "ENGINE",
      description = "Who drives the run: embedded, or temporal with stigmer worker.")
  private @Nullable String engine;

  @Mixin private PermissionOptions permissions = new PermissionOptions();
  @Mixin private PresenceOptions presence = new PresenceOptions();
  @Mixin private FileOption file = new FileOption();

  @Option(names = "--no-config", description = "Read no configuration file.")
  private boolean noConfig;

  @Option(
      names = "--max-turns",
      paramLabel = "N",
      description = "Most answers of the model in one run (default: 50).")
  private @Nullable String maxTurns;

  @Mixin private BudgetOptions budget = new BudgetOptions();

  /**
   * What is to be resolved, with these flags.
   *
   * @param command for the origin of the default mode, for example {@code stigmer run}
   * @param clock tells whether a model is retired
   */
  public ConfigInput input(Map<String, String> env, String command, InstantSource clock) {
    ConfigInput input = ConfigInput.of(env, command).clock(clock);
    input = flag(input, "mode", mode, "--mode");
    input = flag(input, "llm.provider", provider, "--provider");
    input = flag(input, "llm.model", model, "--model");
    input = flag(input, "llm.base_url", baseUrl, "--base-url");
    input = flag(input, "llm.api_key", keyFile, "--api-key-file");
    input = flag(input, "llm.max_tokens", maxTokens, "--max-tokens");
    input = flag(input, "llm.temperature", temperature, "--temperature");
    input = flag(input, "llm.context_length", contextLength, "--context-length");
    input = flag(input, "llm.effort", effort, "--effort");
    input = flag(input, "llm.api", api, "--api");
    input = flag(input, "llm.max_retries", maxRetries, "--max-retries");
    input = flag(input, "llm.retry_budget", retryBudget, "--retry-budget");
    input = flag(input, "llm.fallbacks", fallbacks, "--fallbacks");
    input = flag(input, "llm.pull", pull, "--pull");
    input = flag(input, "context.compact_at", compactAt, "--compact-at");
    input = flag(input, "agent.max_turns", maxTurns, "--max-turns");
    input = flag(input, "database.url", databaseUrl, "--database-url");
    input = flag(input, "execution.mode", executionMode, "--execution-mode");
    input = network.added(input);
    input = flag(input, "engine", engine, "--engine");
    input = budget.added(input);
    input = permissions.added(input);
    input = presence.added(input);
    return noConfig ? input.withoutFile() : file.added(input);
  }

  /**
   * The model that was asked for by flags, as an execution names it; empty for none.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E582} for a provider without a model
   */
  public String modelName() {
    if (provider != null && model == null) {
      throw Problem.of(
              "E582",
              Problem.Category.USAGE,
              "a server is not asked for a provider without a model")
          .from("--provider " + provider)
          .help("for example: --model " + provider + "/MODEL")
          .asException();
    }
    return model == null ? "" : provider == null ? model : provider + "/" + model;
  }

  /**
   * A recorded budget with what these flags change.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E118} when a value cannot be
   */
  public Budget over(Budget recorded) {
    return budget.over(recorded);
  }

  private static ConfigInput flag(
      ConfigInput input, String key, @Nullable String value, String name) {
    return value == null ? input : input.flag(key, value, name);
  }
}
