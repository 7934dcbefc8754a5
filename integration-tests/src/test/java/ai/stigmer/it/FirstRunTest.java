package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.it.StigmerProcess.Ended;
import ai.stigmer.testkit.Golden;
import ai.stigmer.testkit.RealComponents;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Pull;
import ai.stigmer.testkit.ollama.Scenario;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What somebody sees who runs stigmer for the first time, at a real terminal where it says so. */
class FirstRunTest {
  private static final Path GOLDEN = Path.of("src/test/resources/ai/stigmer/it/first-run.txt");
  private static final InstalledModel GEMMA =
      InstalledModel.withTools("gemma4:12b", 65_536).size(9_600_000);
  private static final InstalledModel UNFIT =
      InstalledModel.withTools("qwen2.5-coder:7b", 32_768).size(4_700_000);

  /** What is typed before the program runs may be shown by the terminal, or not. */
  private static final String ECHO = "y";

  private final StringBuilder story = new StringBuilder();

  @TempDir Path folder = Path.of("");

  @BeforeEach
  void needsAPseudoTerminal() {
    RealComponents.require(
        "script", () -> RealComponents.runs(List.of("script", "-qec", "true", "/dev/null")));
  }

  @Test
  void everyFirstRunLooksAsItWasReviewed() throws Exception {
    aGoodModelIsThere();
    noSuitableModelIsThere();
    nothingIsReachable();
    noKeyAndNoTerminal();
    theDoctorLooks();
    Golden.assertMatches(GOLDEN, story.toString());
  }

  private void aGoodModelIsThere() {
    try (FakeOllama ollama =
        started(Scenario.answering(_ -> Answer.text("Hello.")).models(GEMMA))) {
      Ended ended = atATerminal(stigmer("a"), "", "run", "--base-url", ollama.baseUrl(), "hi");
      tell("A  stigmer run hi · Ollama is up, a good model is there", ended);
      assertThat(ended.status()).as(ended.out()).isZero();
    }
  }

  private void noSuitableModelIsThere() {
    Scenario scenario =
        Scenario.answering(_ -> Answer.text("Hello."))
            .models(UNFIT)
            .pulls(pull("qwen3.5:latest"), pull("qwen3:8b"));
    try (FakeOllama ollama = started(scenario)) {
      Ended ended = atATerminal(stigmer("b"), "y\n", "run", "--base-url", ollama.baseUrl(), "hi");
      tell("B  stigmer run hi · Ollama is up, no suitable model is there", ended);
      assertThat(ended.status()).as(ended.out()).isZero();
      assertThat(ollama.to("/api/pull")).hasSize(1);
    }
  }

  private static Pull pull(String name) {
    return Pull.of(InstalledModel.withTools(name, 65_536).size(6_600_000))
        .steps(10, Duration.ofMillis(20));
  }

  private void nothingIsReachable() throws Exception {
    StigmerProcess stigmer = stigmer("c");
    int port = freePort();
    Path pid = folder.resolve("pid");
    Path bin = program(stigmer, port, pid);
    try {
      Ended ended =
          atATerminal(
              stigmer
                  .with("PATH", bin + ":/usr/local/bin:/usr/bin:/bin")
                  .with("ANTHROPIC_API_KEY", "sk-ant-canary-0123456789"),
              "y\n",
              "run",
              "--base-url",
              "http://127.0.0.1:" + port,
              "hi");
      tell("C  stigmer run hi · nothing is reachable, ollama is installed", ended);
      assertThat(ended.status()).as(ended.out()).isZero();
      assertThat(ended.out()).doesNotContain("canary");
      ProcessHandle server = server(pid).orElseThrow();
      assertThat(server.isAlive()).as("the server goes on when stigmer ends").isTrue();
      assertThat(Files.readString(folder.resolve("environment"))).doesNotContain("canary");
    } finally {
      end(pid);
    }
  }

