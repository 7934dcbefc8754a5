package ai.stigmer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.testkit.ollama.Answer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the user's hooks do to a whole run. */
class HookRunTest extends RunOnALaptop {
  private static final String KEY = "canary-0123456789";
  private Path config = Path.of("");
  private Path log = Path.of("");

  @BeforeEach
  void logging() {
    config = folder.resolve("home/config.yaml");
    log = folder.resolve("log");
    shell.export("LOG", log.toString());
  }

  @Test
  void aHookDeniesACallAndTheModelIsToldItsReason() throws IOException {
    // Given
    hooks(
        "before_tool: [\"cat > $LOG; echo >> $LOG; pwd >> $LOG; echo not today; echo more; exit 2\"]");
    // When
    String told = run(0, List.of(), WRITES, DONE);
    // Then
    assertThat(told).contains("denied by a hook of the user's: not today").doesNotContain("more");
    assertThat(workspace.resolve("new.txt")).doesNotExist();
    String input = logged().getFirst();
    assertThat(input.replaceFirst("\"run\":\"[^\"]+\"", "\"run\":\"…\""))
        .isEqualTo(
            "{\"schema\":1,\"event\":\"before_tool\",\"run\":\"…\",\"tool\":\"write_file\","
                + "\"effect\":\"unsafe\","
                + "\"arguments\":{\"file_path\":\"new.txt\",\"content\":\"x\"}}");
    assertThat(logged().getLast()).endsWith(workspace.toRealPath().toString());
    assertThat(shell.err()).contains("✗ write_file").doesNotContain("E440");
    assertThat(shell.stigmer("sessions", "show", "last")).isZero();
    assertThat(shell.out()).contains("not today");
  }

  @Test
  void aCallThatAHookLetsRunIsStillThePolicysToDecide() throws IOException {
    hooks("before_tool: [\"cat >> $LOG\"]");
    String told = run(0, List.of("--deny", "edit(new.txt)"), WRITES, DONE);
    assertThat(told).contains("rule deny edit(new.txt)");
    assertThat(log).doesNotExist();
    run(0, List.of(), WRITES, DONE);
    assertThat(workspace.resolve("new.txt")).exists();
    assertThat(logged()).hasSize(1);
  }

