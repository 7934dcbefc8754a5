package ai.stigmer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be done with a run that is over: show it again, go another way, make it a test. */
class ReplayForkTest {
  private static final String SECRET = "canary-0123456789";

  @TempDir Path folder = Path.of("");

  private Path workspace = Path.of("");

  @BeforeEach
  void workspace() throws IOException {
    workspace = Files.createDirectories(folder.resolve("workspace"));
    Files.writeString(workspace.resolve("a.txt"), "text of \"a\" \\u0041 ü\n");
  }

  @Test
  void aReplayPrintsWhatTheRunPrintedAndAsksNobody() {
    try (FakeOllama server = server("qwen3.5:9b")) {
      for (String format : List.of("text", "json", "stream-json")) {
        Shell run = ran(server, format);
        int asked = server.requests().size();

        Shell replay = shell();
        assertThat(replay.stigmer("replay", "last", "--output", format)).as(replay.err()).isZero();

        assertThat(normal(replay.out())).isEqualTo(normal(run.out()));
        assertThat(lines(replay.err())).isEqualTo(lines(run.err()));
        assertThat(replay.err()).contains("replayed from the journal, nothing is asked");
        assertThat(server.requests()).hasSize(asked);
      }
    }
  }

  @Test
  void aReplayEndsWithTheStatusOfTheRun() {
    Shell shell = shell();
    assertThat(
            shell.stigmer(
                "run", "--base-url", "http://127.0.0.1:1", "--max-retries", "0", "-m", "x:1", "hi"))
        .isEqualTo(5);
    assertThat(shell.stigmer("replay", "last")).isEqualTo(5);
    assertThat(shell.err()).contains("error[E201]");
  }

  @Test
  void aForkGoesAnotherWayWithAnotherModelAndSaysWhereItComesFrom() throws IOException {
    try (FakeOllama server = server("qwen3.5:9b");
        FakeOllama other = server("qwen3:8b")) {
      ran(server, "text");
      Shell shell = shell().export("STIGMER_LLM_BASE_URL", other.baseUrl());
      assertThat(shell.stigmer("sessions", "show", "last")).isZero();
      assertThat(shell.out()).endsWith("fork    at entry 1, 3, 6-8\n");

      int status =
          shell.stigmer(
              "fork", "last", "--at", "3", "-m", "qwen3:8b", "--message", "and now otherwise");

      assertThat(status).as(shell.err()).isZero();
      assertThat(shell.err()).contains("ollama/qwen3:8b", "is not undone");
      var asked = other.chats().getFirst().body();
      assertThat(asked.path("model").asText()).isEqualTo("qwen3:8b");
      assertThat(asked.toString()).contains("and now otherwise", "text of");
      assertThat(shell.stigmer("sessions", "show", "last")).isZero();
      assertThat(shell.out()).contains("   4  forked from run ", " at its entry 3\n");
      assertThat(Files.readString(workspace.resolve("b.txt"))).isEqualTo("new");
    }
  }

  @Test
  void aForkWithoutAModelGoesOnAsTheRunWasStartedWithTheKeyOfThatPlace() {
    try (FakeOllama server = server("qwen3.5:9b")) {
      shell()
          .export("OLLAMA_API_KEY", SECRET)
          .stigmer(
              "run",
              "--base-url",
              server.baseUrl(),
              "-m",
              "qwen3.5:9b",
              "--workspace",
              workspace.toString(),
              "look");
      Shell shell = shell().export("OLLAMA_API_KEY", SECRET);
      assertThat(shell.stigmer("fork", "last", "--at", "1")).as(shell.err()).isZero();
      assertThat(server.chats().getLast().headers())
          .containsEntry("authorization", "Bearer " + SECRET);
    }
  }

  @Test
  void aPlaceWithinACallIsRefusedAndThePlacesAreNamed() {
    try (FakeOllama server = server("qwen3.5:9b")) {
      ran(server, "text");
      Shell shell = shell();
      assertThat(shell.stigmer("fork", "last", "--at", "5")).isEqualTo(2);
      assertThat(shell.err()).contains("error[E540]", "take one of 1, 3, 6-8");
    }
  }

