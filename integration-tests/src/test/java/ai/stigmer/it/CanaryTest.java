package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.it.StigmerProcess.Ended;
import ai.stigmer.testkit.Golden;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Secrets at every place that a run looks at, and every sink that it has. Beside each secret stands
 * a word; the table of the words that arrived says which cells could have failed.
 */
class CanaryTest {
  private static final Canary ENV_KEY = new Canary("env-key");
  private static final Canary OTHER_KEY = new Canary("other-key");
  private static final Canary KEY_FILE = new Canary("key-file");
  private static final Canary CONFIG_FILE = new Canary("config-file");
  private static final Canary SERVER_KEY = new Canary("server-key");
  private static final Canary MESSAGE = new Canary("message");
  private static final Canary AGENT_FILE = new Canary("agent-file");
  private static final Canary SUB_AGENT = new Canary("sub-agent");
  private static final Canary AGENTS_MD = new Canary("agents-md");
  private static final Canary SKILL = new Canary("skill");
  private static final Canary TOOL_OUTPUT = new Canary("tool-output");
  private static final Canary COMMAND_OUTPUT = new Canary("command-output");
  private static final Canary MCP_VARIABLE = new Canary("mcp-variable");
  private static final Canary ENVIRONMENT_FILE = new Canary("environment-file");
  private static final Canary ARGUMENT = new Canary("argument");
  private static final Canary MODEL_TEXT = new Canary("model-text");
  private static final Canary THINKING = new Canary("thinking");
  private static final Canary PROVIDER_ERROR = new Canary("provider-error");
  private static final Canary HOOK_OUTPUT = new Canary("hook-output");
  private static final Canary STEERING = new Canary("steering");
  private static final Canary DOT_ENV = new Canary("dot-env");

  /** Those whose word stands beside them; the others are values alone. */
  private static final List<Canary> PLACES =
      List.of(
          MESSAGE,
          AGENT_FILE,
          SUB_AGENT,
          AGENTS_MD,
          SKILL,
          TOOL_OUTPUT,
          COMMAND_OUTPUT,
          MCP_VARIABLE,
          ENVIRONMENT_FILE,
          ARGUMENT,
          MODEL_TEXT,
          THINKING,
          PROVIDER_ERROR,
          HOOK_OUTPUT,
          STEERING);

  private static final List<Canary> ALL =
      Stream.concat(
              PLACES.stream(),
              Stream.of(ENV_KEY, OTHER_KEY, KEY_FILE, CONFIG_FILE, SERVER_KEY, DOT_ENV))
          .toList();

  private static final Path TABLE = Path.of("src/test/resources/ai/stigmer/it/canaries.txt");

  @TempDir Path folder = Path.of("");

  private final Map<String, String> sinks = new TreeMap<>();
  private Path workspace = Path.of("");

  @Test
  void noSecretOfAnyPlaceReachesAnySink() throws Exception {
    write();
    try (FakeOllama ollama =
        FakeOllama.start(
            Scenario.answering(this::answer)
                .models(InstalledModel.withTools("qwen3:8b", 65_536)))) {
      // When
      StigmerProcess stigmer = stigmer(ollama);
      work(stigmer);
      lookBack(stigmer);
      // Then
      sink(
          "provider",
          ollama.chats().stream()
              .map(chat -> chat.body().toString())
              .collect(Collectors.joining("\n")));
      assertThat(ollama.chats())
          .allSatisfy(
              chat -> assertThat(chat.headers().toString()).contains("Bearer " + ENV_KEY.secret()));
    }
    sink("journal", bytes(folder.resolve("home")));
    sink("hooks", read(folder.resolve("hook-input")));
    assertNowhere();
    Golden.assertMatches(TABLE, table());
  }

  @Test
  void aKeyInAFileArrivesAtItsProviderAndNowhereElse() throws Exception {
    Path file = Files.writeString(folder.resolve("key"), KEY_FILE.secret() + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    onlyItsProviderGets(KEY_FILE, "--api-key-file", file.toString());
  }

  @Test
  void aKeyInTheConfigurationFileArrivesAtItsProviderAndNowhereElse() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("config.yaml"),
            "llm:\n  provider: ollama\n  api_key: \"" + CONFIG_FILE.secret() + "\"\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    onlyItsProviderGets(CONFIG_FILE, "--config", file.toString());
  }

