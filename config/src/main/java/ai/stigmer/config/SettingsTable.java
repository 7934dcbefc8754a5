package ai.stigmer.config;

import ai.stigmer.config.Setting.Form;
import ai.stigmer.config.Setting.Kind;
import ai.stigmer.config.Setting.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Every setting there is. Parsing, explain, messages, the schema and the reference page come from
 * here.
 */
final class SettingsTable {
  static final String MODE = "mode";
  static final String PROVIDER = "llm.provider";
  static final String MODEL = "llm.model";
  static final String BASE_URL = "llm.base_url";
  static final String API_KEY = "llm.api_key";
  static final String MAX_TOKENS = "llm.max_tokens";
  static final String TEMPERATURE = "llm.temperature";
  static final String CONTEXT_LENGTH = "llm.context_length";
  static final String EFFORT = "llm.effort";
  static final String API = "llm.api";
  static final String COMPACT_AT = "context.compact_at";
  static final String MAX_RETRIES = "llm.max_retries";
  static final String RETRY_BUDGET = "llm.retry_budget";
  static final String FALLBACKS = "llm.fallbacks";
  static final String CONNECT_TIMEOUT = "llm.timeouts.connect";
  static final String FIRST_TOKEN_TIMEOUT = "llm.timeouts.first_token";
  static final String IDLE_TIMEOUT = "llm.timeouts.idle";
  static final String PULL = "llm.pull";
  static final String MAX_TURNS = "agent.max_turns";
  static final String BUDGET_MODEL_CALLS = "budget.model_calls";
  static final String BUDGET_TOOL_CALLS = "budget.tool_calls";
  static final String BUDGET_TOKENS = "budget.tokens";
  static final String BUDGET_COST = "budget.cost_usd";
  static final String BUDGET_WALL_TIME = "budget.wall_time";
  static final String BUDGET_DEPTH = "budget.depth";
  static final String BUDGET_FAN_OUT = "budget.fan_out";

  static final String EXECUTION_MODE = "execution.mode";
  static final String EXECUTION_NETWORK = "execution.network";
  static final String EXECUTION_READABLE = "execution.readable";
  static final String EXECUTION_PROCESSES = "execution.limits.processes";
  static final String EXECUTION_MEMORY = "execution.limits.memory";
  static final String EXECUTION_FILE_SIZE = "execution.limits.file_size";
  static final String EXECUTION_CPU = "execution.limits.cpu";
  static final String DATABASE_URL = "database.url";
  static final String WHEN_ABSENT = "approvals.when_absent";
  static final String UNKNOWN_EFFECTS = "effects.unknown";
  static final String PERMISSION_MODE = "permissions.mode";
  static final String PERMISSIONS_ALLOW = "permissions.allow";
  static final String PERMISSIONS_ASK = "permissions.ask";
  static final String PERMISSIONS_DENY = "permissions.deny";
  static final String HOOKS_BEFORE_TOOL = "hooks.before_tool";
  static final String HOOKS_AFTER_TOOL = "hooks.after_tool";
  static final String HOOKS_STOP = "hooks.stop";

  static final String BACKEND_ENDPOINT = "backend.endpoint";
  static final String BACKEND_API_KEY = "backend.api_key";
  static final String SERVER_ADDRESS = "server.address";
  static final String SERVER_NAMES = "server.names";
  static final String SERVER_TLS_CERTIFICATE = "server.tls.certificate";
  static final String SERVER_TLS_KEY = "server.tls.key";
  static final String SERVER_BEHIND_PROXY = "server.behind_proxy";
  static final String SERVER_WORKSPACES = "server.workspaces";
  static final String SERVER_MAX_RUNS = "server.max_runs";
  static final String SERVER_KEY = "server.key";

  static final String ENGINE = "engine";
  static final String TEMPORAL_ADDRESS = "temporal.address";
  static final String TEMPORAL_NAMESPACE = "temporal.namespace";
  static final String TEMPORAL_TASK_QUEUE = "temporal.task_queue";
  static final String TEMPORAL_MAX_CONCURRENCY = "temporal.max_concurrency";
  static final String TEMPORAL_HEARTBEAT = "temporal.heartbeat";
  static final String TEMPORAL_SEGMENT = "temporal.segment";
  static final String TEMPORAL_PRIORITY = "temporal.priority";
  static final String TEMPORAL_FAIRNESS_KEY = "temporal.fairness_key";
  static final String TEMPORAL_SUB_AGENTS = "temporal.sub_agent_workflows";
  static final String RUNNER_TASK_QUEUE = "temporal.runner_task_queue";
  static final String INVOKE_TASK_QUEUE = "temporal.invoke_task_queue";
  static final String WORKER_WORKSPACES = "worker.workspaces";
  static final String WORKER_SANDBOX = "worker.sandbox";
  static final String WORKER_LOG_LEVEL = "worker.log_level";