  @Test
  void anExportedTestPassesAndFailsWhenAToolAnswersOtherwise() throws Exception {
    try (FakeOllama server = server("qwen3.5:9b")) {
      ran(server, "text");
      Shell shell = shell();
      assertThat(shell.stigmer("export-test", "last")).as(shell.err()).isZero();
      String source = shell.out();

      assertThat(source).doesNotContain(SECRET, folder.toString(), server.baseUrl());
      assertThatCode(() -> runTest(source)).doesNotThrowAnyException();
      String otherwise = source.replace("answer(\"OK\", \"Wrote 1", "answer(\"OK\", \"Wrote no");
      assertThat(otherwise).isNotEqualTo(source);
      assertThatThrownBy(() -> runTest(otherwise))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("E601");
    }
  }

  @Test
  void aRunThatDidNotComeToAnEndCannotBeATest() {
    Shell shell = shell();
    shell.stigmer("run", "--base-url", "http://127.0.0.1:1", "--max-retries", "0", "hi");
    assertThat(shell.stigmer("export-test", "last")).isEqualTo(2);
    assertThat(shell.err()).contains("error[E542]");
  }

  /** Compiles the source with the JDK's compiler and runs its one test. */
  private void runTest(String source) throws Exception {
    Matcher name = Pattern.compile("class (\\w+) ").matcher(source);
    assertThat(name.find()).isTrue();
    Path out = Files.createTempDirectory(folder, "classes");
    Path file = Files.writeString(out.resolve(name.group(1) + ".java"), source);
    var said = new StringWriter();
    var compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler());
    try (var files = compiler.getStandardFileManager(null, null, null)) {
      boolean compiled =
          compiler
              .getTask(
                  said,
                  files,
                  null,
                  List.of(
                      "-proc:none",
                      "-Xlint:all,-path",
                      "-Werror",
                      "-d",
                      out.toString(),
                      "-cp",
                      System.getProperty("java.class.path")),
                  null,
                  files.getJavaFileObjects(file))
              .call();
      assertThat(compiled).as(said.toString()).isTrue();
    }
    try (var loader =
        new URLClassLoader(new URL[] {out.toUri().toURL()}, getClass().getClassLoader())) {
      Class<?> test = loader.loadClass(name.group(1));
      var constructor = test.getDeclaredConstructor();
      constructor.setAccessible(true);
      Method method = test.getDeclaredMethod("theRunGoesAsItWasRecorded");
      method.setAccessible(true);
      method.invoke(constructor.newInstance());
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof Error failed) {
        throw failed;
      }
      throw e;
    }
  }

  private Shell ran(FakeOllama server, String format) {
    Shell shell = shell().export("OLLAMA_API_KEY", SECRET);
    int status =
        shell.stigmer(
            "run",
            "--base-url",
            server.baseUrl(),
            "-m",
            "qwen3.5:9b",
            "--output",
            format,
            "--workspace",
            workspace.toString(),
            "look");
    assertThat(status).as(shell.err()).isZero();
    return shell;
  }

  private Shell shell() {
    return new Shell(folder.resolve("home"));
  }

  /** Reads a file, writes another one, and says so. */
  private static FakeOllama server(String... models) {
    return FakeOllama.start(
        Scenario.answering(
                body ->
                    switch (assistants(body)) {
                      case 0 -> Answer.call("read_file", "{\"file_path\":\"/a.txt\"}");
                      case 1 ->
                          Answer.call(
                              "write_file", "{\"file_path\":\"/b.txt\",\"content\":\"new\"}");
                      default -> Answer.text("All ", "\"done\".");
                    })
            .models(
                Arrays.stream(models)
                    .map(name -> InstalledModel.withTools(name, 32_768))
                    .toArray(InstalledModel[]::new)));
  }

  private static int assistants(JsonNode body) {
    int count = 0;
    for (var message : body.path("messages")) {
      count += message.path("role").asText().equals("assistant") ? 1 : 0;
    }
    return count;
  }

  /** In how many pieces a text came is not recorded, nor is the first line of a run. */
  private static String normal(String out) {
    return out.lines()
        .filter(line -> !line.contains("\"type\":\"init\""))
        .reduce("", (all, line) -> all + line + "\n")
        .replaceAll("\"\\}\n\\{\"schema\":1,\"type\":\"text\",\"turn\":\\d+,\"text\":\"", "");
  }

  /** Everything but the first line, which names what is in use. */
  private static List<String> lines(String err) {
    return err.lines().filter(line -> !line.contains("ollama/")).toList();
  }
}
