package ai.stigmer.temporal;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.RunIds;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Problem.Category;
import ai.stigmer.graphton.journal.JournalEntry.ChildStarted;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.temporal.RunOutcome.Kind;
import io.temporal.activity.ActivityOptions;
import io.temporal.testing.TestActivityEnvironment;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Segments as the activities of a worker, without a workflow around them. */
class SegmentsTest {
  @TempDir Path folder = Path.of("");
  private final String run = RunIds.next(Instant.now());
  private final FakeWorkflows workflows = new FakeWorkflows();
  private Site site;
  private Site.Peer process;
  private Segments segments;
  private TestActivityEnvironment worker;
  private SegmentActivities activities;

  @BeforeEach
  void open() {
    site = new Site(folder);
    process = site.process();
    segments =
        new Segments(
            process.driver(),
            process.journal(),
            new ChildWorkflows(workflows.client(), process.journal()),
            (_, _) -> {});
    worker = TestActivityEnvironment.newInstance();
    worker.registerActivitiesImplementations(segments);
    activities =
        worker.newActivityStub(
            SegmentActivities.class,
            ActivityOptions.newBuilder()
                .setStartToCloseTimeout(Duration.ofMinutes(2))
                .setHeartbeatTimeout(Duration.ofSeconds(3))
                .build());
  }

  @AfterEach
  void close() {
    worker.close();
    site.close();
  }

  private RunOutcome drive(boolean cancelled) {
    return activities.drive(new SegmentInput(run, Duration.ofMinutes(2).toMillis(), cancelled));
  }

  @Test
  void aSegmentThatComesToAWorkerThatEndsBeginsNoStep() {
    site.begin(process, run, true, Site.command("echo ran >> log"), Site.says("done"));
    segments.drain();

    assertThat(drive(false).kind()).isEqualTo(Kind.YIELDED);

    assertThat(site.lines(run, "log")).isEmpty();
  }

  @Test
  void aSegmentOfACancelledWorkflowEndsItsRunBeforeTheNextStep() {
    site.begin(process, run, true, Site.command("echo ran >> log"), Site.says("done"));

    assertThat(drive(true).kind()).isEqualTo(Kind.CANCELLED);

    assertThat(site.lines(run, "log")).isEmpty();
  }

  @Test
  void aRunThatHandsNothingOverTellsNobodyOfItsEnd() {
    site.begin(process, run, true, Site.command("echo ran >> log"), Site.says("done"));
    try (JournalWriter writer = process.journal().claim(run, "test")) {
      writer.append(List.of(new ChildStarted("c", run + "_aaaaaaaa", "w")));
    }

    assertThat(drive(true).kind()).isEqualTo(Kind.CANCELLED);

    assertThat(workflows.signalled).isEmpty();
  }

  /**
   * Of a store or a Temporal that does not answer; of one that has lost a workspace, a key and a
   * run; of a run that is damaged.
   */
  @ParameterizedTest
  @CsvSource({
    "E594,STORE,1000,false",
    "E525,STORE,1000,false",
    "E527,STORE,9,false",
    "E527,STORE,10,true",
    "E101,CREDENTIALS,9,false",
    "E101,CREDENTIALS,10,true",
    "E590,RUN,1000,false",
    "E501,STORE,1,true",
    "E503,STORE,1,true"
  })
  void whatPassesIsWaitedForAndWhatAnotherWorkerMayHaveIsTriedTenTimes(
      String code, Category category, int attempt, boolean isHopeless) {
    assertThat(Segments.isHopeless(Problem.of(code, category, "what"), attempt))
        .isEqualTo(isHopeless);
  }

  @Test
  void aLookFindsADecisionAndARequestToEndAndNothingElse() {
    site.begin(process, run, false, Site.command("echo ran >> log"), Site.says("done"));
    RunOutcome waits = drive(false);
    assertThat(waits.kind()).isEqualTo(Kind.WAITING);
    assertThat(activities.isDecided(run, waits.detail())).isFalse();

    site.steering().cancel(run, "somebody");

    assertThat(activities.isDecided(run, waits.detail())).isTrue();
    assertThat(drive(false).kind()).isEqualTo(Kind.CANCELLED);
  }
}