  static final String WORKSPACE_STORE = "workspace.store";

  static final String TELEMETRY_ENDPOINT = "telemetry.endpoint";
  static final String TELEMETRY_TRACES_ENDPOINT = "telemetry.traces_endpoint";
  static final String TELEMETRY_HEADERS = "telemetry.headers";
  static final String TELEMETRY_PROTOCOL = "telemetry.protocol";
  static final String TELEMETRY_SERVICE_NAME = "telemetry.service_name";
  static final String TELEMETRY_CONTENT = "telemetry.content";

  static final List<Setting> ALL =
      List.of(
          new Setting(
              MODE,
              Kind.MODE,
              List.of(Variable.of("STIGMER_MODE"), Variable.of("MODE")),
              List.of("--mode"),
              false,
              "Picks the default provider: local is ollama, cloud is anthropic."),
          new Setting(
              PROVIDER,
              Kind.PROVIDER,
              List.of(Variable.of("STIGMER_LLM_PROVIDER")),
              List.of("--provider"),
              false,
              "Who serves the model. The provider scripted plays a scenario file."),
          new Setting(
              MODEL,
              Kind.MODEL,
              List.of(Variable.of("STIGMER_LLM_MODEL")),
              List.of("-m", "--model"),
              true,
              "The model: a friendly name, a full id, or provider/model."),
          new Setting(
              BASE_URL,
              Kind.URL,
              List.of(
                  Variable.of("STIGMER_LLM_BASE_URL"),
                  Variable.of("OLLAMA_BASE_URL", "ollama"),
                  Variable.of("OLLAMA_HOST", "ollama"),
                  Variable.of("ANTHROPIC_BASE_URL", "anthropic"),
                  Variable.of("OPENAI_BASE_URL", "openai")),
              List.of("--base-url"),
              false,
              "The endpoint. One that is not the vendor's own accepts any model id."),
          new Setting(
              API_KEY,
              Kind.SECRET,
              List.of(
                  Variable.of("STIGMER_LLM_API_KEY"),
                  new Variable("STIGMER_LLM_API_KEY_FILE", "", Form.FILE_NAME),
                  Variable.of("ANTHROPIC_API_KEY", "anthropic"),
                  Variable.of("OPENAI_API_KEY", "openai"),
                  Variable.of("OLLAMA_API_KEY", "ollama")),
              List.of("--api-key-file"),
              false,
              "The key for the chosen provider; anthropic and openai's own host require one. The flag names a file with it."),
          new Setting(
              MAX_TOKENS,
              Kind.COUNT,
              List.of(Variable.of("STIGMER_LLM_MAX_TOKENS")),
              List.of("--max-tokens"),
              true,
              "The most tokens of one answer."),
          new Setting(
              TEMPERATURE,
              Kind.TEMPERATURE,
              List.of(Variable.of("STIGMER_LLM_TEMPERATURE")),
              List.of("--temperature"),
              true,
              "Sampling temperature. Unset means that it is not sent."),
          new Setting(
              CONTEXT_LENGTH,
              Kind.COUNT,
              List.of(Variable.of("STIGMER_LLM_CONTEXT_LENGTH")),
              List.of("--context-length"),
              false,
              "Context window to ask Ollama for, in tokens (num_ctx). Unset means automatic."),
          new Setting(
              EFFORT,
              Kind.EFFORT,
              List.of(Variable.of("STIGMER_LLM_EFFORT")),
              List.of("--effort"),
              false,
              "How hard the model thinks before it answers. Unset leaves it to the model."),
          new Setting(
              API,
              Kind.API,
              List.of(Variable.of("STIGMER_LLM_API")),
              List.of("--api"),
              false,
              "Which API of openai to speak: auto is responses at the vendor's own host and at Azure, chat elsewhere."),
          new Setting(
              MAX_RETRIES,
              Kind.RETRIES,
              List.of(Variable.of("STIGMER_LLM_MAX_RETRIES")),
              List.of("--max-retries"),
              false,
              "How often one call of the model is made again when it fails for a reason that may pass: no connection, a broken stream, a rate limit, an overloaded server. A provider that asks to wait longer than 2 minutes is not asked again."),
          new Setting(
              RETRY_BUDGET,
              Kind.DURATION,
              List.of(Variable.of("STIGMER_LLM_RETRY_BUDGET")),
              List.of("--retry-budget"),
              false,
              "The time from the first failure of a call within which its last retry begins, waits that a provider asks for included."),
          new Setting(
              FALLBACKS,
              Kind.MODELS,
              List.of(Variable.of("STIGMER_LLM_FALLBACKS")),
              List.of("--fallbacks"),
              false,
              "Models that stand in, in this order, when the one before cannot be had: no connection, or retries used up. Never for a refusal, a wrong key or a bad request. Each takes endpoint and key of its own provider."),
          timeout(CONNECT_TIMEOUT, "CONNECT", "The longest wait for a connection."),
          timeout(
              FIRST_TOKEN_TIMEOUT,
              "FIRST_TOKEN",
              "The longest wait for the first byte of an answer; a cold local model loads for minutes."),
          timeout(IDLE_TIMEOUT, "IDLE", "The longest silence within an answer."),
          new Setting(
              PULL,
              Kind.PULL,
              List.of(Variable.of("STIGMER_LLM_PULL")),
              List.of("--pull"),
              false,
              "Whether a model that Ollama has not installed is pulled: ask does so on a terminal only."),
          new Setting(
              MAX_TURNS,
              Kind.COUNT,
              List.of(Variable.of("STIGMER_MAX_TURNS")),
              List.of("--max-turns"),
              true,
              "The most answers of the model in one run. A request can only lower it."),
          new Setting(
              COMPACT_AT,
              Kind.SHARE,
              List.of(Variable.of("STIGMER_CONTEXT_COMPACT_AT")),
              List.of("--compact-at"),
              false,
              "The share of the context window from which on the oldest messages of a run are summarised."),
          new Setting(
              EXECUTION_MODE,
              Kind.EXECUTION,
              List.of(Variable.of("STIGMER_EXECUTION_MODE")),
              List.of("--execution-mode"),
              false,
              "Where commands run: auto is a sandbox where one works, else as you; sandbox refuses to start without one and asks for no command that stays in it without a network; local is as you."),
          new Setting(
              EXECUTION_NETWORK,
              Kind.NETWORK,
              List.of(Variable.of("STIGMER_EXECUTION_NETWORK")),
              List.of("--allow-host", "--network"),
              false,
              "What commands in a sandbox reach: none, open for all that this machine reaches, or hosts, through a proxy. --network takes no value and means open; --allow-host takes one host and is repeatable."),
          new Setting(
              EXECUTION_READABLE,
              Kind.FOLDERS,
              List.of(Variable.of("STIGMER_EXECUTION_READABLE")),
              List.of(),
              false,
              "Folders that commands in a sandbox may read although they lie in a hidden place, for example a tool chain in the home."),
          limit(EXECUTION_PROCESSES, Kind.PROCESSES, "PROCESSES", "Processes and threads at once."),
          limit(
              EXECUTION_MEMORY,
              Kind.SIZE,
              "MEMORY",
              "Private memory of one process, and of all together where there are control groups."),
          limit(EXECUTION_FILE_SIZE, Kind.SIZE, "FILE_SIZE", "The largest file."),
          limit(EXECUTION_CPU, Kind.DURATION, "CPU", "Processor time of one process."),
          budget(
              BUDGET_MODEL_CALLS,
              Kind.COUNT,
              "--max-model-calls",
              "The most answers of models in a run and all its sub-agents."),
          budget(
              BUDGET_TOOL_CALLS,
              Kind.COUNT,
              "--max-tool-calls",
              "The most tool calls in a run and all its sub-agents."),
          budget(
              BUDGET_TOKENS,
              Kind.COUNT,
              "--max-total-tokens",
              "The most tokens of a run and all its sub-agents, in and out, cached ones included. A call that could pass it is not made."),
          budget(
              BUDGET_COST,
              Kind.MONEY,
              "--max-cost",
              "What a run and all its sub-agents may cost, in US dollars at the catalog's prices; ollama and scripted cost nothing. A call that could pass it is not made, and a model without a known price is refused."),
          budget(
              BUDGET_WALL_TIME,
              Kind.DURATION,
              "--timeout",
              "How long a run may be at work, over all its interruptions. Nothing new is begun afterwards; what is under way is let finish."),
          budget(
              BUDGET_DEPTH,
              Kind.DEPTH,
              "--max-depth",
              "How many levels of sub-agents there may be; 0 is none."),
          budget(
              BUDGET_FAN_OUT,
              Kind.COUNT,
              "--max-fan-out",
              "How many sub-agents one run may start; the model is told when there are no more."),
          new Setting(
              DATABASE_URL,
              Kind.DATABASE,
              List.of(Variable.of("STIGMER_DATABASE_URL")),
              List.of("--database-url"),
              false,
              "Where runs are written down: a PostgreSQL database, or the name of a SQLite file. Unset is stigmer.db in STIGMER_HOME. A password may stand in the variable and the file, never in the flag."),
          new Setting(
              WHEN_ABSENT,
              Kind.WHEN_ABSENT,
              List.of(Variable.of("STIGMER_APPROVALS_WHEN_ABSENT")),
              List.of("--when-absent"),
              false,
              "What becomes of a call that needs an approval when nobody can be asked: deny tells the model, wait ends the command until somebody decides with stigmer approvals."),
          new Setting(
              UNKNOWN_EFFECTS,
              Kind.UNKNOWN_EFFECTS,
              List.of(Variable.of("STIGMER_EFFECTS_UNKNOWN")),
              List.of("--unknown"),
              false,
              "What is done about a call that was running when its process died, when nothing tells whether it took effect: ask somebody, tell-model, or fail until somebody chooses."),
          new Setting(
              PERMISSION_MODE,
              Kind.PERMISSION_MODE,
              List.of(Variable.of("STIGMER_PERMISSION_MODE")),
              List.of("--permission-mode"),
              false,
              "What happens to a call of which no rule speaks. ask: whatever changes something is asked for; allow-edits: files of the workspace are changed without a question, commands are asked for; plan: nothing is changed; deny: what no rule allows is denied."),
          rules(PERMISSIONS_ALLOW, "Rules for calls that run without a question."),
          rules(
              PERMISSIONS_ASK, "Rules for calls that need an approval, also when one allows them."),
          rules(PERMISSIONS_DENY, "Rules for calls that never run, whatever else allows them."),
          hooks(
              HOOKS_BEFORE_TOOL,
              "A command of yours that is run before a call that the permissions allow: status 0 lets it run, 2 denies it with the first printed line as the reason, anything else denies it too."),
          hooks(HOOKS_AFTER_TOOL, "A command of yours that is run after a call."),
          hooks(HOOKS_STOP, "A command of yours that is run when a run has ended."),
          new Setting(
              BACKEND_ENDPOINT,
              Kind.WEB,
              List.of(Variable.of("STIGMER_BACKEND_ENDPOINT")),
              List.of("--server"),
              false,
              "The server that commands about runs talk to, and that a worker serves. Unset, or empty, means that runs are driven by the command itself. The server has its own configuration: model, endpoint and key of a run are those of the server."),
          new Setting(
              BACKEND_API_KEY,
              Kind.SECRET,
              List.of(
                  Variable.of("STIGMER_API_KEY"),
                  new Variable("STIGMER_API_KEY_FILE", "", Form.FILE_NAME)),
              List.of(),
              false,
              "The token for that server. Unset means server.token of the Stigmer home, for a server of this machine only."),
          server(
              SERVER_ADDRESS,
              Kind.LISTEN,
              "--address",
              "Where stigmer server listens; port 0 takes a free one."),
          server(
              SERVER_NAMES,
              Kind.HOSTS,
              "--name",
              "Other names that callers may call the server by. The flag is repeatable."),
          server(
              SERVER_TLS_CERTIFICATE,
              Kind.FILE,
              "--tls-certificate",
              "A PEM file with the certificate chain of the server, which then speaks TLS."),
          server(
              SERVER_TLS_KEY,
              Kind.FILE,
              "--tls-key",
              "A PEM file with the key of that certificate."),
          server(
              SERVER_BEHIND_PROXY,
              Kind.SWITCH,
              "--behind-proxy",
              "Whether a reverse proxy with TLS stands in front of the server, which may then listen for other machines without TLS. The flag takes no value and means on."),
          server(
              SERVER_WORKSPACES,
              Kind.FILE,
              "--workspaces",
              "The folder in which each session of the server has a folder. Unset is beside the Stigmer home."),
          server(
              SERVER_MAX_RUNS,
              Kind.COUNT,
              "--max-runs",
              "The most runs that the server drives at once; others wait."),
          new Setting(
              SERVER_KEY,
              Kind.SECRET,
              List.of(Variable.of("STIGMER_SERVER_KEY")),
              List.of(),
              false,
              "The key that resources with secrets are encrypted with, 32 bytes in Base64. Unset is server.key of the Stigmer home."),
          new Setting(
              ENGINE,
              Kind.ENGINE,
              List.of(Variable.of("STIGMER_ENGINE")),
              List.of("--engine"),
              false,
              "Who drives runs: embedded is this process; temporal hands them to the workers of a Temporal namespace, which need the same journal."),
          temporal(
              TEMPORAL_ADDRESS,
              Kind.WORD,
              "Host and port of Temporal. Unset means that temporal.toml says it, or localhost:7233.",
              "TEMPORAL_SERVICE_ADDRESS",
              "TEMPORAL_ADDRESS"),
          temporal(
              TEMPORAL_NAMESPACE,
              Kind.WORD,
              "The namespace in Temporal. Unset means that temporal.toml says it, or default.",
              "TEMPORAL_NAMESPACE"),
          temporal(
              TEMPORAL_TASK_QUEUE, Kind.WORD, "The task queue on which workers wait for runs."),
          temporal(
              TEMPORAL_MAX_CONCURRENCY,
              Kind.COUNT,
              "The most runs that one worker drives at once; those that wait do not count.",
              "TEMPORAL_MAX_CONCURRENCY"),
          temporal(
              TEMPORAL_HEARTBEAT,
              Kind.DURATION,
              "After so long without a sign of life a worker counts as lost, and another one goes on with its runs."),
          temporal(
              TEMPORAL_SEGMENT,
              Kind.DURATION,
              "After so long a worker lets go of a run between two steps, for whichever worker is next."),
          temporal(
              TEMPORAL_PRIORITY,
              Kind.PRIORITY,
              "Which runs of a task queue go first, 1 before 5, where the Temporal server has priorities. Unset counts as 3."),
          temporal(
              TEMPORAL_FAIRNESS_KEY,
              Kind.WORD,
              "Whose runs these are, so that many of one key do not hold up those of another, where the Temporal server has fairness switched on. The organisation of a server's execution goes first."),
          temporal(
              TEMPORAL_SUB_AGENTS,
              Kind.SWITCH,
              "Whether each sub-agent of a run has a workflow of its own, which any worker may drive. Off has the worker drive them that drives the run."),
          temporal(
              RUNNER_TASK_QUEUE,
              Kind.WORD,
              "The task queue on which a worker waits for what an existing Stigmer server asks of its agent runner.",
              "TEMPORAL_AGENT_EXECUTION_RUNNER_TASK_QUEUE"),
          temporal(
              INVOKE_TASK_QUEUE,
              Kind.WORD,
              "The task queue of the workflows that ask a runner. Workers wait on it only with --invoke; else it is the Stigmer server's.",
              "TEMPORAL_AGENT_EXECUTION_STIGMER_TASK_QUEUE"),
          worker(
              WORKER_WORKSPACES,
              Kind.WORD,
              "The folder in which a worker for a Stigmer server keeps a workspace for each conversation. Unset is ./workspace.",
              "SANDBOX_ROOT_DIR"),
          worker(
              WORKER_SANDBOX,
              Kind.WORD,
              "Where the workspaces of a worker for a Stigmer server are: filesystem is this machine, and there is nothing else. execution.mode says how commands are kept in.",
              "SANDBOX_TYPE"),
          worker(
              WORKER_LOG_LEVEL,
              Kind.LOG_LEVEL,
              "How much a worker for a Stigmer server tells.",
              "LOG_LEVEL"),
          new Setting(
              WORKSPACE_STORE,
              Kind.WORD,
              List.of(Variable.of("STIGMER_WORKSPACE_STORE")),
              List.of(),
              false,
              "A folder that all servers and workers of a Temporal namespace see, absolute or as a file: URL, or a bucket of S3 as s3://BUCKET/PREFIX, where the workspaces of a server's sessions are kept between segments. Unset means that the workspaces themselves are in a folder that all see."),
          telemetry(
              TELEMETRY_ENDPOINT,
              Kind.WORD,
              "The OTLP endpoint that traces of runs are sent to, behind /v1/traces. Unset, and telemetry.traces_endpoint too, sends nothing.",
              "OTEL_EXPORTER_OTLP_ENDPOINT"),
          telemetry(
              TELEMETRY_TRACES_ENDPOINT,
              Kind.WORD,
              "The whole URL that traces are sent to, in place of telemetry.endpoint.",
              "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"),
          telemetry(
              TELEMETRY_HEADERS,
              Kind.SECRET,
              "Headers that traces are sent with: NAME=VALUE, separated by commas, values percent-encoded.",
              "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
              "OTEL_EXPORTER_OTLP_HEADERS"),
          telemetry(
              TELEMETRY_PROTOCOL,
              Kind.WORD,
              "How traces are sent: http/protobuf, and nothing else.",
              "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
              "OTEL_EXPORTER_OTLP_PROTOCOL"),
          telemetry(
              TELEMETRY_SERVICE_NAME,
              Kind.WORD,
              "The name under which traces are shown.",
              "OTEL_SERVICE_NAME"),
          telemetry(
              TELEMETRY_CONTENT,
              Kind.SWITCH,
              "Whether traces hold what users, models and tools said; known secrets are taken out.",
              "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"));

