package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.it.StigmerProcess.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the launcher makes its start-up cache of; a failure there only costs time, so nobody sees
 * it.
 */
class TrainingTest {
  private static final Path LIBRARIES = Path.of("..", "cli", "target", "dist", "lib");

  @TempDir Path folder = Path.of("");

  @Test
  void theRunThatTheStartIsTrainedWithSucceeds() {
    Ended ended = StigmerProcess.in(folder).withMain("ai.stigmer.cli.launch.Training").run();

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
}
