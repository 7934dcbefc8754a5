package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.RecordedRequest;
import ai.stigmer.testkit.ollama.Scenario;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real process, killed with SIGKILL around every write of the journal, goes on as if nothing had
 * happened.
 */
class KillTest {
  private static final int SIGKILLED = 137;
  private static final int AT_ONCE = 4;

  @TempDir Path folder = Path.of("");

  /** Ten steps on real files: writing, editing, reading. */
  private static Answer tenSteps(JsonNode body) {
    int step = assistants(body);
    return switch (step) {
      case 0, 3, 6 -> call("write_file", "file_path", "/f" + step, "content", "a" + step + "\n");
      case 1, 4, 7 ->
          call(
              "edit_file",
              "file_path",
              "/f" + (step - 1),
              "old_string",
              "a" + (step - 1),
              "new_string",
              "edited" + step);
      case 2, 5, 8 -> call("read_file", "file_path", "/f" + (step - 2));
      case 9 -> call("write_file", "file_path", "/f0", "content", "the end\n");
      default -> Answer.text("All ", "ten ", "done.");
    };
  }

  @Test
  void aRunKilledAfterAnyJournalWriteEndsAsAnUndisturbedOne() throws Exception {
    assertEveryKillIsHarmless("after");
  }

  @Test
  void aRunKilledBeforeAnyJournalWriteEndsAsAnUndisturbedOne() throws Exception {
    assertEveryKillIsHarmless("before");
  }

  @Test
  void aCommandWhoseOutcomeWasLostIsNotRepeatedAndTheModelIsTold() throws Exception {
    // Given
    Function<JsonNode, Answer> answers =
        body ->
            assistants(body) == 0
                ? call("execute", "command", "echo ran >> log")
                : Answer.text("I looked.");
    try (Run run = new Run(folder.resolve("unknown"), answers)) {
      // The appends are: start, turn, intent, outcome.
      assertThat(run.start("before:4").status()).isEqualTo(SIGKILLED);
      assertThat(run.workspace().resolve("log")).hasContent("ran");
      // When
      Ended resumed = run.resume();
      // Then
      assertThat(resumed.status()).as(resumed.err()).isZero();
      assertThat(resumed.out()).isEqualTo("I looked.\n");
      assertThat(run.workspace().resolve("log")).hasContent("ran");
      assertThat(run.lastToolAnswer()).contains("not known whether it took effect");
    }
  }

  @Test
  void aCommandThatHadNotStartedIsNotClaimedToHaveRun() throws Exception {
    Function<JsonNode, Answer> answers =
        body ->
            assistants(body) == 0
                ? call("execute", "command", "echo ran >> log")
                : Answer.text("done");
    try (Run run = new Run(folder.resolve("not-started"), answers)) {
      assertThat(run.start("before:3").status()).isEqualTo(SIGKILLED);
      assertThat(run.workspace().resolve("log")).doesNotExist();
      assertThat(run.resume().status()).isZero();
      assertThat(run.workspace().resolve("log")).hasContent("ran");
    }
  }

