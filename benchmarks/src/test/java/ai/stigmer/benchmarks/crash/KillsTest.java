package ai.stigmer.benchmarks.crash;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.testkit.RealComponents;
import ai.stigmer.testkit.crash.SystemCallKill;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
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
    KilledProcess process = KilledProcess.preparedIn(folder);
    var outcomes = new EnumMap<KillTrial.Outcome, Long>(KillTrial.Outcome.class);
    long killed = 0;
    for (long seed = 1; killed < POINTS; seed++) {
      Map<String, Long> counts = KillsMain.kill(process, folder, seed, POINTS - killed);
      for (KillTrial.Outcome outcome : KillTrial.Outcome.values()) {
        long count = counts.getOrDefault(outcome.name(), 0L);
        outcomes.merge(outcome, count, Long::sum);
        killed += outcome.wasKilled() ? count : 0;
      }
    }
    assertThat(killed).isGreaterThanOrEqualTo(POINTS);
    assertThat(outcomes.get(KillTrial.Outcome.RECOVERED)).isGreaterThan(POINTS / 2);
    assertThat(outcomes.get(KillTrial.Outcome.RECOVERED_ANEW)).isPositive();
    assertThat(outcomes.get(KillTrial.Outcome.RECOVERED_TWICE)).isPositive();
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
