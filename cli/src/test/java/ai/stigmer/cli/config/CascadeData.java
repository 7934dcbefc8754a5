package ai.stigmer.cli.config;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** The tables of the rules: names, defaults, families, and what odd texts mean. */
final class CascadeData {
  private CascadeData() {}

  static final List<String> KEYS =
      List.of(
          "llm.provider",
          "llm.model",
          "llm.base_url",
          "llm.api_key",
          "llm.max_tokens",
          "llm.temperature",
          "llm.context_length",
          "llm.effort",
          "llm.api",
          "llm.max_retries",
          "llm.retry_budget",
          "llm.fallbacks",
          "llm.timeouts.connect",
          "llm.timeouts.first_token",
          "llm.timeouts.idle",
          "llm.pull",
          "agent.max_turns",
          "context.compact_at",
          "execution.mode",
          "execution.network",
          "execution.readable",
          "execution.limits.processes",
          "execution.limits.memory",
          "execution.limits.file_size",
          "execution.limits.cpu",
          "budget.model_calls",
          "budget.tool_calls",
          "budget.tokens",
          "budget.cost_usd",
          "budget.wall_time",
          "budget.depth",
          "budget.fan_out",
          "database.url",
          "approvals.when_absent",
          "effects.unknown",
          "permissions.mode",
          "permissions.allow",
          "permissions.ask",
          "permissions.deny",
          "hooks.before_tool",
          "hooks.after_tool",
          "hooks.stop",
          "backend.endpoint",
          "backend.api_key",
          "server.address",
          "server.names",
          "server.tls.certificate",
          "server.tls.key",
          "server.behind_proxy",
          "server.workspaces",
          "server.max_runs",
          "server.key",
          "engine",
          "temporal.address",
          "temporal.namespace",
          "temporal.task_queue",
          "temporal.max_concurrency",
          "temporal.heartbeat",
          "temporal.segment",
          "temporal.priority",
          "temporal.fairness_key",
          "temporal.sub_agent_workflows",
          "temporal.runner_task_queue",
          "temporal.invoke_task_queue",
          "worker.workspaces",
          "worker.sandbox",
          "worker.log_level",
          "workspace.store",
          "telemetry.endpoint",
          "telemetry.traces_endpoint",
          "telemetry.headers",
          "telemetry.protocol",
          "telemetry.service_name",
          "telemetry.content");

  static final Set<String> BUNDLE = Set.of("llm.model", "llm.base_url", "llm.api_key");

  static final Set<String> EMPTY_CLEARS = Set.of("llm.provider", "llm.model", "llm.base_url");

  static final Map<String, String> FLAGS =
      Map.ofEntries(
          Map.entry("mode", "--mode"),
          Map.entry("llm.provider", "--provider"),
          Map.entry("llm.model", "--model"),
          Map.entry("llm.base_url", "--base-url"),
          Map.entry("llm.api_key", "--api-key-file"),
          Map.entry("llm.max_tokens", "--max-tokens"),
          Map.entry("llm.temperature", "--temperature"),
          Map.entry("llm.context_length", "--context-length"),
          Map.entry("llm.effort", "--effort"),
          Map.entry("llm.api", "--api"),
          Map.entry("llm.max_retries", "--max-retries"),
          Map.entry("llm.retry_budget", "--retry-budget"),
          Map.entry("llm.pull", "--pull"),
          Map.entry("agent.max_turns", "--max-turns"),
          Map.entry("context.compact_at", "--compact-at"),
          Map.entry("execution.mode", "--execution-mode"),
          Map.entry("budget.cost_usd", "--max-cost"),
          Map.entry("budget.model_calls", "--max-model-calls"),
          Map.entry("database.url", "--database-url"),
          Map.entry("approvals.when_absent", "--when-absent"),
          Map.entry("effects.unknown", "--unknown"),
          Map.entry("permissions.mode", "--permission-mode"));