  @Test
  void aHookIsRunForItsCallsAndForCommandsThatAreNotUnderstood() throws IOException {
    // Given
    hooks("before_tool: [{command: 'echo no pushing; exit 2', tools: [execute(git push *)]}]");
    // When
    String told =
        run(
            0,
            List.of("--allow-shell"),
            WRITES,
            command("touch one"),
            command("touch two && git push origin"),
            command("touch three; eval \"$X\""),
            DONE);
    // Then
    assertThat(told.split("no pushing", -1)).hasSize(3);
    assertThat(workspace.resolve("new.txt")).exists();
    assertThat(workspace.resolve("one")).exists();
    assertThat(workspace.resolve("two")).doesNotExist();
    assertThat(workspace.resolve("three")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({
    "echo reason; echo sorry >&2; exit 3, ended with status 3: sorry",
    "no-such-command-here, ended with status 127",
    "kill -9 $$, ended with status 137",
    "sleep 1000, was killed after 300 ms"
  })
  void aHookThatDoesNotDoItsWorkDeniesAndTheUserIsToldWhichOne(String command, String how)
      throws IOException {
    hooks("before_tool:\n    - {command: '" + command + "', timeout: 300ms}");
    String told = run(0, List.of(), WRITES, DONE);
    assertThat(told).contains("denied by a hook of the user's: it failed").doesNotContain("sorry");
    assertThat(workspace.resolve("new.txt")).doesNotExist();
    assertThat(shell.err())
        .contains("E440 the hook of " + config + ":3, run before write_file, " + how)
        .contains("; the call was denied");
  }

  @Test
  void whatAHookHasStartedEndsWithIt() throws IOException {
    hooks(
        "before_tool: [{command: 'sleep 1000 & echo $! >> $LOG; wait', timeout: 1s}]",
        "after_tool: ['sleep 1000 & echo $! >> $LOG']");
    run(0, List.of(), WRITES, Answer.call("ls", "{}"), DONE);
    hooks("after_tool: ['sleep 1000 & echo $! >> $LOG']");
    run(0, List.of(), Answer.call("ls", "{}"), DONE);
    assertThat(logged()).hasSize(3);
    for (String pid : logged()) {
      Optional<ProcessHandle> left = ProcessHandle.of(Long.parseLong(pid));
      left.ifPresent(process -> process.onExit().orTimeout(20, TimeUnit.SECONDS).join());
    }
  }

  @Test
  void afterACallAHookIsToldItsResultWithoutKeysAndTheModelIsNotToldOfTheHook() throws IOException {
    // Given
    shell.export("STIGMER_LLM_API_KEY", KEY);
    Files.writeString(workspace.resolve("notes"), "the key is " + KEY);
    hooks("after_tool: [{command: 'cat >> $LOG; echo heard; exit 4', tools: [read]}]");
    // When
    String told =
        run(0, List.of(), WRITES, Answer.call("read_file", "{\"file_path\":\"notes\"}"), DONE);
    // Then
    JsonNode input = new ObjectMapper().readTree(logged().getFirst());
    assertThat(logged()).hasSize(1);
    assertThat(input.path("event").asText()).isEqualTo("after_tool");
    assertThat(input.path("status").asText()).isEqualTo("ok");
    assertThat(input.path("text").asText()).contains("the key is [redacted]");
    assertThat(told).doesNotContain("heard").doesNotContain("hook");
    assertThat(shell.err()).contains("E440", "run after read_file, ended with status 4");
  }

  @Test
  void hooksHaveTheUsersVariablesWithoutKeys() throws IOException {
    shell
        .export("STIGMER_LLM_API_KEY", KEY)
        .export("ANTHROPIC_API_KEY", "sk-ant-api03-other-canary")
        .export("COPY_OF_KEY", "Bearer " + KEY)
        .export("MY_OWN", "is here");
    hooks("before_tool: ['env >> $LOG']");
    run(0, List.of(), WRITES, DONE);
    assertThat(Files.readString(log))
        .contains("MY_OWN=is here", "STIGMER_LLM_MODEL=")
        .doesNotContain("canary", "API_KEY", "COPY_OF_KEY");
  }

  @Test
  void theEndOfARunIsToldOnceAndNotWhenItOnlyWaitsOrIsShownAgain() throws IOException {
    // Given
    hooks("stop: ['cat >> $LOG; echo >> $LOG; exit 1']");
    // When
    run(7, List.of("--when-absent", "wait"), command("touch made"), DONE);
    // Then
    assertThat(log).doesNotExist();
    // When
    assertThat(shell.stigmer("approvals", "approve", "last")).isZero();
    resume(0);
    // Then
    assertThat(logged()).singleElement().asString().contains("\"end\":\"completed\"", "\"done\"");
    assertThat(shell.err()).contains("E440", "run at the end of the run, ended with status 1");
    // When
    resume(0);
    // Then
    assertThat(logged()).hasSize(1);
  }

  @Test
  void theToolsOfSubAgentsHaveTheHooksToo() throws IOException {
    hooks("before_tool: [{command: 'echo not for children; exit 2', tools: [edit]}]");
    run(
        0,
        List.of(),
        Answer.call("task", "{\"description\":\"write\",\"subagent_type\":\"general-purpose\"}"),
        WRITES,
        Answer.text("tried"),
        DONE);
    assertThat(server.chats().get(2).body().at("/messages").toString())
        .contains("not for children");
    assertThat(workspace.resolve("new.txt")).doesNotExist();
  }

  @Test
  void aRunThatGoesOnHasTheHooksOfToday() throws IOException {
    // Given
    run(7, List.of("--when-absent", "wait"), command("touch made"), WRITES, DONE);
    assertThat(shell.stigmer("approvals", "approve", "last")).isZero();
    // When
    hooks("before_tool: [{tools: edit}]");
    resume(3);
    // Then
    assertThat(shell.err()).contains("E159", config + ":2", "a hook has no command");
    assertThat(workspace.resolve("made")).doesNotExist();
    // When
    hooks("before_tool: [{command: 'echo since today; exit 2', tools: edit}]");
    String told = resume(0);
    // Then
    assertThat(told).contains("since today");
    assertThat(workspace.resolve("made")).exists();
    assertThat(workspace.resolve("new.txt")).doesNotExist();
  }

  @Test
  void hooksOfARepositoryAreNeverRead() throws IOException {
    String hooks = "hooks:\n  before_tool: ['touch hooked']\n  stop: ['touch hooked']\n";
    for (String name : List.of("config.yaml", ".stigmer/config.yaml", "stigmer.yaml")) {
      Path file = workspace.resolve(name);
      Files.createDirectories(file.resolveSibling(""));
      Files.writeString(file, hooks);
    }
    run(0, List.of(), WRITES, DONE);
    assertThat(workspace.resolve("new.txt")).exists();
    assertThat(workspace.resolve("hooked")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "before_tool: [[a]]                           | E159 | an item is empty or a list",
        "before_tool: [{command: a, tool: edit}]      | E159 | a hook has no key \"tool\"",
        "before_tool: [{command: a, tools: []}]       | E159 | tools is empty",
        "before_tool: [{command: a, tools: ['(x']}]   | E159 | names no calls",
        "before_tool: [{command: a, timeout: soon}]   | E159 | timeout takes a duration",
        "stop: [{command: a, tools: [edit]}]          | E159 | a hook for the end of a run has no tools",
        "before_tol: [a]                              | E106 | did you mean \"hooks.before_tool\"",
        "before_tool: {command: a}                    | E126 | hooks.before_tool must be a single value"
      })
  void hooksThatCannotBeReadLetNothingRun(String line, String code, String words)
      throws IOException {
    hooks(line);
    run(3, List.of(), DONE);
    assertThat(shell.err()).contains(code, config + ":2", words);
    assertThat(server.chats()).isEmpty();
  }

  @Test
  void theExampleOfTheDocsKeepsFridaysFreeOfPushes() throws IOException {
    // Given
    List<String> page = Files.readAllLines(Path.of("../docs/hooks.md"));
    int at = page.indexOf("    #!/bin/sh");
    Path example = folder.resolve("no-push-on-fridays");
    Files.write(example, page.subList(at, at + 4).stream().map(String::strip).toList());
    Path date = Files.createDirectory(folder.resolve("bin")).resolve("date");
    Files.writeString(date, "#!/bin/sh\necho 5\n");
    assertThat(example.toFile().setExecutable(true)).isTrue();
    assertThat(date.toFile().setExecutable(true)).isTrue();
    shell.export("PATH", date.resolveSibling("") + ":/usr/bin:/bin");
    hooks("before_tool: [{command: " + example + ", tools: [execute(git push *)]}]");
    Answer push = command("touch pushed; git push --help >/dev/null");
    // When
    String told = run(0, List.of("--allow-shell"), push, DONE);
    // Then
    assertThat(told).contains("nothing is pushed on Fridays");
    assertThat(workspace.resolve("pushed")).doesNotExist();
    // When
    Files.writeString(date, "#!/bin/sh\necho 4\n");
    run(0, List.of("--allow-shell"), push, DONE);
    // Then
    assertThat(workspace.resolve("pushed")).exists();
  }

  @Test
  void explainShowsEachHookWithItsLine() throws IOException {
    hooks(
        "before_tool:",
        "  - ./check",
        "  - {command: ./other, tools: [edit(src/**), execute]}",
        "stop: ./notify");
    assertThat(shell.stigmer("config", "explain")).as(shell.err()).isZero();
    assertThat(shell.out())
        .contains("./check; ./other for edit(src/**), execute")
        .contains(config + ":3, " + config + ":4", "./notify", config + ":5");
  }

  private void hooks(String... lines) throws IOException {
    Files.writeString(config, "hooks:\n  " + String.join("\n  ", lines) + "\n");
  }

  private List<String> logged() throws IOException {
    return Files.readAllLines(log).stream().filter(line -> !line.isBlank()).toList();
  }
}
