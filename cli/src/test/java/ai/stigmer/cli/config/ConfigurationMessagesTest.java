package ai.stigmer.cli.config;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.cli.Shell;
import ai.stigmer.testkit.Golden;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every message about configuration, as the user sees it after the command that causes it. */
class ConfigurationMessagesTest {
  private static final Path GOLDEN =
      Path.of("src/test/resources/ai/stigmer/cli/config/messages.txt");
  private static final Pattern CODE = Pattern.compile("E1\\d\\d");

  /** A module that is missing, which is none here; no home; a resumed run; a collector. */
  private static final Set<String> ELSEWHERE =
      Set.of(
          "E123", "E143", "E136", "E137", "E156", "E159", "E160", "E162", "E164", "E166", "E167");

  private final StringBuilder story = new StringBuilder();
  private final Map<String, Integer> shown = new TreeMap<>();
  private int homes;

  @TempDir Path folder = Path.of("");

  @Test
  void everyMessageIsAsItWasReviewed() throws IOException {
    values();
    bundle();
    files();
    writing();
    runs();
    assertThat(shown.keySet()).containsAll(codes());
    Golden.assertMatches(GOLDEN, story.toString());
  }

  private void values() throws IOException {
    check("E102", "STIGMER_LLM_PROVIDER=antropic");
    check("E104", "STIGMER_LLM_MAX_TOKENS=8k");
    check("E105", "STIGMER_LLM_TEMPERATURE=3");
    check("E109", "STIGMER_MODE=production");
    check("E112", "STIGMER_LLM_PROVIDER=");
    check("E113", "STIGMER_LLM_BASE_URL=");
    check("E114", "STIGMER_LLM_BASE_URL=ftp://files");
    check("E114", "STIGMER_LLM_BASE_URL=http://me:password@host:1");
    check(
        "E114",
        "STIGMER_LLM_PROVIDER=openai",
        "OPENAI_BASE_URL=http://api.openai.com/v1",
        "OPENAI_API_KEY=k");
    check("E115", "STIGMER_LLM_MODEL=");
    check("E115", "STIGMER_LLM_MODEL=anthropic/", "STIGMER_LLM_API_KEY=k");
    check("E115", "STIGMER_LLM_PROVIDER=scripted");
    check("E116", "STIGMER_LLM_CONTEXT_LENGTH=64k");
    check("E117", "STIGMER_LLM_TIMEOUT_IDLE=soon");
    check("E118", "STIGMER_MAX_TURNS=0");
    check("E118 E118", "STIGMER_BUDGET_COST_USD=$2", "STIGMER_BUDGET_DEPTH=6");
    check("E132", "STIGMER_LLM_EFFORT=extreme");
    check("E133", "STIGMER_LLM_API=completions");
    check("E140", "STIGMER_LLM_PULL=always");
    check("E139", "STIGMER_DATABASE_URL=mysql://db/stigmer");
    check("E148", "STIGMER_APPROVALS_WHEN_ABSENT=ask");
    check("E148", "STIGMER_EFFECTS_UNKNOWN=retry");
    check("E150", "STIGMER_EXECUTION_MODE=docker");
    check("E151", "STIGMER_EXECUTION_NETWORK=all");
    check("E152", "STIGMER_EXECUTION_MEMORY=8m");
    check("E155", "STIGMER_PERMISSION_MODE=never");
    check("E155 E155", "STIGMER_PERMISSIONS_DENY=rm -rf;execute(rm");
    check("E153", "STIGMER_EXECUTION_READABLE=tools");
    check("E157", "STIGMER_ENGINE=kubernetes");
    check("E158 E158", "TEMPORAL_SERVICE_ADDRESS=my host", "TEMPORAL_MAX_CONCURRENCY=0");
    check("E158", "STIGMER_TEMPORAL_PRIORITY=6");
    check("E158", "STIGMER_TEMPORAL_SUB_AGENT_WORKFLOWS=some");
    check("E144", "STIGMER_WORKSPACE_STORE=gs://bucket/runs");
    check("E144", "STIGMER_WORKSPACE_STORE=snapshots");
    check("E169", "STIGMER_WORKER_LOG_LEVEL=loud");
    check("E108", "STIGMER_API_KEY=two words");
    check(
        "E168 E168 E168",
        "STIGMER_BACKEND_ENDPOINT=my host",
        "STIGMER_SERVER_NAMES=a b",
        "STIGMER_SERVER_BEHIND_PROXY=yes");
    for (String address : List.of("foo", ":-1", "[::1", "::1:80", "a b:1")) {
      check("E168", "STIGMER_SERVER_ADDRESS=" + address);
    }
    tell("E168", shell(), "server", "start", "--address", "localhost:99999");
    tell("E168", shell(), "server", "start", "--address", "[1:2]:0");
    check(
        "E142 E142",
        "OTEL_EXPORTER_OTLP_ENDPOINT=my host",
        "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=perhaps");
    check("E134", "STIGMER_LLM_MAX_RETRIES=21");
    check("E141", "STIGMER_CONTEXT_COMPACT_AT=1.0");
    check("E135", "STIGMER_LLM_FALLBACKS=my-model");
    check("E101", "STIGMER_LLM_FALLBACKS=anthropic/claude-opus-5-5");
    check("E104 E105", "STIGMER_LLM_MAX_TOKENS=8k", "STIGMER_LLM_TEMPERATURE=3");
  }