  /** An {@code ollama} that notes its process and its environment, and serves. */
  private Path program(StigmerProcess stigmer, int port, Path pid) throws IOException {
    Path bin = Files.createDirectories(folder.resolve("bin"));
    String serve =
        stigmer.withMain("ai.stigmer.it.ServingMain").line(String.valueOf(port)).stream()
            .map(FirstRunTest::quoted)
            .collect(Collectors.joining(" "));
    Path program =
        Files.writeString(
            bin.resolve("ollama"),
            "#!/bin/sh\n[ \"$1\" = serve ] && [ \"$OLLAMA_HOST\" = 127.0.0.1:"
                + port
                + " ] || exit 1\necho $$ >"
                + quoted(pid.toString())
                + "\nenv >"
                + quoted(folder.resolve("environment").toString())
                + "\nexec "
                + serve
                + "\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();
    return bin;
  }

  private static Optional<ProcessHandle> server(Path pid) throws IOException {
    return Files.exists(pid)
        ? ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))
        : Optional.empty();
  }

  private static void end(Path pid) throws Exception {
    Optional<ProcessHandle> server = server(pid);
    if (server.isPresent()) {
      server.get().destroyForcibly();
      server.get().onExit().get(10, TimeUnit.SECONDS);
    }
  }

  private void noKeyAndNoTerminal() {
    Ended ended = stigmer("d").run("run", "--mode", "cloud", "-p", "hi");
    tell("D  stigmer run --mode cloud -p hi </dev/null", ended);
    assertThat(ended.status()).as(ended.err()).isEqualTo(4);
  }

  private void theDoctorLooks() {
    try (FakeOllama ollama =
        started(Scenario.answering(_ -> Answer.text("Hello.")).models(GEMMA, UNFIT))) {
      StigmerProcess stigmer = stigmer("e").with("OPENAI_API_KEY", "sk-canary-0123456789");
      String[] which = {"--base-url", ollama.baseUrl(), "-m", "gemma4:12b"};
      Ended run = stigmer.run("run", which[0], which[1], which[2], which[3], "hi");
      assertThat(run.status()).as(run.err()).isZero();
      Ended ended = atATerminal(stigmer, "", "doctor", which[0], which[1], which[2], which[3]);
      tell("E  stigmer doctor · after a first run", ended);
      assertThat(ended.status()).as(ended.out()).isZero();
      assertThat(ended.out()).doesNotContain("canary");
    }
  }

  private StigmerProcess stigmer(String home) {
    return StigmerProcess.in(folder.resolve(home))
        .with("NO_COLOR", "1")
        .with("STIGMER_EXECUTION_MODE", "local");
  }

  private static FakeOllama started(Scenario scenario) {
    return FakeOllama.start(scenario);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /** What is typed is there before the question; a terminal keeps it, and shows it first. */
  private static Ended atATerminal(StigmerProcess stigmer, String typed, String... words) {
    String command =
        stigmer.line(words).stream().map(FirstRunTest::quoted).collect(Collectors.joining(" "));
    return stigmer
        .withStdin(typed)
        .runOther(List.of("script", "-qec", "stty -echo; " + command, "/dev/null"));
  }

  private static String quoted(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }

  private void tell(String title, Ended ended) {
    story.append("## ").append(title).append('\n');
    Stream.of(
            (ended.out() + ended.err())
                .replace("\r\n", "\n")
                .replace("[q]uit > ", "[q]uit > \n")
                .split("\n", -1))
        .filter(line -> !line.equals(ECHO))
        .map(line -> line.substring(line.lastIndexOf('\r') + 1).replace("\u001b[K", ""))
        .map(this::plain)
        .forEach(line -> story.append(line).append('\n'));
    story.setLength(story.toString().stripTrailing().length());
    story.append("\nexit ").append(ended.status()).append("\n\n");
  }

  private String plain(String line) {
    return line.replaceAll("127\\.0\\.0\\.1:\\d{4,5}", "127.0.0.1:PORT")
        .replaceAll("\\d{6}-[a-z0-9]{8}", "RUN")
        .replaceAll("25[0-9.+A-Za-z-]* at " + System.getProperty("java.home"), "25 at <java>")
        .replace(folder.toString(), "<folder>")
        .replaceAll("[0-9.]+ [kMG]B/s  0s left", "RATE  TIME left")
        .replaceAll("qwen3\\.5|qwen3:8b", "RECOMMENDED");
  }
}
