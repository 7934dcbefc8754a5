package ai.stigmer.benchmarks.crash;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.testkit.RealComponents;
import ai.stigmer.testkit.crash.SystemCallKill;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes, killed by strace when they write. */
class KillsTest {
  private static final int POINTS = 230;

  @TempDir Path folder = Path.of("");

  @Test
  void aProcessKilledAtAnyOfItsWritesLosesNothingAndDoesNothingTwice() throws Exception {
    RealComponents.requireStrace();
    long killed = 0;
    for (long seed = 1; killed < POINTS; seed++) {
      Map<String, Long> counts = KillsMain.kill(folder, seed, POINTS - killed);
      long recovered = counts.getOrDefault("RECOVERED", 0L);
      assertThat(recovered).as("runs of seed %s that went on: %s", seed, counts).isPositive();
      killed += recovered + counts.getOrDefault("NOTHING_DONE", 0L);
    }
    assertThat(killed).isGreaterThanOrEqualTo(POINTS);
  }

  @Test
  void theListOfASystemCallTraceNamesEachCallOfTheBusiestThread() throws IOException {
    Path trace =
        Files.writeString(
            folder.resolve("trace"),
            """
            11 fsync(7) = 0
            12 write(1, "x", 1) = 1
            11 fsync(7) = 0
            12 fsync(7) = 0
            11 +++ exited with 0 +++
            """);

    assertThat(SystemCallKill.all(trace))
        .containsExactly(
            new SystemCallKill("fsync", 1),
            new SystemCallKill("fsync", 2),
            new SystemCallKill("write", 1));
  }
}