  /** The model finds the key in a file and says it. */
  private void onlyItsProviderGets(Canary key, String... options) throws Exception {
    workspace = Files.createDirectories(folder.resolve("workspace"));
    Files.writeString(workspace.resolve("found.txt"), key.text());
    try (FakeOllama ollama =
        FakeOllama.start(
            Scenario.of(
                    call("read_file", "file_path", "found.txt"),
                    Answer.text(key.text()),
                    Answer.text("again"))
                .models(InstalledModel.withTools("qwen3:8b", 65_536)))) {
      StigmerProcess stigmer =
          StigmerProcess.in(folder)
              .with("HOME", folder.toString())
              .with("OLLAMA_BASE_URL", ollama.baseUrl());
      var words = new ArrayList<>(List.of("run", "-m", "qwen3:8b", "-v"));
      words.addAll(List.of(options));
      words.addAll(List.of("--workspace", workspace.toString(), "find it"));
      Ended ended = run("run", stigmer, words.toArray(String[]::new));
      assertThat(ended.status()).as(ended.err()).isZero();
      look("export-test", stigmer, "export-test", "last");
      var again = new ArrayList<>(List.of("config", "explain"));
      again.addAll(List.of(options));
      run("explain", stigmer, again.toArray(String[]::new));
      sink("provider", ollama.chats().getLast().body().toString());
      assertThat(ollama.chats().getLast().headers().toString()).contains("Bearer " + key.secret());
    }
    sink("journal", bytes(folder.resolve("home")));
    assertNowhere();
    for (String sink : List.of("run out", "provider", "journal", "export-test out")) {
      assertThat(sinks.get(sink)).as(sink).contains(key.word());
    }
  }

  private void write() throws IOException {
    workspace = Files.createDirectories(folder.resolve("workspace"));
    Files.writeString(workspace.resolve("notes.txt"), TOOL_OUTPUT.text() + "\n");
    Files.writeString(workspace.resolve("raw.txt"), COMMAND_OUTPUT.text() + "\n");
    Files.writeString(workspace.resolve("secret.txt"), COMMAND_OUTPUT.secret());
    Files.writeString(workspace.resolve("AGENTS.md"), AGENTS_MD.text());
    Files.writeString(workspace.resolve(".env"), "PASSWORD=" + DOT_ENV.secret());
    Path skill = Files.createDirectories(workspace.resolve(".stigmer/skills/review"));
    Files.writeString(
        skill.resolve("SKILL.md"),
        "---\nname: review\ndescription: " + SKILL.word() + "\n---\n" + SKILL.text());
    Path hook = folder.resolve("hook");
    Files.writeString(
        hook,
        "#!/bin/sh\ncat >> "
            + folder.resolve("hook-input")
            + "\necho '"
            + HOOK_OUTPUT.text()
            + "' >&2\nexit 1\n");
    assertThat(hook.toFile().setExecutable(true)).isTrue();
    Path home = Files.createDirectories(folder.resolve("home"));
    Files.writeString(home.resolve("config.yaml"), "hooks:\n  after_tool: " + hook + "\n");
    Files.writeString(
        folder.resolve("environment.yaml"),
        """
        apiVersion: agentic.stigmer.ai/v1
        kind: Environment
        metadata:
          name: e
        spec:
          data:
            FROM_FILE:
              value: "%s"
              is_secret: true
            FROM_FILE_TOO:
              value: %s
        """
            .formatted(ENVIRONMENT_FILE.secret(), ENVIRONMENT_FILE.word()));
    Files.writeString(
        folder.resolve("agent.yaml"),
        """
        apiVersion: agentic.stigmer.ai/v1
        kind: Agent
        metadata:
          name: worker
        spec:
          instructions: "Work with %s"
          mcp_servers: [{name: everything}]
          sub_agents:
            - name: finder
              description: Finds.
              instructions: "Find with %s"
        """
            .formatted(AGENT_FILE.text(), SUB_AGENT.text()));
  }

  private StigmerProcess stigmer(FakeOllama ollama) {
    StigmerProcess stigmer =
        StigmerProcess.in(folder)
            .with("HOME", folder.toString())
            .with("OLLAMA_BASE_URL", ollama.baseUrl())
            .with("STIGMER_LLM_MODEL", "qwen3:8b")
            .with("OLLAMA_API_KEY", ENV_KEY.secret())
            .with("ANTHROPIC_API_KEY", OTHER_KEY.secret())
            .with("STIGMER_SERVER_KEY", SERVER_KEY.secret())
            .with("FROM_PROCESS", MCP_VARIABLE.word());
    for (Canary canary : PLACES) {
      if (!canary.equals(ENVIRONMENT_FILE)) {
        stigmer = stigmer.with(canary.variable(), canary.secret());
      }
    }
    return stigmer;
  }