  static final Map<String, List<String>> VARIABLES =
      Map.ofEntries(
          Map.entry("mode", List.of("STIGMER_MODE", "MODE")),
          Map.entry("llm.provider", List.of("STIGMER_LLM_PROVIDER")),
          Map.entry("llm.model", List.of("STIGMER_LLM_MODEL")),
          Map.entry(
              "llm.base_url",
              List.of(
                  "STIGMER_LLM_BASE_URL",
                  "OLLAMA_BASE_URL",
                  "OLLAMA_HOST",
                  "ANTHROPIC_BASE_URL",
                  "OPENAI_BASE_URL")),
          Map.entry(
              "llm.api_key",
              List.of(
                  "STIGMER_LLM_API_KEY",
                  "STIGMER_LLM_API_KEY_FILE",
                  "ANTHROPIC_API_KEY",
                  "OPENAI_API_KEY",
                  "OLLAMA_API_KEY")),
          Map.entry("llm.max_tokens", List.of("STIGMER_LLM_MAX_TOKENS")),
          Map.entry("llm.temperature", List.of("STIGMER_LLM_TEMPERATURE")),
          Map.entry("llm.context_length", List.of("STIGMER_LLM_CONTEXT_LENGTH")),
          Map.entry("llm.effort", List.of("STIGMER_LLM_EFFORT")),
          Map.entry("llm.api", List.of("STIGMER_LLM_API")),
          Map.entry("llm.max_retries", List.of("STIGMER_LLM_MAX_RETRIES")),
          Map.entry("llm.retry_budget", List.of("STIGMER_LLM_RETRY_BUDGET")),
          Map.entry("llm.timeouts.idle", List.of("STIGMER_LLM_TIMEOUT_IDLE")),
          Map.entry("llm.pull", List.of("STIGMER_LLM_PULL")),
          Map.entry("agent.max_turns", List.of("STIGMER_MAX_TURNS")),
          Map.entry("context.compact_at", List.of("STIGMER_CONTEXT_COMPACT_AT")),
          Map.entry("execution.mode", List.of("STIGMER_EXECUTION_MODE")),
          Map.entry("execution.network", List.of("STIGMER_EXECUTION_NETWORK")),
          Map.entry("execution.limits.memory", List.of("STIGMER_EXECUTION_MEMORY")),
          Map.entry("budget.cost_usd", List.of("STIGMER_BUDGET_COST_USD")),
          Map.entry("budget.model_calls", List.of("STIGMER_BUDGET_MODEL_CALLS")),
          Map.entry("database.url", List.of("STIGMER_DATABASE_URL")),
          Map.entry("approvals.when_absent", List.of("STIGMER_APPROVALS_WHEN_ABSENT")),
          Map.entry("effects.unknown", List.of("STIGMER_EFFECTS_UNKNOWN")),
          Map.entry("permissions.mode", List.of("STIGMER_PERMISSION_MODE")));

  static final Map<String, Map<String, String>> DEFAULTS =
      Map.of(
          "ollama",
          Map.of(
              "llm.model", "qwen2.5-coder:7b",
              "llm.base_url", "http://localhost:11434",
              "llm.max_tokens", "8192",
              "llm.temperature", "0.0"),
          "anthropic",
          Map.of(
              "llm.model", "claude-sonnet-4.5",
              "llm.base_url", "https://api.anthropic.com",
              "llm.max_tokens", "20000"),
          "openai",
          Map.of(
              "llm.model", "gpt-6.1-sol",
              "llm.base_url", "https://api.openai.com/v1",
              "llm.max_tokens", "16384"),
          "everybody",
          Map.ofEntries(
              Map.entry("llm.api", "auto"),
              Map.entry("llm.max_retries", "4"),
              Map.entry("context.compact_at", "0.8"),
              Map.entry("llm.retry_budget", "5m"),
              Map.entry("llm.timeouts.connect", "3s"),
              Map.entry("llm.timeouts.first_token", "5m"),
              Map.entry("llm.timeouts.idle", "60s"),
              Map.entry("llm.pull", "ask"),
              Map.entry("agent.max_turns", "50"),
              Map.entry("execution.mode", "auto"),
              Map.entry("execution.network", "none"),
              Map.entry("execution.limits.processes", "512"),
              Map.entry("execution.limits.memory", "8g"),
              Map.entry("execution.limits.file_size", "4g"),
              Map.entry("execution.limits.cpu", "1h"),
              Map.entry("budget.depth", "1"),
              Map.entry("budget.fan_out", "16"),
              Map.entry("approvals.when_absent", "deny"),
              Map.entry("effects.unknown", "tell-model"),
              Map.entry("permissions.mode", "allow-edits"),
              Map.entry("server.address", "127.0.0.1:7234"),
              Map.entry("server.behind_proxy", "off"),
              Map.entry("temporal.sub_agent_workflows", "off"),
              Map.entry("server.max_runs", "64"),
              Map.entry("engine", "embedded"),
              Map.entry("temporal.task_queue", "stigmer"),
              Map.entry("temporal.max_concurrency", "10"),
              Map.entry("temporal.heartbeat", "10s"),
              Map.entry("temporal.segment", "1m"),
              Map.entry("temporal.runner_task_queue", "agent_execution_runner"),
              Map.entry("temporal.invoke_task_queue", "agent_execution_stigmer"),
              Map.entry("worker.sandbox", "filesystem"),
              Map.entry("worker.log_level", "info"),
              Map.entry("telemetry.protocol", "http/protobuf"),
              Map.entry("telemetry.service_name", "stigmer"),
              Map.entry("telemetry.content", "off")));