  private SettingsTable() {}

  /** Whether each model has its own value of it, so that a fallback shows it too. */
  static boolean isOfOneModel(String key) {
    return switch (key) {
      case PROVIDER,
          MODEL,
          BASE_URL,
          API_KEY,
          MAX_TOKENS,
          TEMPERATURE,
          CONTEXT_LENGTH,
          EFFORT,
          API ->
          true;
      default -> false;
    };
  }

  static Optional<Setting> find(String key) {
    return ALL.stream().filter(setting -> setting.key().equals(key)).findFirst();
  }

  private static Setting limit(String key, Kind kind, String name, String doc) {
    return new Setting(
        key,
        kind,
        List.of(Variable.of("STIGMER_EXECUTION_" + name)),
        List.of(),
        false,
        doc + " Holds for commands in a sandbox.");
  }

  private static Setting rules(String key, String doc) {
    String name = key.substring(key.indexOf('.') + 1);
    return new Setting(
        key,
        Kind.RULES,
        List.of(Variable.of("STIGMER_PERMISSIONS_" + name.toUpperCase(Locale.ROOT))),
        List.of("--" + name),
        false,
        doc + " In the file also a list. The flag is repeatable and adds to them.");
  }

  private static Setting hooks(String key, String doc) {
    return new Setting(
        key,
        Kind.HOOKS,
        List.of(),
        List.of(),
        false,
        doc + " In the file also a list of {command, tools, timeout}.");
  }