  private void bundle() throws IOException {
    check("E101", "STIGMER_MODE=cloud");
    check("E101", "STIGMER_LLM_PROVIDER=openai", "ANTHROPIC_API_KEY=k");
    check("E103", "STIGMER_LLM_PROVIDER=ollama", "STIGMER_LLM_MODEL=claude-opus-4");
    check(
        "E103",
        "STIGMER_LLM_PROVIDER=openai",
        "STIGMER_LLM_BASE_URL=http://router/v1",
        "STIGMER_LLM_MODEL=anthropic/claude-opus-4");
    check("E107", "STIGMER_LLM_PROVIDER=openai", "STIGMER_LLM_API_KEY=sk-ant-0123456789");
    check("E108", "STIGMER_MODE=cloud", "STIGMER_LLM_API_KEY=two words");
    check("E127", "STIGMER_LLM_API_KEY_FILE=/no/such/key");
    Shell shell = shell();
    tell("E138", shell, "sessions", "list", "--database-url", "postgresql://me:mine@db/stigmer");
    tell("E111", shell, "config", "check", "--request", "llm.base_url=http://evil");
    tell("E111", shell, "config", "check", "--request", "agent.max_turns=80");
  }

  private void files() throws IOException {
    file("E106", "llm:\n  modle: qwen3:8b\n");
    file("E119", "llm:\n  model: [qwen3:8b\n");
    file("E119", "llm:\n  model: a\n  model: b\n");
    file("E119", "just words\n");
    file("E124", "llm:\n  model: ${env:NO_SUCH_VARIABLE}\n");
    file("E124", "llm:\n  api_key: ${file:/no/such/file}\n");
    file("E126", "llm:\n  model: [a, b]\n");
    file("E126", "llm: ollama\n");
    tell("E125", shell(), "config", "check", "--config", "/no/such/config.yaml");
  }

  private void writing() throws IOException {
    Shell shell = shell();
    tell("E106", shell, "config", "get", "llm.modle");
    tell("E129", shell, "config", "set", "llm.api_key", "sk-ant-0123456789");
    tell("E131", shell, "config", "set", "llm.model", "");
    tell("E105", shell, "config", "set", "llm.temperature", "3");
    Path plain = Files.createFile(folder.resolve("plain-file"));
    shell.export("STIGMER_CONFIG", plain.resolve("config.yaml").toString());
    tell("E128", shell, "config", "set", "llm.model", "qwen3:8b");
  }