  static final Map<String, Map<String, String>> FULL_IDS =
      Map.of(
          "ollama",
          Map.of("llama3.2", "llama3.2:3b", "qwen2.5-coder", "qwen2.5-coder:7b"),
          "anthropic",
          Map.of(
              "claude-sonnet-4.5", "claude-sonnet-4-5-20250929",
              "claude-opus-4", "claude-opus-4-20250514",
              "claude-haiku-4", "claude-haiku-4-5-20251001"),
          "openai",
          Map.of());

  /** What the drawn values of OLLAMA_HOST mean. */
  static final Map<String, String> HOSTS =
      Map.of(
          "gpu", "http://gpu:11434",
          "0.0.0.0", "http://127.0.0.1:11434",
          "https://gpu.example", "https://gpu.example",
          "gpu:99", "http://gpu:99",
          "", "");

  /** The drawn base URLs that every provider can use, as they are used. */
  static final Map<String, String> URLS =
      Map.ofEntries(
          Map.entry("http://gpu:11434", "http://gpu:11434"),
          Map.entry("http://localhost:1234/v1/", "http://localhost:1234/v1"),
          Map.entry("https://api.openai.com/v1", "https://api.openai.com/v1"),
          Map.entry("https://API.openai.com", "https://API.openai.com"),
          Map.entry("https://api.anthropic.com/", "https://api.anthropic.com"),
          Map.entry("https://api.anthropic.com", "https://api.anthropic.com"),
          Map.entry("http://litellm:4000", "http://litellm:4000"),
          Map.entry("http://localhost:11434", "http://localhost:11434"),
          Map.entry("http://127.0.0.1:11434", "http://127.0.0.1:11434"),
          Map.entry("https://gpu.example", "https://gpu.example"),
          Map.entry("http://gpu:99", "http://gpu:99"));

  /** Those that only Ollama's rules make a URL of. */
  static final Map<String, String> OLLAMA_URLS = Map.of("gpu:9999", "http://gpu:9999");

  /** An endpoint as it is used; as it is written when it cannot be. */
  static String usable(String url, String provider) {
    String ofOllama = provider.equals("ollama") ? OLLAMA_URLS.getOrDefault(url, url) : url;
    return URLS.getOrDefault(url, ofOllama);
  }

  static boolean isVendors(String provider, String url) {
    String lower = url.toLowerCase(java.util.Locale.ROOT);
    return switch (provider) {
      case "anthropic" -> lower.startsWith("https://api.anthropic.com");
      case "openai" -> lower.startsWith("https://api.openai.com");
      default -> false;
    };
  }

  static String familyOf(String name) {
    boolean local =
        List.of("qwen", "llama", "gpt-oss", "gemma", "mistral", "deepseek", "phi", "codellama")
            .stream()
            .anyMatch(name::startsWith);
    if (local || name.indexOf(':') > 0) {
      return "ollama";
    }
    if (name.startsWith("claude")) {
      return "anthropic";
    }
    boolean openai =
        name.startsWith("gpt-")
            || name.startsWith("chatgpt")
            || name.startsWith("codex")
            || name.matches("o[0-9].*");
    return openai ? "openai" : "";
  }

  static boolean isCount(String text) {
    return List.of("1", "16", "100", "64", "40", "50", "8192", "20000", "16384").contains(text);
  }

  static boolean isTemperature(String text) {
    return List.of("0.5", "0", "2", "1.25", "0.0").contains(text);
  }

  static boolean isShare(String text) {
    return List.of("0.8", "0.5", "0.1", "0.95").contains(text);
  }

  static boolean isRetries(String text) {
    return List.of("0", "4", "20").contains(text);
  }

  static boolean isEffort(String text) {
    return List.of("none", "low", "high", "max").contains(text);
  }

  static boolean isApi(String text) {
    return List.of("auto", "responses", "chat").contains(text);
  }

  static boolean isDuration(String text) {
    return List.of("10s", "500ms", "2h", "3s", "5m", "60s").contains(text);
  }

  /** The vendor whose shape a drawn key plainly has. */
  static String shapeOf(String key) {
    if (key.startsWith("sk-ant-")) {
      return "anthropic";
    }
    return key.startsWith("sk-proj-") ? "openai" : "";
  }

  static boolean isGarbled(String key) {
    return key.contains(" ") || key.contains("ä");
  }
}
