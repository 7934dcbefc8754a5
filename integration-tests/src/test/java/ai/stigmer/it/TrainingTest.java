package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.it.StigmerProcess.Ended;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the launcher makes its start-up cache of; a failure there only costs time, so nobody sees
 * it.
 */
class TrainingTest {
  private static final Path LIBRARIES = Path.of("..", "cli", "target", "lib");

  private static final Pattern CLASS = Pattern.compile("\\] (ai\\.stigmer\\.[^/ ]+) source: ");

  /** Known, so that it is not tried first. */
  private static final String MODEL = "qwen2.5-coder:7b";

  @TempDir Path folder = Path.of("");

  @Test
  void theRunsThatTheStartIsTrainedWithSucceed() {
    Ended ended =
        StigmerProcess.in(folder).withMain("ai.stigmer.cli.launch.Training").run("server");

    assertThat(ended.status()).as(ended.err()).isZero();
  }

  /** SQLite's driver and the MCP SDK log to slf4j, which tells every user when nobody listens. */
  @Test
  void whatIsLoggedThroughSlf4jGoesNowhere() throws IOException {
    try (Stream<Path> files = Files.exists(LIBRARIES) ? Files.list(LIBRARIES) : Stream.of()) {
      List<String> names = files.map(file -> String.valueOf(file.getFileName())).toList();
      assertThat(names).as("made by the package phase").anyMatch(name -> name.startsWith("sqlite"));
      assertThat(names.stream().filter(name -> name.startsWith("slf4j")).toList())
          .hasSize(2)
          .anyMatch(name -> name.startsWith("slf4j-api"))
          .anyMatch(name -> name.startsWith("slf4j-nop"));
    }
  }

  @Test
  void aRunWithoutServersTouchesNothingOfTheMcpSdk() throws IOException {
    Path log = folder.resolve("classes");
    Ended ended =
        StigmerProcess.in(folder)
            .with("JDK_JAVA_OPTIONS", "-Xlog:class+load:file=" + log)
            .withMain("ai.stigmer.cli.launch.Training")
            .run();

    assertThat(ended.status()).as(ended.err()).isZero();
    try (Stream<String> lines = Files.lines(log)) {
      List<String> loaded = lines.toList();
      assertThat(loaded).as("the log has the classes").hasSizeGreaterThan(1_000);
      assertThat(loaded)
          .noneMatch(
              line -> line.contains(" io.modelcontextprotocol.") || line.contains(" reactor."));
    }
  }

  /** A class that is not in the cache is looked for in one jar after the other. */
  @Test
  void aRunNeedsNoClassOfOursThatTheTrainingHasNotSeen() throws IOException {
    Path trained = folder.resolve("trained");
    Path used = folder.resolve("used");
    Ended training =
        StigmerProcess.in(folder)
            .with("JDK_JAVA_OPTIONS", "-Xlog:class+load:file=" + trained)
            .withMain("ai.stigmer.cli.launch.Training")
            .run();
    Ended run;
    try (FakeOllama ollama =
        FakeOllama.start(
            Scenario.answering(_ -> Answer.text("Hello."))
                .models(InstalledModel.withTools(MODEL, 32_768)))) {
      run =
          StigmerProcess.in(folder)
              .with("JDK_JAVA_OPTIONS", "-Xlog:class+load:file=" + used)
              .run("run", "--base-url", ollama.baseUrl(), "-m", MODEL, "hello");
    }

    assertThat(training.status()).as(training.err()).isZero();
    assertThat(run.status()).as(run.err()).isZero();
    Set<String> ours = ours(used);
    assertThat(ours).as("the log has the classes").hasSizeGreaterThan(300);
    assertThat(ours).isSubsetOf(ours(trained));
  }

  /** Those that stand in a jar; the others are made anew by each process. */
  private static Set<String> ours(Path log) throws IOException {
    try (Stream<String> lines = Files.lines(log)) {
      return lines
          .map(CLASS::matcher)
          .filter(Matcher::find)
          .map(found -> found.group(1))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }
}
