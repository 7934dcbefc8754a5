package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.it.StigmerProcess.Ended;
import ai.stigmer.testkit.ollama.Answer;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
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
    try (WorkingRun run = new WorkingRun(folder.resolve("unknown"), logging("I looked."))) {
      // The appends are: start, turn, intent, outcome.
      assertThat(start(run, "before:4").status()).isEqualTo(SIGKILLED);
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
    try (WorkingRun run = new WorkingRun(folder.resolve("not-started"), logging("done"))) {
      assertThat(start(run, "before:3").status()).isEqualTo(SIGKILLED);
      assertThat(run.workspace().resolve("log")).doesNotExist();
      assertThat(run.resume().status()).isZero();
      assertThat(run.workspace().resolve("log")).hasContent("ran");
    }
  }

  private static Function<JsonNode, Answer> logging(String end) {
    return body ->
        WorkingRun.assistants(body) == 0
            ? WorkingRun.call("execute", "command", "echo ran >> log")
            : Answer.text(end);
  }

  private void assertEveryKillIsHarmless(String when) throws Exception {
    // Given
    Map<String, String> expectedFiles;
    String expectedAnswer;
    int appends;
    try (WorkingRun undisturbed = new WorkingRun(folder.resolve(when), WorkingRun::tenSteps)) {
      Ended ended = start(undisturbed, "never");
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
      throws IOException {
    String name = when + ":" + point;
    try (WorkingRun run =
        new WorkingRun(folder.resolve(when + "-" + point), WorkingRun::tenSteps)) {
      Ended killed = start(run, name);
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
      run.assertAskedAgainAtMost(when.equals("before") ? 1 : 0, name);
      return point;
    }
  }

  private static Ended start(WorkingRun run, String kill) {
    var line = new ArrayList<>(List.of(kill));
    line.addAll(List.of(run.command()));
    return run.stigmer().withMain(KillingMain.class.getName()).run(line.toArray(String[]::new));
  }
}
