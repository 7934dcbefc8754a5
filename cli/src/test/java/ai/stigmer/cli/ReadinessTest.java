package ai.stigmer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.cli.screen.Palette;
import ai.stigmer.cli.screen.Terminal;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.testkit.http.RecordedRequest;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.InstalledModel.ToolUse;
import ai.stigmer.testkit.ollama.Pull;
import ai.stigmer.testkit.ollama.Scenario;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is asked, told and done before a run when the server or the model is not there. */
@Timeout(120)
class ReadinessTest {
  private static final Terminal SCREEN = new Terminal(true, true, true, Palette.PLAIN);
  private static final InstalledModel DEFAULT =
      InstalledModel.withTools("qwen2.5-coder:7b", 32_768).size(8_000);
  private static final InstalledModel QWEN =
      InstalledModel.withTools("qwen3.5:latest", 65_536).size(8_000);
  private static final InstalledModel GEMMA =
      InstalledModel.withTools("gemma4:12b", 65_536).size(8_000);
  private static final InstalledModel REMOTE =
      InstalledModel.withTools("kimi-k2.6:cloud", 65_536).size(8_000).remoteAt("ollama.com");

  private final Map<String, String> env = new LinkedHashMap<>();
  private Terminal terminal = Terminal.NONE;
  private Signals signals = Signals.NONE;
  private String typed = "";
  private String out = "";
  private String err = "";

  @TempDir Path folder = Path.of("");

  @BeforeEach
  void settings() {
    env.put("STIGMER_HOME", folder.resolve("home").toString());
    env.put("PATH", "/usr/bin:/bin");
  }

  @Test
  void theBestInstalledModelThatCallsToolsStandsInForTheDefault() {
    // Given
    InstalledModel silent = QWEN.using(ToolUse.TALKS);
    try (FakeOllama server = started(REMOTE, silent, GEMMA)) {

      // When
      assertThat(run(server)).as(err).isZero();

      // Then
      assertThat(err)
          .startsWith("ollama/gemma4:12b (installed; the default is not) at ")
          .contains(
              "note: the default qwen2.5-coder:7b is not installed; gemma4:12b is the best"
                  + " installed model that calls tools; keep it with: stigmer config set llm.model"
                  + " ollama/gemma4:12b");
      assertThat(server.probes())
          .extracting(Asked::model)
          .containsExactly("qwen3.5:latest", "gemma4:12b");
      assertThat(server.chats()).extracting(Asked::model).containsExactly("gemma4:12b");
    }
  }

  @Test
  void whatStandsInIsJournaledWithItsOriginAndAResumeKeepsIt() {
    try (FakeOllama server = started(GEMMA)) {
      assertThat(run(server, "--output", "stream-json")).as(err).isZero();
      assertThat(out).contains("\"location\":\"installed; the default is not\"");
      assertThat(stigmer("sessions", "export", "last")).isZero();
      assertThat(out)
          .contains("installed; the default is not")
          .contains("\"reason\":\"not installed\"");
      assertThat(stigmer("resume", "last")).as(err).isZero();
      assertThat(err).contains("ollama/gemma4:12b");
    }
  }

  @ParameterizedTest(name = "on a terminal: {0}")
  @CsvSource({"true", "false"})
  void aModelThatSomebodyChoseIsNeverReplaced(boolean screen) {
    terminal = screen ? SCREEN : Terminal.NONE;
    typed = "q\n";
    try (FakeOllama server = started(GEMMA)) {
      assertThat(run(server, "-m", "qwen2.5-coder:7b")).isEqualTo(6);
      assertThat(err).doesNotContain("gemma4:12b (installed");
      assertThat(server.to("/api/pull")).isEmpty();
    }
  }

  @Test
  void remoteModelsAreNotPickedAndWithoutATerminalNothingIsPulled() {
    try (FakeOllama server = started(REMOTE)) {
      assertThat(run(server)).isEqualTo(6);
      assertThat(err)
          .contains("error[E202]", "ollama pull qwen3", "--pull when-missing")
          .doesNotContain("pull qwen3.5 now?");
      assertThat(server.to("/api/pull")).isEmpty();
      assertThat(server.chats()).isEmpty();
    }
  }

