package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.it.StigmerProcess.Ended;
import ai.stigmer.it.StigmerProcess.Running;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Workers as processes of their own, on the real Temporal server, and what happens to them. */
@Timeout(300)
class WorkerProcessTest {
  /** The full number: -Dstigmer.temporal.runs=200. */
  private static final int RUNS = Integer.getInteger("stigmer.temporal.runs", 12);

  @TempDir Path folder = Path.of("");

  TemporalSite site() {
    return new TemporalSite(folder);
  }

  @Test
  void aRunIsDrivenByAWorkerAndToldWhereItWasBegun() {
    try (TemporalSite site = site()) {
      Running worker = site.worker();
      // When
      Ended ended =
          site.begin("r", TemporalSite.command("echo ran >> log"), TemporalSite.says("done"))
              .await();
      // Then
      assertThat(ended.status()).as(ended.err()).isZero();
      assertThat(ended.out()).isEqualTo("done\n");
      assertThat(ended.err()).contains("in the hands of the workers");
      assertThat(site.lines("r")).containsExactly("ran");
      // When
      worker.signal("TERM");
      // Then
      assertThat(worker.await().err()).contains("takes no more runs", "worker: stopped");
    }
  }

  @Test
  @Timeout(1800)
  void workersThatAreKilledEverySecondLoseNoRunAndRepeatNoCommand() throws Exception {
    try (TemporalSite site = site()) {
      // Given
      var workers = new ArrayList<Running>();
      IntStream.range(0, 3).forEach(i -> workers.add(site.worker()));
      var turns = new ArrayList<String>();
      IntStream.range(0, 12)
          .forEach(i -> turns.add(TemporalSite.command("echo " + i + " >> log; sleep 0.2")));
      turns.add(TemporalSite.says("done"));
      // When
      try (ExecutorService begun = Executors.newFixedThreadPool(4)) {
        for (int i = 0; i < RUNS; i++) {
          String name = "r" + i;
          begun.execute(() -> site.handOver(name, turns.toArray(String[]::new)));
        }
        var random = new Random(7);
        var killed = 0;
        while (site.ends().size() < RUNS) {
          int victim = random.nextInt(workers.size());
          workers.get(victim).signal("KILL");
          killed++;
          workers.set(victim, site.worker());
          Thread.sleep(1000);
        }
        assertThat(killed).isPositive();
      }
      // Then
      assertThat(site.ends()).hasSize(RUNS).containsOnly(new RunEnd.Completed("done"));
      for (int i = 0; i < RUNS; i++) {
        assertThat(site.lines("r" + i)).doesNotHaveDuplicates().isSubsetOf(numbers(12));
      }
      assertThat(site.unknownOutcomes() + site.linesOfAll(RUNS))
          .as("commands that ran, and those of which nobody knows")
          .isGreaterThanOrEqualTo(12L * RUNS);
    }
  }

  @Test
  void aWorkerThatSleepsPastItsHeartbeatAndWakesUpWritesNoMore() throws Exception {
    try (TemporalSite site = site()) {
      // Given
      Running sleeper = site.worker();
      Running command = site.begin("r", slowSteps(20));
      TemporalSite.until("some steps", () -> site.lines("r").size() > 3);
      // When
      sleeper.signal("STOP");
      var _ = site.worker();
      TemporalSite.until("another worker", () -> site.resumptions() >= 2);
      sleeper.signal("CONT");
      // Then
      Ended ended = command.await();
      assertThat(ended.status()).as(ended.err()).isZero();
      assertThat(ended.out()).isEqualTo("done\n");
      assertThat(site.lines("r")).doesNotHaveDuplicates();
      assertThat(sleeper.process().isAlive()).isTrue();
    }
  }

  @Test
  void aRestartOfTheServerCostsNoRun() throws Exception {
    try (TemporalSite site = site()) {
      // Given
      var _ = site.worker();
      Running command = site.begin("r", slowSteps(15));
      TemporalSite.until("some steps", () -> site.lines("r").size() > 3);
      // When
      site.restartServer();
      // Then
      TemporalSite.until("the end", () -> !site.ends().isEmpty());
      assertThat(site.ends()).containsExactly(new RunEnd.Completed("done"));
      assertThat(site.lines("r")).doesNotHaveDuplicates().isSubsetOf(numbers(15));
      command.close();
    }
  }

  static String[] slowSteps(int count) {
    var turns = new ArrayList<String>();
    IntStream.range(0, count)
        .forEach(i -> turns.add(TemporalSite.command("echo " + i + " >> log; sleep 0.5")));
    turns.add(TemporalSite.says("done"));
    return turns.toArray(String[]::new);
  }

  static List<String> numbers(int count) {
    return IntStream.range(0, count).mapToObj(String::valueOf).toList();
  }
}