  private void assertEveryKillIsHarmless(String when) throws Exception {
    // Given
    Map<String, String> expectedFiles;
    String expectedAnswer;
    int appends;
    try (Run undisturbed = new Run(folder.resolve(when), KillTest::tenSteps)) {
      Ended ended = undisturbed.start("never");
      assertThat(ended.status()).as(ended.err()).isZero();
      expectedAnswer = ended.out();
      expectedFiles = undisturbed.files();
      appends = undisturbed.entries();
    }
    assertThat(appends).isGreaterThan(25);
    // When
    var points = new ArrayList<Callable<Integer>>();
    for (int n = 1; n <= appends; n++) {
      int point = n;
      points.add(() -> killAt(when, point, expectedFiles, expectedAnswer));
    }
    // Then
    try (ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE)) {
      for (Future<Integer> done : pool.invokeAll(points)) {
        assertThat(done.get()).isPositive();
      }
    }
  }

  private Integer killAt(
      String when, int point, Map<String, String> expectedFiles, String expectedAnswer)
      throws Exception {
    String name = when + ":" + point;
    try (Run run = new Run(folder.resolve(when + "-" + point), KillTest::tenSteps)) {
      Ended killed = run.start(name);
      assertThat(killed.status()).as(name + killed.err()).isEqualTo(SIGKILLED);
      if (when.equals("before") && point == 1) {
        // The run has a name and nothing else; there is nothing to go on with.
        assertThat(run.resume().err()).contains("E5");
        return point;
      }
      Ended resumed = run.resume();
      assertThat(resumed.status()).as(name + resumed.err()).isZero();
      assertThat(resumed.out()).as(name).isEqualTo(expectedAnswer);
      assertThat(run.files()).as(name).isEqualTo(expectedFiles);
      run.assertRecordedTurnsWereAskedOnce(name, when);
      return point;
    }
  }

  private static int assistants(JsonNode body) {
    int count = 0;
    for (JsonNode message : body.path("messages")) {
      if (message.path("role").asText().equals("assistant")) {
        count++;
      }
    }
    return count;
  }

  private static Answer call(String tool, String... arguments) {
    var json = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < arguments.length; i += 2) {
      json.put(arguments[i], arguments[i + 1]);
    }
    return Answer.call(tool, json.toString());
  }

  private record Ended(int status, String out, String err) {}

  /** One home, one workspace and one server for a run and its resumptions. */
  private static final class Run implements AutoCloseable {
    private final Path home;
    private final Path workspace;
    private final FakeOllama ollama;

    Run(Path folder, Function<JsonNode, Answer> answers) throws IOException {
      this.home = folder.resolve("home");
      this.workspace = Files.createDirectories(folder.resolve("workspace"));
      this.ollama =
          FakeOllama.start(
              Scenario.answering(answers).models(InstalledModel.withTools("qwen3:8b", 32_768)));
    }

    Path workspace() {
      return workspace;
    }

    Ended start(String kill) throws Exception {
      return process(
          kill,
          "run",
          "--base-url",
          ollama.baseUrl(),
          "-m",
          "qwen3:8b",
          "--context-length",
          "32768",
          "--workspace",
          workspace.toString(),
          "--allow-shell",
          "do ten steps");
    }

    Ended resume() throws Exception {
      return process("never", "resume", "last");
    }

    /** The entries that the finished run has: one for each append. */
    int entries() throws Exception {
      return (int) process("never", "sessions", "export", "last").out().lines().count();
    }

    Map<String, String> files() throws IOException {
      try (Stream<Path> files = Files.list(workspace)) {
        return files.collect(
            Collectors.toMap(
                file -> file.getFileName() + "", KillTest::read, (a, b) -> a, TreeMap::new));
      }
    }

    String lastToolAnswer() {
      JsonNode messages = ollama.chats().getLast().body().path("messages");
      return messages.get(messages.size() - 1).path("content").asText();
    }

    /**
     * A killed process can lose an answer that it had not recorded yet; only that one may be asked
     * again.
     */
    void assertRecordedTurnsWereAskedOnce(String name, String when) {
      Map<Integer, Long> asked =
          ollama.chats().stream()
              .map(RecordedRequest::body)
              .collect(Collectors.groupingBy(KillTest::assistants, Collectors.counting()));
      long twice = asked.values().stream().filter(count -> count == 2).count();
      assertThat(asked.values()).as(name).allMatch(count -> count <= 2);
      assertThat(twice).as(name).isLessThanOrEqualTo(when.equals("before") ? 1 : 0);
    }

    @Override
    public void close() {
      ollama.close();
    }

    private Ended process(String kill, String... command) throws Exception {
      var line =
          new ArrayList<>(
              List.of(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:+UseSerialGC",
                  "-XX:TieredStopAtLevel=1",
                  "--enable-native-access=ALL-UNNAMED",
                  "-cp",
                  System.getProperty("java.class.path"),
                  KillingMain.class.getName(),
                  kill));
      line.addAll(List.of(command));
      Path out = Files.createTempFile(workspace.getParent(), "out", "");
      Path err = Files.createTempFile(workspace.getParent(), "err", "");
      var builder =
          new ProcessBuilder(line).redirectOutput(out.toFile()).redirectError(err.toFile());
      builder.environment().clear();
      builder.environment().put("STIGMER_HOME", home.toString());
      builder.environment().put("PATH", "/usr/bin:/bin");
      Process process = builder.start();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      return new Ended(process.exitValue(), read(out), read(err));
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