  @ParameterizedTest(name = "{0}, {1}, terminal {2}")
  @CsvSource({
    "ask, variable, false",
    "never, flag, true",
    "never, variable, true",
    "never, flag, false"
  })
  void nothingIsPulledWithoutLeave(String pull, String way, boolean screen) {
    terminal = screen ? SCREEN : Terminal.NONE;
    typed = "y\ny\n";
    try (FakeOllama server = started(Pull.of(GEMMA))) {
      String[] flag = say(pull, way);
      assertThat(run(server, with(flag, "-m", "gemma4:12b"))).isEqualTo(6);
      assertThat(err).contains("error[E202]", "ollama pull gemma4:12b").doesNotContain("now?");
      assertThat(server.to("/api/pull")).isEmpty();
    }
  }

  @ParameterizedTest(name = "by {0}")
  @CsvSource({"flag", "variable"})
  void whenMissingPullsWithoutAQuestionInPlainLines(String way) {
    try (FakeOllama server = started(Pull.of(GEMMA))) {
      assertThat(run(server, with(say("when-missing", way), "-m", "gemma4:12b"))).as(err).isZero();
      assertThat(server.to("/api/pull").getFirst().body().toString())
          .isEqualTo("{\"model\":\"gemma4:12b\",\"stream\":true}");
      assertThat(err)
          .contains("pulling gemma4:12b: 50%", "✓ ready: ollama/gemma4:12b")
          .doesNotContain("\r", "now?");
      assertThat(out).isEqualTo("done\n");
    }
  }

  @ParameterizedTest(name = "\"{0}\"")
  @CsvSource({"y", "''", "YES"})
  void aYesAtTheTerminalPullsAndTheRunBegins(String answer) {
    terminal = SCREEN;
    typed = answer + "\n";
    try (FakeOllama server = started(Pull.of(GEMMA))) {
      assertThat(run(server, "-m", "gemma4:12b")).as(err).isZero();
      assertThat(err)
          .contains("! gemma4:12b is not installed in Ollama", "pull it now? [Y]es  [q]uit > ")
          .contains("8.0 kB of 8.0 kB", "✓ ready: ollama/gemma4:12b");
    }
  }

  @Test
  void anotherModelCanBeNamedAndIsTheRunsModel() {
    terminal = SCREEN;
    typed = "o\ngemma4:12b\n";
    try (FakeOllama server = started(Pull.of(GEMMA))) {
      assertThat(run(server)).as(err).isZero();
      assertThat(err)
          .contains(
              "! no installed model is fit for an agent",
              "✓ ready: ollama/gemma4:12b · not saved; keep it with: stigmer config set llm.model"
                  + " ollama/gemma4:12b",
              "ollama/gemma4:12b (pulled for this run)");
    }
  }

  @Test
  void anUnfitDefaultIsOfferedABetterOneAndMayBeUsed() {
    terminal = SCREEN;
    typed = "u\n";
    try (FakeOllama server = started(DEFAULT)) {
      assertThat(run(server)).as(err).isZero();
      assertThat(err)
          .contains(
              "! qwen2.5-coder:7b is installed and known not to work well with tools (W216)",
              "[u]se qwen2.5-coder:7b",
              "not asked again with: stigmer config set llm.model ollama/qwen2.5-coder:7b",
              "W216");
      assertThat(server.to("/api/pull")).isEmpty();
    }
  }

  @Test
  void anUnfitDefaultWithoutATerminalIsUsedWithAWord() {
    try (FakeOllama server = started(DEFAULT)) {
      assertThat(run(server)).as(err).isZero();
      assertThat(err).contains("note: W216 qwen2.5-coder:7b is known not to work well");
    }
  }

  @Test
  void ctrlCKeepsWhatHasArrivedAndTheNextPullGoesOnThere() {
    // Given: Ctrl-C half a second after the beginning
    signals =
        token -> {
          Thread.ofVirtual().start(() -> cancelLater(token));
          return () -> {};
        };
    try (FakeOllama server = started(Pull.of(GEMMA).steps(80, Duration.ofMillis(25)))) {

      // When
      int status = run(server, "-m", "gemma4:12b", "--pull", "when-missing");

      // Then
      assertThat(status).as(err).isEqualTo(130);
      assertThat(err)
          .contains(
              "cancelled: what has arrived of gemma4:12b is kept; the next pull goes on there");
      signals = Signals.NONE;
      assertThat(run(server, "-m", "gemma4:12b", "--pull", "when-missing")).as(err).isZero();
      assertThat(err).doesNotContain(": 0%");
    }
  }

