package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.testkit.http.Fault;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs of the real command line, a process each, against the fake server. */
class RunAgainstOllamaTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder = Path.of("");
  private Path workspace = Path.of("");
  private String out = "";
  private String err = "";
  private String in = "";

  @BeforeEach
  void makeAWorkspace() throws IOException {
    workspace = Files.createDirectory(folder.resolve("workspace"));
    Files.writeString(workspace.resolve("notes.txt"), "milk\n");
  }

  @Test
  void theAnswerIsOnStandardOutputAndAllElseOnStandardError() {
    try (var ollama =
        ollama(
            Answer.call("read_file", "{\"file_path\":\"/notes.txt\"}"),
            Answer.text("Buy ", "milk."))) {
      assertThat(run(ollama, "what to buy?")).isZero();
      assertThat(out).isEqualTo("Buy milk.\n");
      assertThat(err)
          .startsWith("ollama/qwen3:8b at " + ollama.baseUrl())
          .contains("read_file", "completed · 2 turns");
      assertThat(ollama.chats().getLast().body().toString()).contains("milk");
    }
  }

  @Test
  void whatIsPipedInIsAddedToTheMessage() {
    in = "a diff";
    try (var ollama = ollama(Answer.text("fine"))) {
      assertThat(run(ollama, "-p", "review this")).isZero();
      assertThat(ollama.chats().getFirst().body().toString()).contains("review this", "a diff");
    }
  }

  @Test
  void jsonIsOneObjectWithTheResult() throws IOException {
    try (var ollama = ollama(Answer.text("42").tokens(7, 3))) {
      assertThat(run(ollama, "--output", "json", "?")).isZero();
    }
    JsonNode json = JSON.readTree(out);
    assertThat(json.path("schema").asInt()).isEqualTo(1);
    assertThat(json.path("text").asText()).isEqualTo("42");
    assertThat(json.path("usage").path("input").asInt()).isEqualTo(7);
    assertThat(json.path("turns").asInt()).isEqualTo(1);
  }

  @Test
  void streamJsonIsOneObjectALineFromInitToResult() throws IOException {
    try (var ollama = ollama(Answer.call("ls", "{\"path\":\"/\"}"), Answer.text("done"))) {
      assertThat(run(ollama, "--output", "stream-json", "?")).isZero();
    }
    var types = new ArrayList<String>();
    for (String line : out.lines().toList()) {
      types.add(JSON.readTree(line).path("type").asText());
    }
    assertThat(types.getFirst()).isEqualTo("init");
    assertThat(types.getLast()).isEqualTo("result");
    assertThat(types).contains("tool_started", "tool_finished", "turn_started", "turn_finished");
  }

  @Test
  void aCommandIsRefusedWithoutATerminalAndTheModelIsTold() {
    try (var ollama =
        ollama(
            Answer.call("execute", "{\"command\":\"touch hacked\"}"), Answer.text("I may not."))) {
      assertThat(run(ollama, "break in")).isEqualTo(7);
      assertThat(workspace.resolve("hacked")).doesNotExist();
      assertThat(err).contains("error[E401]", "--allow-shell");
      assertThat(ollama.chats().getLast().body().toString()).contains("nobody can be asked");
    }
  }

  @Test
  void allowShellLetsCommandsRun() {
    try (var ollama =
        ollama(Answer.call("execute", "{\"command\":\"cat notes.txt\"}"), Answer.text("milk"))) {
      assertThat(run(ollama, "--allow-shell", "read")).isZero();
      assertThat(ollama.chats().getLast().body().toString()).contains("milk");
    }
  }

  @Test
  void aMissingModelNamesTheCommandThatGetsIt() {
    try (var ollama =
        FakeOllama.start(Scenario.of(Answer.text("never")).models(new InstalledModel[0]))) {
      assertThat(run(ollama, "hi")).isEqualTo(6);
      assertThat(err).contains("error[E202]", "ollama pull qwen3:8b");
      ollama.closeIgnoringViolations();
    }
  }

  @Test
  void aServerThatIsNotThereIsNamed() throws IOException {
    int port;
    try (var socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    assertThat(command("run", "--base-url", "http://127.0.0.1:" + port, "-m", "qwen3:8b", "hi"))
        .isEqualTo(5);
    assertThat(err).contains("error[E201]", "127.0.0.1:" + port, "ollama serve");
  }

  @Test
  void aRunWhoseAnswerWasCutGoesOnAndRecordedTurnsAreNotAskedAgain() {
    // Given
    var asked = new AtomicInteger();
    try (var ollama =
        FakeOllama.start(
            Scenario.answering(
                    body ->
                        switch (asked.incrementAndGet()) {
                          case 1 ->
                              Answer.call(
                                  "write_file", "{\"file_path\":\"/out.txt\",\"content\":\"x\"}");
                          case 2 -> Answer.text("half an answer").with(new Fault.CutAt(40));
                          default -> Answer.text("whole");
                        })
                .models(InstalledModel.withTools("qwen3:8b", 40960)))) {
      assertThat(run(ollama, "--max-retries", "0", "write")).isEqualTo(5);
      assertThat(err).contains("go on with: stigmer resume");
      assertThat(workspace.resolve("out.txt")).hasContent("x");
      // When
      int status = command("resume", "last");
      // Then
      assertThat(status).isZero();
      assertThat(out).isEqualTo("whole\n");
      assertThat(asked).hasValue(3);
    }
  }

  @Test
  void aBusyServerIsAskedAgainAndPeopleSeeIt() {
    try (var ollama = ollama(Answer.error(503, "server busy"), Answer.text("fine"))) {
      assertThat(run(ollama, "?")).isZero();
      assertThat(out).isEqualTo("fine\n");
      assertThat(err).contains("retry 1 of 4 in ").contains("completed · 1 turn ");
      assertThat(ollama.chats()).hasSize(2);
    }
  }

  @Test
  void aPipeGetsNothingOfABrokenAnswer() {
    try (var ollama =
        ollama(
            Answer.text("half of ", "an answer").with(new Fault.CutAt(250)),
            Answer.text("whole"))) {
      assertThat(run(ollama, "?")).isZero();
      assertThat(out).isEqualTo("whole\n");
      assertThat(err).contains("retry 1 of 4").doesNotContain("void");
    }
  }

  @Test
  void programsSeeRetriesAsEventsAndAsANumber() throws IOException {
    // Given
    Answer[] answers = {
      Answer.text("half of ", "an answer").with(new Fault.CutAt(250)), Answer.text("whole")
    };
    try (var ollama = ollama(answers)) {
      // When
      assertThat(run(ollama, "--output", "stream-json", "?")).isZero();
    }
    // Then
    List<JsonNode> lines = new ArrayList<>();
    for (String line : out.lines().toList()) {
      lines.add(JSON.readTree(line));
    }
    JsonNode retrying =
        lines.stream()
            .filter(line -> line.path("type").asText().equals("retrying"))
            .findFirst()
            .orElseThrow();
    assertThat(retrying.path("attempt").asInt()).isEqualTo(1);
    assertThat(retrying.path("of").asInt()).isEqualTo(4);
    assertThat(retrying.path("discarded").asInt()).isEqualTo("half of an answer".length());
    assertThat(retrying.path("error").path("code").asText()).startsWith("E2");
    assertThat(lines.getLast().path("retries").asInt()).isEqualTo(1);
    try (var ollama = ollama(answers)) {
      assertThat(run(ollama, "--output", "json", "?")).isZero();
      assertThat(JSON.readTree(out).path("retries").asInt()).isEqualTo(1);
      assertThat(err).contains("retry 1 of 4 in ");
    }
  }

  @Test
  void aModelThatCannotBeHadIsStoodInForAndAResumeGoesOnWithTheOther() throws IOException {
    // Given
    var healthy = new AtomicBoolean(true);
    try (var ollama =
        FakeOllama.start(
            Scenario.answering(
                    body ->
                        body.path("model").asText().equals("qwen3:8b") || !healthy.get()
                            ? Answer.error(503, "busy")
                            : Answer.text("from the other"))
                .models(
                    InstalledModel.withTools("qwen3:8b", 40960),
                    InstalledModel.withTools("gemma4:e4b", 40960)))) {
      String[] options = {"--max-retries", "0", "--fallbacks", "ollama/gemma4:e4b"};
      // When
      assertThat(run(ollama, with(options, "--output", "json", "?"))).isZero();
      JsonNode json = JSON.readTree(out);
      assertThat(err).contains("· else ollama/gemma4:e4b at " + ollama.baseUrl());
      assertThat(err).contains("model: ollama/gemma4:e4b instead of ollama/qwen3:8b");
      assertThat(json.path("text").asText()).isEqualTo("from the other");
      assertThat(json.path("model_switches")).hasSize(1);
      assertThat(json.path("model_switches").path(0).path("to").asText())
          .isEqualTo("ollama/gemma4:e4b");
      // Then
      healthy.set(false);
      assertThat(run(ollama, with(options, "?"))).isEqualTo(5);
      healthy.set(true);
      int before = ollama.chats().size();
      assertThat(command("resume", "last")).isZero();
      assertThat(out).isEqualTo("from the other\n");
      assertThat(ollama.chats()).hasSize(before + 1);
      assertThat(command("sessions", "show", "last")).isZero();
      assertThat(out).contains("model: ollama/gemma4:e4b instead of ollama/qwen3:8b");
    }
  }

  @Test
  void tokensOfAllDrivesAreToldAndAModelOfOnesOwnCostsNothing() throws IOException {
    // Given
    try (var ollama =
        ollama(
            Answer.call("ls", "{\"path\":\"/\"}").tokens(100, 10),
            Answer.error(400, "no more"),
            Answer.text("done").tokens(200, 20))) {
      assertThat(run(ollama, "?")).isNotZero();
      // When
      assertThat(command("resume", "last", "--output", "json")).isZero();
    }
    // Then
    JsonNode json = JSON.readTree(out);
    assertThat(json.path("usage").path("input").asInt()).isEqualTo(300);
    assertThat(json.path("usage").path("output").asInt()).isEqualTo(30);
    assertThat(json.path("cost").path("amount").intValue()).isZero();
    assertThat(json.path("cost").path("unpriced")).isEmpty();
    assertThat(command("sessions", "show", "last")).isZero();
    assertThat(out)
        .contains("(100 tokens in, 10 out")
        .contains("tokens  300 input, 0 from the cache, 0 to the cache, 30 output (0 thinking)")
        .contains("cached  0% of all input")
        .doesNotContain("no price", "$0", ", )");
  }

  private static String[] with(String[] options, String... more) {
    var all = new ArrayList<>(Arrays.asList(options));
    all.addAll(Arrays.asList(more));
    return all.toArray(String[]::new);
  }

  @Test
  void aResumedRunKeepsItsRetriesAndItsEffort() throws IOException {
    // Given
    var thinking =
        new InstalledModel("qwen3:8b", 40960, List.of("completion", "tools", "thinking"));
    try (var ollama =
        FakeOllama.start(
            Scenario.of(Answer.error(503, "busy"), Answer.error(503, "busy")).models(thinking))) {
      assertThat(run(ollama, "--max-retries", "0", "--effort", "low", "?")).isEqualTo(5);
      // When
      assertThat(command("resume", "last")).isEqualTo(5);
      // Then
      assertThat(ollama.chats()).hasSize(2);
      assertThat(ollama.chats().getLast().body().path("think").asText()).isEqualTo("low");
      assertThat(command("sessions", "export", "last")).isZero();
      JsonNode environment = JSON.readTree(out.lines().toList().getFirst()).path("environment");
      assertThat(environment.path("model").path("effort").asText()).isEqualTo("LOW");
      assertThat(environment.path("max_retries").asInt(-1)).isZero();
    }
  }

  @Test
  void aModelThatNeverStopsCallingToolsIsStopped() {
    try (var ollama =
        FakeOllama.start(
            Scenario.answering(body -> Answer.call("ls", "{\"path\":\"/\"}"))
                .models(InstalledModel.withTools("qwen3:8b", 40960)))) {
      assertThat(run(ollama, "go")).isEqualTo(8);
      assertThat(err).contains("error[E802]");
      assertThat(ollama.chats()).hasSize(5);
    }
  }

  @Test
  void finishedRunsAreListedShownExportedAndGivenAgain() {
    try (var ollama = ollama(Answer.text("Forty-two."))) {
      assertThat(run(ollama, "the question")).isZero();
    }
    assertThat(command("sessions", "list")).isZero();
    assertThat(out).contains("the question");
    assertThat(command("sessions", "show", "last")).isZero();
    assertThat(out).contains("the question", "Forty-two.");
    assertThat(command("sessions", "export", "last")).isZero();
    assertThat(out.lines().toList()).hasSize(3).allMatch(line -> line.startsWith("{"));
    assertThat(command("resume", "last")).isZero();
    assertThat(out).contains("Forty-two.");
  }

  private FakeOllama ollama(Answer... answers) {
    return FakeOllama.start(
        Scenario.of(answers).models(InstalledModel.withTools("qwen3:8b", 40960)));
  }

  private int run(FakeOllama ollama, String... arguments) {
    var all =
        new ArrayList<>(
            List.of(
                "run",
                "--base-url",
                ollama.baseUrl(),
                "-m",
                "qwen3:8b",
                "--workspace",
                workspace.toString()));
    all.addAll(Arrays.asList(arguments));
    return command(all.toArray(String[]::new));
  }

  private int command(String... arguments) {
    StigmerProcess.Ended ended = StigmerProcess.in(folder).withStdin(in).run(arguments);
    out = ended.out();
    err = ended.err();
    return ended.status();
  }
}
