package ai.stigmer.temporal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import ai.stigmer.graphton.RunIds;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.temporal.RunOutcome.Kind;
import io.temporal.api.history.v1.History;
import io.temporal.api.history.v1.HistoryEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is in the history of a run, and that waits take no worker. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
class HistoryTest {
  @TempDir Path folder = Path.of("");

  private Server server;
  private Site site;
  private String run;

  @BeforeAll
  void start() {
    server = Server.inMemory();
  }

  @BeforeEach
  void open() {
    run = RunIds.next(Instant.now());
    site = new Site(folder.resolve(run));
  }

  @AfterEach
  void close() {
    site.close();
  }

  @AfterAll
  void stop() {
    server.close();
  }

  private Temporal temporal(Duration segment) {
    return new Temporal(server, site.process(), folder, segment);
  }

  @Test
  void aRunOfAHundredStepsLeavesAtMostThirtyEventsAndNoneOfItsWords() throws Exception {
    var turns = new ArrayList<String>();
    IntStream.range(0, 100).forEach(i -> turns.add(Site.command("echo secret-words-" + i)));
    turns.add(Site.says("secret-answer"));
    try (Temporal temporal = temporal(Duration.ofMinutes(1))) {
      site.begin(temporal.process(), run, true, turns.toArray(String[]::new));
      // When
      temporal.engine().start(run);
      // Then
      assertThat(temporal.engine().result(run)).isEqualTo(new RunOutcome(Kind.COMPLETED, "", 101));
      History history = temporal.history(run);
      assertThat(history.getEventsCount()).isLessThanOrEqualTo(30);
      assertThat(history.toString())
          .contains(run)
          .doesNotContain("secret-words", "secret-answer", folder.toString());
      temporal.replays(run, "plain");
    }
  }

  @Test
  void aRunThatYieldsAfterEveryStepEndsAsOneThatIsDrivenAtOnceAndReplays() throws Exception {
    String[] turns = {
      Site.command("echo a >> log"), Site.command("echo b >> log"), Site.says("done")
    };
    try (Temporal temporal = temporal(Duration.ofMillis(1))) {
      site.begin(temporal.process(), run, true, turns);
      // When
      temporal.engine().start(run);
      RunOutcome outcome = temporal.engine().result(run);
      // Then
      assertThat(outcome.kind()).isEqualTo(Kind.COMPLETED);
      assertThat(site.end(run)).isEqualTo(new RunEnd.Completed("done"));
      assertThat(site.lines(run, "log")).containsExactly("a", "b");
      assertThat(temporal.engine().state(run).orElseThrow().segments()).isGreaterThan(1);
      temporal.replays(run, "yielding");
    }
  }

  @Test
  void aRunThatWaitsTakesNoWorkerAndTellsWhatItWaitsFor() throws Exception {
    try (Temporal temporal = temporal(Duration.ofMinutes(1))) {
      var runs = new ArrayList<String>();
      for (int i = 0; i < 30; i++) {
        String one = run + "-" + i;
        runs.add(one);
        site.begin(temporal.process(), one, false, Site.command("echo ran >> log"), Site.says("x"));
        temporal.engine().start(one);
      }
      // When, more than there are places at the worker
      List<String> approvals = runs.stream().map(one -> site.approval(one).request().id()).toList();
      RunState state =
          Site.await(
              "a waiting workflow",
              () ->
                  temporal
                      .engine()
                      .state(runs.getFirst())
                      .filter(seen -> seen.phase().equals("WAITING")));
      // Then
      assertThat(state).isEqualTo(new RunState("WAITING", approvals.getFirst(), 1, 1));
      // When
      site.approve(approvals.getLast());
      temporal.engine().wake(runs.getLast());
      // Then
      assertThat(temporal.engine().result(runs.getLast()).kind()).isEqualTo(Kind.COMPLETED);
      assertThat(temporal.history(runs.getLast()).toString())
          .as("told at once, without a look")
          .contains("EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED")
          .doesNotContain("EVENT_TYPE_TIMER_FIRED");
      temporal.replays(runs.getLast(), "woken");
    }
  }