  private static void cancelLater(CancelToken token) {
    try {
      Thread.sleep(700);
      token.cancel();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aFullDiskIsNamedAndNoRunBegins() {
    Pull pull = Pull.of(GEMMA).failingAt(2, "write /models/x: no space left on device");
    try (FakeOllama server = started(pull)) {
      assertThat(run(server, "-m", "gemma4:12b", "--pull", "when-missing")).isEqualTo(5);
      assertThat(err).contains("error[E212]", "ollama rm MODEL", "no space left on device");
      assertThat(server.chats()).isEmpty();
    }
  }

  @Test
  void aChosenModelThatIsThereCostsNoQuestionWithoutATerminal() {
    try (FakeOllama server = started(GEMMA)) {
      assertThat(run(server, "-m", "gemma4:12b")).as(err).isZero();
      assertThat(server.requests()).extracting(RecordedRequest::path).containsOnlyOnce("/api/tags");
    }
  }

  @Test
  void aServerThatIsNotThereIsStartedOnlyOnAYes() throws Exception {
    Path program = Files.createDirectories(folder.resolve("bin")).resolve("ollama");
    Files.writeString(program, "#!/bin/sh\necho started > " + folder.resolve("started") + "\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();
    env.put("PATH", program.getParent() + ":/usr/bin:/bin");
    env.put("ANTHROPIC_API_KEY", "sk-ant-canary-0123456789");
    terminal = SCREEN;
    typed = "q\n";
    assertThat(stigmer("run", "--base-url", "http://127.0.0.1:1", "hi")).isEqualTo(5);
    assertThat(err)
        .contains(
            "error[E201]: no Ollama server can be reached at http://127.0.0.1:1",
            "        ollama is installed at " + program + " and not running",
            "ANTHROPIC_API_KEY is set; local mode does not use it",
            "start it now? [Y]es  [d]octor  [q]uit > ")
        .doesNotContain("canary");
    terminal = Terminal.NONE;
    assertThat(stigmer("run", "--base-url", "http://127.0.0.1:1", "hi")).isEqualTo(5);
    assertThat(err).contains("error[E201]", "ollama serve").doesNotContain("now?");
    assertThat(folder.resolve("started")).doesNotExist();
  }

  private String[] say(String pull, String way) {
    if (way.equals("variable")) {
      env.put("STIGMER_LLM_PULL", pull);
      return new String[0];
    }
    return new String[] {"--pull", pull};
  }

  private static String[] with(String[] some, String... more) {
    return Stream.concat(Stream.of(some), Stream.of(more)).toArray(String[]::new);
  }

  private static FakeOllama started(InstalledModel... models) {
    return FakeOllama.start(Scenario.answering(_ -> Answer.text("done")).models(models));
  }

  private static FakeOllama started(Pull pull) {
    return FakeOllama.start(
        Scenario.answering(_ -> Answer.text("done")).models(new InstalledModel[0]).pulls(pull));
  }

  private int run(FakeOllama server, String... options) {
    return stigmer(
        Stream.of(
                Stream.of("run", "--base-url", server.baseUrl()),
                Stream.of("--workspace", folder.toString()),
                Stream.of(options),
                Stream.of("hi"))
            .flatMap(words -> words)
            .toArray(String[]::new));
  }

  private int stigmer(String... words) {
    var outBytes = new ByteArrayOutputStream();
    var errBytes = new ByteArrayOutputStream();
    int status =
        new Stigmer(
                new Surroundings(
                    env,
                    new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)),
                    new PrintStream(outBytes, true, StandardCharsets.UTF_8),
                    new PrintStream(errBytes, true, StandardCharsets.UTF_8),
                    terminal,
                    JournalOpener.sqlite(),
                    signals,
                    InstantSource.system()))
            .execute(words);
    out = outBytes.toString(StandardCharsets.UTF_8);
    err = errBytes.toString(StandardCharsets.UTF_8);
    return status;
  }

  /** What a recorded request asks for. */
  private static final class Asked {
    static String model(RecordedRequest request) {
      return request.body().path("model").asText();
    }
  }
}