  private void runs() throws IOException {
    tell("E120", shell(), "run", "--agent", "/no/such/agent.yaml", "hi");
    agent("E121", "spec:\n  model: x\n");
    agent("E121", "skill: [a]\nspec:\n  instructions: Help.\n");
    agent("E121", "spec:\n  instructions: Help as you can.\n  hooks: []\n");
    agentFile("E122", "just words\n");
    agentFile("E120", "spec: [\n");
    agentFile("E122", "kind: Agent\nkind: Agent\n");
    agent("E122", "spec:\n  description: d\n");
    tell("E130", shell(), "run", "--workspace", "/no/such/folder", "hi");
    try (var ollama =
        FakeOllama.start(
            Scenario.of(Answer.error(401, "unauthorized"))
                .models(InstalledModel.withTools("qwen3:8b", 4096)))) {
      Shell refused = shell().export("OLLAMA_HOST", ollama.baseUrl());
      tell("E110", refused, "run", "-m", "qwen3:8b", "hi");
    }
  }

  private void check(String codes, String... env) throws IOException {
    Shell shell = shell();
    for (String pair : env) {
      shell.export(pair.split("=", 2)[0], pair.split("=", 2)[1]);
    }
    story.append("## ").append(String.join(" ", env)).append('\n');
    tell(codes, shell, "config", "check");
  }

  private void file(String codes, String text) throws IOException {
    Shell shell = shell();
    Files.writeString(folder.resolve("home" + homes).resolve("config.yaml"), text);
    story.append(text.indent(2).replaceAll("(?m)^ {2}", "## | "));
    tell(codes, shell, "config", "check", "--config", "<home>/config.yaml");
  }

  private void agent(String codes, String spec) throws IOException {
    agentFile(
        codes,
        "apiVersion: agentic.stigmer.ai/v1\nkind: Agent\nmetadata:\n  name: tester\n" + spec);
  }

  private void agentFile(String codes, String text) throws IOException {
    Shell shell = shell();
    Files.writeString(folder.resolve("home" + homes).resolve("agent.yaml"), text);
    story.append(text.indent(2).replaceAll("(?m)^ {2}", "## | "));
    tell(codes, shell, "run", "--agent", "<home>/agent.yaml", "hi");
  }

  private Shell shell() throws IOException {
    homes++;
    return new Shell(Files.createDirectory(folder.resolve("home" + homes)))
        .export("STIGMER_EXECUTION_MODE", "local");
  }

  private void tell(String codes, Shell shell, String... words) {
    String home = folder.resolve("home" + homes).toString();
    String[] real = Arrays.stream(words).map(w -> w.replace("<home>", home)).toArray(String[]::new);
    int status = shell.stigmer(real);
    String told =
        shell
            .err()
            .replace(home, "<home>")
            .replace(folder.toString(), "<folder>")
            .replaceAll("127\\.0\\.0\\.1:\\d{4,5}", "127.0.0.1:PORT")
            .replaceAll("resume \\S+", "resume ID")
            .replaceAll("run \\d\\S+", "run ID");
    story.append("$ stigmer ").append(String.join(" ", quoted(words))).append('\n');
    story.append(told).append("exit ").append(status).append("\n\n");
    for (String code : codes.split(" ")) {
      assertThat(told).as(told).contains("error[" + code + "]");
      shown.merge(code, 1, Integer::sum);
    }
    assertThat(status).as(told).isBetween(2, 5);
  }

  private static List<String> quoted(String... words) {
    var quoted = new ArrayList<String>();
    for (String word : words) {
      quoted.add(word.isEmpty() ? "''" : word);
    }
    return quoted;
  }

  /** Every code that can be explained. */
  private Set<String> codes() throws IOException {
    Shell shell = shell();
    shell.stigmer("explain", "all");
    var codes = new TreeSet<String>();
    Matcher matcher = CODE.matcher(shell.out());
    while (matcher.find()) {
      codes.add(matcher.group());
    }
    assertThat(codes).hasSizeGreaterThan(25);
    codes.removeAll(ELSEWHERE);
    return codes;
  }
}