  @Test
  void aDecisionWhoseSignalGotLostIsFoundByALook() throws Exception {
    try (Server skipping = Server.skippingTime();
        Temporal temporal = new Temporal(skipping, site.process(), folder, Duration.ofMinutes(1))) {
      site.begin(temporal.process(), run, false, Site.command("echo ran >> log"), Site.says("x"));
      temporal.engine().start(run);
      // When
      site.approve(site.approval(run).request().id());
      // Then
      assertThat(temporal.engine().result(run).kind()).isEqualTo(Kind.COMPLETED);
      assertThat(site.lines(run, "log")).containsExactly("ran");
      assertThat(temporal.history(run).getEventsList())
          .filteredOn(HistoryEvent::hasActivityTaskScheduledEventAttributes)
          .extracting(HistoryEvent::getActivityTaskScheduledEventAttributes)
          .extracting(
              asked -> asked.getActivityType().getName(),
              asked -> asked.getPriority().getPriorityKey())
          .as("looks stand behind runs that can be driven")
          .containsOnly(tuple("stigmer/drive", 0), tuple("stigmer/is-decided", 5));
      temporal.replays(run, "found-by-a-look");
    }
  }

  @Test
  void wordsThatNobodyTellsTheWorkflowOfAreFoundInTheJournalByAWorkerAndNoneIsToldTwice() {
    String stopped = run + "-stopped";
    try (Temporal temporal = temporal(Duration.ofMinutes(1))) {
      for (String one : List.of(run, stopped)) {
        site.begin(temporal.process(), one, false, Site.command("echo ran >> log"), Site.says("x"));
        temporal.engine().start(one);
        var _ = site.approval(one);
        waits(temporal, one);
      }
      // When
      site.approve(site.approval(run).request().id());
      site.steering().cancel(stopped, "test");
      // Then
      assertThat(temporal.engine().result(run).kind()).isEqualTo(Kind.COMPLETED);
      assertThat(temporal.engine().result(stopped).kind()).isEqualTo(Kind.CANCELLED);
      assertThat(site.lines(run, "log")).containsExactly("ran");
      // When, long after that
      temporal.remind(Duration.ofMinutes(10));
      for (String one : List.of(run, stopped)) {
        assertThat(temporal.history(one).getEventsList())
            .filteredOn(HistoryEvent::hasWorkflowExecutionSignaledEventAttributes)
            .hasSize(1);
        assertThat(temporal.history(one).toString()).doesNotContain("EVENT_TYPE_TIMER_FIRED");
      }
    }
  }

  @Test
  void aWordThatItsRunHasTakenOverWakesNobodyWhileTheRunWaitsForTheNext() {
    try (Temporal temporal = temporal(Duration.ofMinutes(1))) {
      site.begin(
          temporal.process(),
          run,
          false,
          Site.command("echo one >> log"),
          Site.command("echo two >> log"),
          Site.says("x"));
      temporal.engine().start(run);
      String first = site.approval(run).request().id();
      site.approve(first);
      temporal.engine().wake(run);
      String second =
          Site.await(
              "the next approval",
              () -> Optional.of(site.approval(run).request().id()).filter(id -> !id.equals(first)));
      waits(temporal, run);
      int events = temporal.history(run).getEventsCount();
      // When
      temporal.remind(Duration.ofMinutes(10));
      // Then
      assertThat(temporal.history(run).getEventsCount()).isEqualTo(events);
      // When
      site.approve(second);
      temporal.remind(Duration.ofSeconds(1));
      assertThat(temporal.history(run).getEventsCount())
          .as("it is about to be told")
          .isEqualTo(events);
      temporal.remind(Duration.ofSeconds(30));
      // Then
      assertThat(temporal.engine().result(run).kind()).isEqualTo(Kind.COMPLETED);
    }
  }

  private static void waits(Temporal temporal, String runId) {
    var _ =
        Site.await(
            "a waiting workflow",
            () ->
                temporal
                    .engine()
                    .state(runId)
                    .filter(
                        state -> state.phase().equals("WAITING") && !state.approval().isEmpty()));
  }

  @Test
  void aRunThatNobodyBeganFailsWithItsCodeAndWithoutWords() {
    try (Temporal temporal = temporal(Duration.ofMinutes(1))) {
      temporal.engine().start(run);
      assertThat(temporal.engine().result(run)).isEqualTo(new RunOutcome(Kind.FAILED, "E501", 0));
      assertThat(temporal.troubles()).containsExactly("E501");
    }
  }
}
