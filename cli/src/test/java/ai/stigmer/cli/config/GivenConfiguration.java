package ai.stigmer.cli.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One combination of everything that the layers may say, drawn from vocabularies that hold the
 * ordinary, the odd and the wrong.
 *
 * @param requests key to text
 * @param flags flag to text
 * @param env variable to text
 * @param file key to text, in the order of the lines
 */
record GivenConfiguration(
    Map<String, String> requests,
    Map<String, String> flags,
    Map<String, String> env,
    Map<String, String> file) {

  /** Draws numbers; 0 always means the simplest. */
  @FunctionalInterface
  interface Choices {
    /** From 0 to {@code bound - 1}. */
    int next(int bound);
  }

  static final List<String> PROVIDERS =
      List.of("ollama", "anthropic", "openai", " openai ", "gemini", "");

  static final List<String> MODELS =
      List.of(
          "qwen3:8b",
          "llama3.2",
          "qwen2.5-coder",
          "gpt-oss:20b",
          "gpt-oss",
          "my-tuned:latest",
          "claude-opus-4",
          "claude-sonnet-4.5",
          "claude-of-tomorrow",
          "gpt-6.1-sol",
          "gpt-4o",
          "chatgpt-latest",
          "codex-mini",
          "o3",
          "house-model",
          "unknown/thing",
          "ollama/house-model",
          "anthropic/claude-opus-4",
          "anthropic:claude-haiku-4",
          "openai/gpt-4o",
          "OpenAI:o3",
          "openai/qwen3:8b",
          "ollama:llama3.2",
          " mistral-small ",
          "ollama/",
          "",
          "  ");

  static final List<String> URLS =
      List.of(
          "http://gpu:11434",
          "http://localhost:1234/v1/",
          "https://api.openai.com/v1",
          "https://API.openai.com",
          "https://api.anthropic.com/",
          " http://litellm:4000 ",
          "gpu:9999",
          "ftp://files",
          "not a url",
          "http://me:canary-1@host:1",
          "https://host/v1?key=canary-2",
          "");

  static final List<String> HOSTS = List.of("gpu", "0.0.0.0", "https://gpu.example", "gpu:99", "");

  static final List<String> KEYS =
      List.of(
          "canary-plain",
          "sk-ant-canary-3",
          "sk-proj-canary-4",
          "sk-canary0123456789abcdef",
          " canary-space ",
          "canary two words",
          "canary-ä",
          "",
          " ");

  static final List<String> COUNTS =
      List.of("100", " 64 ", "40", "8k", "0", "-1", "", "9999999999");

  static final List<String> SHARES = List.of("0.5", "0.1", "0.95", "0.96", "1.0", "half", " ");

  static final List<String> TEMPERATURES =
      List.of("0.5", "0", "2", " 1.25 ", "3", "hot", "NaN", "");

  static final List<String> MODES = List.of("local", "cloud", " cloud ", "production", "");

  static final List<String> EFFORTS = List.of("none", " low", "high", "max", "extreme", "HIGH", "");

  static final List<String> DATABASES =
      List.of(
          "/data/x.db", "postgresql://u@h/db ", "mysql://h/db", "postgresql://u:canary@h:5432/db");
  static final List<String> ABSENCES = List.of("deny", " wait", "ask", "");
  static final List<String> UNKNOWNS = List.of("ask", "tell-model", "fail ", "deny", "");
  static final List<String> PERMISSION_MODES =
      List.of("ask", " allow-edits", "plan", "deny", "never", "");
  static final List<String> PULLS = List.of("ask", " never", "when-missing", "always", "");

  static final List<String> EXECUTIONS = List.of("auto", " sandbox", "local", "docker", "");

  static final List<String> NETWORKS =
      List.of("none", " open", "all", "a.example,*.b.example:81", "");

  static final List<String> SIZES = List.of("16m", " 512m", "8m", "2t", "many", "");

  static final List<String> APIS = List.of("auto", "responses", "chat", "completions", "");

  static final List<String> RETRIES = List.of("0", "4", " 20 ", "21", "-1", "many", "");

  static final List<String> DURATIONS = List.of("10s", "500ms", "2h", "soon", "25h", "0s", "");

  /** Draws one; {@code density} of ten places say something. */
  static GivenConfiguration draw(Choices choices, int density, Path home) {
    var given =
        new GivenConfiguration(
            new LinkedHashMap<>(),
            new LinkedHashMap<>(),
            new LinkedHashMap<>(),
            new LinkedHashMap<>());
    var draw = new Draw(choices, density);
    draw.into(given.env, "STIGMER_LLM_PROVIDER", PROVIDERS);
    draw.into(given.env, "STIGMER_LLM_MODEL", MODELS);
    draw.into(given.file, "llm.provider", PROVIDERS);
    draw.into(given.file, "llm.model", MODELS);
    draw.into(given.flags, "--provider", PROVIDERS);
    draw.into(given.flags, "--model", MODELS);
    draw.into(given.requests, "llm.model", MODELS);
    draw.into(given.flags, "--mode", MODES);
    draw.into(given.env, "STIGMER_MODE", MODES);
    draw.into(given.env, "MODE", MODES);
    draw.into(given.file, "mode", MODES);
    urls(given, draw);
    keys(given, draw, home);
    numbers(given, draw);
    draw.into(given.requests, "llm.base_url", URLS);
    draw.into(given.requests, "llm.provider", PROVIDERS);
    return given;
  }

  private static void urls(GivenConfiguration given, Draw draw) {
    draw.into(given.flags, "--base-url", URLS);
    draw.into(given.env, "STIGMER_LLM_BASE_URL", URLS);
    draw.into(given.env, "OLLAMA_BASE_URL", URLS);
    draw.into(given.env, "OLLAMA_HOST", HOSTS);
    draw.into(given.env, "ANTHROPIC_BASE_URL", URLS);
    draw.into(given.env, "OPENAI_BASE_URL", URLS);
    draw.into(given.file, "llm.base_url", URLS);
  }

  private static void keys(GivenConfiguration given, Draw draw, Path home) {
    List<String> files = new ArrayList<>(List.of(home.resolve("no-such-key").toString(), ""));
    for (int i = 0; i < KEYS.size(); i++) {
      files.addFirst(home.resolve("key-" + i).toString());
    }
    draw.into(given.env, "ANTHROPIC_API_KEY", KEYS);
    draw.into(given.env, "OPENAI_API_KEY", KEYS);
    draw.into(given.env, "OLLAMA_API_KEY", KEYS);
    draw.into(given.env, "STIGMER_LLM_API_KEY", KEYS);
    draw.into(given.env, "STIGMER_LLM_API_KEY_FILE", files);
    draw.into(given.flags, "--api-key-file", files);
    var written = new ArrayList<>(KEYS);
    written.add("${env:MY_KEY}");
    files.forEach(name -> written.add("${file:" + name + "}"));
    draw.into(given.file, "llm.api_key", written);
    draw.into(given.env, "MY_KEY", KEYS);
  }

  private static void numbers(GivenConfiguration given, Draw draw) {
    draw.into(given.requests, "llm.max_tokens", COUNTS);
    draw.into(given.flags, "--max-tokens", COUNTS);
    draw.into(given.env, "STIGMER_LLM_MAX_TOKENS", COUNTS);
    draw.into(given.file, "llm.max_tokens", COUNTS);
    draw.into(given.requests, "llm.temperature", TEMPERATURES);
    draw.into(given.flags, "--temperature", TEMPERATURES);
    draw.into(given.env, "STIGMER_LLM_TEMPERATURE", TEMPERATURES);
    draw.into(given.file, "llm.temperature", TEMPERATURES);
    draw.into(given.flags, "--context-length", COUNTS);
    draw.into(given.env, "STIGMER_LLM_CONTEXT_LENGTH", COUNTS);
    draw.into(given.file, "llm.context_length", COUNTS);
    draw.into(given.requests, "agent.max_turns", COUNTS);
    draw.into(given.flags, "--max-turns", COUNTS);
    draw.into(given.env, "STIGMER_MAX_TURNS", COUNTS);
    draw.into(given.file, "agent.max_turns", COUNTS);
    draw.into(given.env, "STIGMER_LLM_TIMEOUT_IDLE", DURATIONS);
    draw.into(given.file, "llm.timeouts.connect", DURATIONS);
    draw.into(given.flags, "--effort", EFFORTS);
    draw.into(given.flags, "--pull", PULLS);
    draw.into(given.env, "STIGMER_LLM_PULL", PULLS);
    draw.into(given.flags, "--execution-mode", EXECUTIONS);
    draw.into(given.env, "STIGMER_EXECUTION_MODE", EXECUTIONS);
    draw.into(given.env, "STIGMER_EXECUTION_NETWORK", NETWORKS);
    draw.into(given.env, "STIGMER_EXECUTION_MEMORY", SIZES);
    draw.into(given.flags, "--database-url", DATABASES.subList(0, 3));
    draw.into(given.env, "STIGMER_DATABASE_URL", DATABASES);
    draw.into(given.file, "database.url", DATABASES);
    draw.into(given.flags, "--when-absent", ABSENCES);
    draw.into(given.env, "STIGMER_APPROVALS_WHEN_ABSENT", ABSENCES);
    draw.into(given.file, "approvals.when_absent", ABSENCES);
    draw.into(given.flags, "--unknown", UNKNOWNS);
    draw.into(given.env, "STIGMER_EFFECTS_UNKNOWN", UNKNOWNS);
    draw.into(given.file, "effects.unknown", UNKNOWNS);
    draw.into(given.flags, "--permission-mode", PERMISSION_MODES);
    draw.into(given.env, "STIGMER_PERMISSION_MODE", PERMISSION_MODES);
    draw.into(given.env, "STIGMER_LLM_EFFORT", EFFORTS);
    draw.into(given.file, "llm.effort", EFFORTS);
    draw.into(given.flags, "--api", APIS);
    draw.into(given.env, "STIGMER_LLM_API", APIS);
    draw.into(given.flags, "--max-retries", RETRIES);
    draw.into(given.env, "STIGMER_LLM_MAX_RETRIES", RETRIES);
    draw.into(given.file, "llm.max_retries", RETRIES);
    draw.into(given.flags, "--compact-at", SHARES);
    draw.into(given.env, "STIGMER_CONTEXT_COMPACT_AT", SHARES);
    draw.into(given.file, "context.compact_at", SHARES);
    draw.into(given.file, "llm.retry_budget", DURATIONS);
  }

  /** Writes the files that keys may stand in. */
  static void writeKeyFiles(Path home) {
    try {
      for (int i = 0; i < KEYS.size(); i++) {
        Files.writeString(home.resolve("key-" + i), KEYS.get(i) + "\n");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The lines of the configuration file; none when it says nothing. */
  List<String> fileLines() {
    var lines = new ArrayList<String>();
    section(lines, "", List.of("mode"));
    section(lines, "llm", file.keySet().stream().filter(key -> key.startsWith("llm.")).toList());
    section(lines, "agent", List.of("agent.max_turns"));
    section(lines, "database", List.of("database.url"));
    section(lines, "context", List.of("context.compact_at"));
    section(lines, "approvals", List.of("approvals.when_absent"));
    section(lines, "effects", List.of("effects.unknown"));
    return lines;
  }

  /** The line of a key, from 1. */
  int lineOf(String key) {
    String name = key.substring(key.lastIndexOf('.') + 1) + ":";
    List<String> lines = fileLines();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).strip().startsWith(name)) {
        return i + 1;
      }
    }
    throw new AssertionError("no line for " + key);
  }

  private void section(List<String> lines, String head, List<String> keys) {
    List<String> there = keys.stream().filter(file::containsKey).sorted().toList();
    if (!there.isEmpty() && !head.isEmpty()) {
      lines.add(head + ":");
    }
    for (String key : there) {
      String rest = head.isEmpty() ? key : key.substring(head.length() + 1);
      String indent = head.isEmpty() ? "" : "  ";
      int dot = rest.indexOf('.');
      if (dot >= 0) {
        lines.add(indent + rest.substring(0, dot) + ":");
        rest = rest.substring(dot + 1);
        indent = indent + "  ";
      }
      lines.add(indent + rest + ": \"" + file.get(key) + "\"");
    }
  }

  /** The words after {@code stigmer}. */
  List<String> commandLine() {
    var words = new ArrayList<>(List.of("config", "explain", "--json"));
    flags.forEach((flag, text) -> words.addAll(List.of(flag, text)));
    requests.forEach((key, text) -> words.addAll(List.of("--request", key + "=" + text)));
    return words;
  }

  /** Decides for each place whether it speaks, and what it says. */
  private record Draw(Choices choices, int density) {
    void into(Map<String, String> place, String name, List<String> vocabulary) {
      if (choices.next(10) >= 10 - density) {
        place.put(name, vocabulary.get(choices.next(vocabulary.size())));
      }
    }
  }
}