  private void work(StigmerProcess stigmer) {
    run(
        "mcp add",
        stigmer.withStdin("y\n").with("FROM_FILE", "nothing").with("FROM_FILE_TOO", "nothing"),
        "mcp",
        "add",
        "everything",
        "--env",
        "FROM_MCP_TOKEN=${" + MCP_VARIABLE.variable() + "}",
        "--env",
        "FROM_PROCESS",
        "--env",
        "FROM_FILE",
        "--env",
        "FROM_FILE_TOO",
        "--",
        PublishedServer.command("everything"));
    Ended ended =
        run(
            "run",
            stigmer,
            "run",
            "--agent",
            folder.resolve("agent.yaml").toString(),
            "--env",
            MCP_VARIABLE.variable(),
            "--env-file",
            folder.resolve("environment.yaml").toString(),
            "--allow-shell",
            "--allow",
            "everything__*",
            "--execution-mode",
            "local",
            "--workspace",
            workspace.toString(),
            "--output",
            "stream-json",
            "-v",
            "go " + MESSAGE.text());
    assertThat(ended.out()).contains("W409");
    look("steer", stigmer, "steer", "last", "and " + STEERING.text());
    look("resume", stigmer, "resume", "last", "-v");
  }

  private void lookBack(StigmerProcess stigmer) {
    look("show", stigmer, "sessions", "show", "last");
    look("export", stigmer, "sessions", "export", "last");
    look("replay", stigmer, "replay", "last");
    look("context", stigmer, "context", "last");
    look("explain", stigmer, "config", "explain");
    look("explain json", stigmer, "config", "explain", "--json");
    look("doctor", stigmer, "doctor");
    look("env", stigmer, "env");
    look("mcp list", stigmer, "mcp", "list");
    run("no command", stigmer.with("STIGMER_DEBUG", "1"), "sessions", "show", MESSAGE.text());
    look("backup", stigmer, "store", "backup", folder.resolve("backup.db").toString());
    sink("backup", read(folder.resolve("backup.db")));
  }

  /** One step of the parent for each answer it has given; its sub-agent answers at once. */
  private Answer answer(JsonNode body) {
    String system = body.path("messages").path(0).path("content").asText();
    if (system.contains(SUB_AGENT.word())) {
      return Answer.text("found ", "nothing");
    }
    int step = 0;
    for (JsonNode message : body.path("messages")) {
      step += message.path("role").asText().equals("assistant") ? 1 : 0;
    }
    return switch (step) {
      case 0 -> call("read_file", "file_path", "notes.txt");
      case 1 -> call("load_skill", "name", "review");
      case 2 ->
          call(
              "execute",
              "command",
              "cat raw.txt; base64 -w 20 secret.txt; od -An -tx1 secret.txt; env; exit 1");
      case 3 -> call("everything__get-env");
      case 4 -> call("write_file", "file_path", "made.txt", "content", ARGUMENT.text());
      case 5 -> call("task", "description", "find it", "subagent_type", "finder");
      case 6 -> call("read_file", "file_path", ".env").andThinking(THINKING.text().split("(?<=-)"));
      case 7 -> call("write_file", "file_path", "notes.txt", "content", "empty");
      case 8 -> {
        boolean steered = body.toString().contains(STEERING.word());
        yield steered
            ? Answer.text(MODEL_TEXT.text().split("(?<=[-/0-9])"))
            : Answer.error(400, "bad " + PROVIDER_ERROR.text());
      }
      default -> Answer.text("done");
    };
  }

  private static Answer call(String tool, String... arguments) {
    var json = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < arguments.length; i += 2) {
      json.put(arguments[i], arguments[i + 1]);
    }
    return Answer.call(tool, json.toString());
  }

  private Ended run(String name, StigmerProcess stigmer, String... words) {
    Ended ended = stigmer.run(words);
    sink(name + " out", ended.out());
    sink(name + " err", ended.err());
    return ended;
  }

  private void look(String name, StigmerProcess stigmer, String... words) {
    Ended ended = run(name, stigmer, words);
    assertThat(ended.status()).as(name + ": " + ended.err()).isZero();
  }

  private void sink(String name, String text) {
    sinks.put(name, text);
  }

  /** All files beneath a folder; a text of the journal is somewhere in its bytes. */
  private static String bytes(Path home) throws IOException {
    var all = new StringBuilder();
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        all.append(read(file));
      }
    }
    return all.toString();
  }

  private static String read(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void assertNowhere() {
    for (Canary canary : ALL) {
      sinks.forEach(
          (sink, text) -> assertThat(canary.in(text)).as(canary + " in " + sink).isEmpty());
    }
  }

  /** For each sink the places whose words arrived there. */
  private String table() {
    var table = new StringBuilder();
    sinks.forEach(
        (sink, text) ->
            table
                .append(sink)
                .append(": ")
                .append(
                    PLACES.stream()
                        .filter(canary -> text.contains(canary.word()))
                        .map(Canary::place)
                        .collect(Collectors.joining(", ")))
                .append('\n'));
    return table.toString();
  }
}
