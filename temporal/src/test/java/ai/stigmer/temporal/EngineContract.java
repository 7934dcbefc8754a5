package ai.stigmer.temporal;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.RunIds;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.RunFinished;
import ai.stigmer.graphton.journal.JournalEntry.Turn;
import ai.stigmer.runner.Engine;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What every engine does with begun runs: extend it, and say how to start one. */
@Timeout(180)
abstract class EngineContract {
  @TempDir Path folder = Path.of("");

  /** Servers outlive tests, and remember runs by their ids. */
  String run;

  Site site;

  /** Engines over one journal, each with whatever drives its runs; closed in the end. */
  abstract Engine engine(Site.Peer process);

  @BeforeEach
  final void open() {
    run = RunIds.next(Instant.now());
    site = new Site(folder, database());
  }

  /** The address of an empty PostgreSQL database for the journal; without one it is in a file. */
  Optional<String> database() {
    return Optional.empty();
  }

  @AfterEach
  final void close() {
    site.close();
  }

  @Test
  void aBegunRunIsDrivenToItsEndHoweverOftenItIsStarted() {
    Site.Peer process = site.process();
    site.begin(process, run, true, Site.command("echo ran >> log"), Site.says("done"));
    try (Engine engine = engine(process)) {
      // When
      engine.start(run);
      engine.start(run);
      // Then
      assertThat(site.end(run)).isEqualTo(new RunEnd.Completed("done"));
      engine.start(run);
    }
    assertThat(site.lines(run, "log")).containsExactly("ran");
    assertThat(site.entries(run).stream().filter(RunFinished.class::isInstance)).hasSize(1);
  }

  @Test
  void aWaitingRunGoesOnWhenSomebodyHasDecidedAndTheEngineIsTold() {
    Site.Peer process = site.process();
    site.begin(process, run, false, Site.command("echo ran >> log"), Site.says("done"));
    try (Engine engine = engine(process)) {
      // Given
      engine.start(run);
      String approval = site.approval(run).request().id();
      assertThat(site.lines(run, "log")).isEmpty();
      // When
      site.approve(approval);
      engine.wake(run);
      // Then
      assertThat(site.end(run)).isEqualTo(new RunEnd.Completed("done"));
    }
    assertThat(site.lines(run, "log")).containsExactly("ran");
  }

  @Test
  void aCancelledRunEndsAsCancelledAndItsCommandIsStopped() {
    Site.Peer process = site.process();
    site.begin(process, run, true, Site.command("echo began >> log; sleep 600"), Site.says("x"));
    try (Engine engine = engine(process)) {
      // Given
      engine.start(run);
      Site.await(
          "the command",
          () -> site.lines(run, "log").isEmpty() ? Optional.empty() : Optional.of("it runs"));
      // When
      engine.cancel(run);
      // Then
      assertThat(site.end(run)).isInstanceOf(RunEnd.Cancelled.class);
    }
  }

  @Test
  void aWaitingRunIsEndedFromElsewhereAndGoesOnBehindThatEndOnlyWhenSomebodyAsksForIt() {
    Site.Peer process = site.process();
    site.begin(process, run, false, Site.command("echo ran >> log"), Site.says("done"));
    try (Engine engine = engine(process)) {
      // Given
      engine.start(run);
      String approval = site.approval(run).request().id();
      // When
      site.steering().cancel(run, "test");
      engine.wake(run);
      // Then
      assertThat(site.end(run)).isInstanceOf(RunEnd.Cancelled.class);
      List<JournalEntry> entries = site.entries(run);
      engine.start(run);
      site.begin(process, run + "x", true, Site.says("done"));
      engine.start(run + "x");
      assertThat(site.end(run + "x")).isEqualTo(new RunEnd.Completed("done"));
      assertThat(site.entries(run)).isEqualTo(entries);
      // When
      site.approve(approval);
      site.steering().resume(run, "test");
      engine.start(run);
      // Then
      Site.await(
          "the second end",
          () ->
              site.entries(run).getLast().equals(new RunFinished(new RunEnd.Completed("done")))
                  ? Optional.of("it")
                  : Optional.empty());
    }
    assertThat(site.lines(run, "log")).containsExactly("ran");
  }

  @Test
  void aRunThatIsNotDrivenIsLeftAloneByACancel() {
    Site.Peer process = site.process();
    site.begin(process, run, true, Site.says("done"));
    try (Engine engine = engine(process)) {
      engine.cancel(run);
      assertThat(site.entries(run)).hasSize(1);
    }
  }

  @Test
  void aRunOfAClosedEngineGoesOnInAnotherOneAtItsStep() {
    // Given
    Site.Peer first = site.process();
    var turns =
        IntStream.range(0, 40)
            .mapToObj(i -> Site.command("echo " + i + " >> log; sleep 0.02"))
            .toArray(String[]::new);
    turns[39] = Site.says("done");
    site.begin(first, run, true, turns);
    try (Engine engine = engine(first)) {
      engine.start(run);
      Site.await(
          "some steps",
          () -> site.lines(run, "log").size() < 5 ? Optional.empty() : Optional.of("enough"));
    }
    List<JournalEntry> before = site.entries(run);
    assertThat(before).noneMatch(RunFinished.class::isInstance);
    // When
    Site.Peer second = site.process();
    try (Engine engine = engine(second)) {
      engine.start(run);
      assertThat(site.end(run)).isEqualTo(new RunEnd.Completed("done"));
    }
    // Then
    assertThat(site.lines(run, "log"))
        .isEqualTo(IntStream.range(0, 39).mapToObj(String::valueOf).toList());
    assertThat(site.entries(run).stream().filter(Turn.class::isInstance)).hasSize(40);
    assertThat(site.entries(run).subList(0, before.size())).isEqualTo(before);
  }

  @Test
  void manyRunsEndAtOnceEachWithItsOwnAnswer() {
    Site.Peer process = site.process();
    try (Engine engine = engine(process)) {
      for (int i = 0; i < 20; i++) {
        site.begin(
            process, run + i, true, Site.command("echo " + i + " >> log"), Site.says("d" + i));
        engine.start(run + i);
      }
      for (int i = 0; i < 20; i++) {
        assertThat(site.end(run + i)).isEqualTo(new RunEnd.Completed("d" + i));
        assertThat(site.lines(run + i, "log")).containsExactly("" + i);
      }
    }
  }
}