  /** Whether a request may only lower it. */
  static boolean onlyDownwards(String key) {
    return key.equals(MAX_TURNS) || key.startsWith("budget.");
  }

  private static Setting budget(String key, Kind kind, String flag, String doc) {
    String variable = "STIGMER_" + key.replace('.', '_').toUpperCase(Locale.ROOT);
    return new Setting(key, kind, List.of(Variable.of(variable)), List.of(flag), true, doc);
  }

  private static Setting server(String key, Kind kind, String flag, String doc) {
    String variable = "STIGMER_" + key.replace('.', '_').toUpperCase(Locale.ROOT);
    return new Setting(key, kind, List.of(Variable.of(variable)), List.of(flag), false, doc);
  }

  private static Setting temporal(String key, Kind kind, String doc, String... aliases) {
    var variables = new ArrayList<Variable>();
    variables.add(Variable.of("STIGMER_" + key.replace('.', '_').toUpperCase(Locale.ROOT)));
    for (String alias : aliases) {
      variables.add(Variable.of(alias));
    }
    return new Setting(key, kind, variables, List.of(), false, doc);
  }

  private static Setting telemetry(String key, Kind kind, String doc, String... names) {
    return new Setting(
        key, kind, Stream.of(names).map(Variable::of).toList(), List.of(), false, doc);
  }

  private static Setting worker(String key, Kind kind, String doc, String alias) {
    String own = "STIGMER_" + key.replace('.', '_').toUpperCase(Locale.ROOT);
    return new Setting(
        key, kind, List.of(Variable.of(own), Variable.of(alias)), List.of(), false, doc);
  }

  private static Setting timeout(String key, String name, String doc) {
    return new Setting(
        key,
        Kind.DURATION,
        List.of(Variable.of("STIGMER_LLM_TIMEOUT_" + name)),
        List.of(),
        false,
        doc);
  }
}
