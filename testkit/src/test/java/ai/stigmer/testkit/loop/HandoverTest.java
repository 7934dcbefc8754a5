package ai.stigmer.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.Graphton;
import ai.stigmer.graphton.budget.Budget;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.journal.InMemoryJournal;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry.RunFinished;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.subagent.Handover;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Sub-agents that others drive than whoever drives the run above them. */
class HandoverTest {
  private static final RunEnd LIMIT =
      new RunEnd.Stopped(
          RunEnd.Limit.MODEL_CALLS,
          "",
          Problem.of("E810", Problem.Category.RUN, "the run has used its model calls"));

  private final AtomicLong seconds = new AtomicLong();

  /** Its clock goes on with each look, so that nothing happens at the same time. */
  private final Journal journal =
      new InMemoryJournal(() -> Instant.ofEpochSecond(seconds.incrementAndGet()), owner -> false);

  private final Family family = new Family(3, "a");
  private final List<String> taken = new ArrayList<>();

  @Test
  void aLimitThatASubAgentCameToBehindTheEndOfItsParentDoesNotStopAResumption() {
    // Given
    String child = handedOver();
    var cancelled = new CancelToken();
    cancelled.cancel();
    assertThat(drive(cancelled).end()).isInstanceOf(RunEnd.Cancelled.class);
    ends(child);
    // When
    RunResult resumed = drive(new CancelToken());
    // Then
    assertThat(resumed.end()).isEqualTo(new RunEnd.Yielded("", Optional.of(child)));
    assertThat(taken).containsExactly(child, child);
    assertThat(runner(new CancelToken()).goOnBelow(family.parent(), child).end())
        .isEqualTo(new RunEnd.Completed("did a"));
    assertThat(drive(new CancelToken()).end()).isEqualTo(new RunEnd.Completed("[did a]"));
  }

  @Test
  void aLimitThatASubAgentComesToStopsItsParentAlsoBehindAResumption() {
    // Given
    String child = handedOver();
    var cancelled = new CancelToken();
    cancelled.cancel();
    assertThat(drive(cancelled).end()).isInstanceOf(RunEnd.Cancelled.class);
    assertThat(drive(new CancelToken()).end()).isInstanceOf(RunEnd.Yielded.class);
    // When
    ends(child);
    // Then
    assertThat(drive(new CancelToken()).end())
        .isInstanceOfSatisfying(
            RunEnd.Stopped.class,
            end -> assertThat(end.limit()).isEqualTo(RunEnd.Limit.MODEL_CALLS));
  }

  @Test
  void whyASubAgentCannotBeHandedOverIsToldToWhoeverDrivesTheRunAndNotToTheModel() {
    // Given
    Problem away = Problem.of("E590", Problem.Category.RUN, "nobody is there");
    Graphton runner =
        family
            .runner(journal)
            .handover(
                child -> {
                  throw away.asException();
                });
    // When
    assertThatThrownBy(() -> runner.run(family.parent(), "go", Family.RUN))
        .hasMessageContaining("nobody is there");
    // Then
    assertThat(journal.read(Family.RUN))
        .noneMatch(recorded -> recorded.entry() instanceof RunFinished);
    assertThat(drive(new CancelToken(), Handover.NONE).end())
        .isEqualTo(new RunEnd.Completed("[did a]"));
    assertThat(family.asked("go")).isEqualTo(2);
  }

  /** A run that waits for its sub-agent; returns which that is. */
  private String handedOver() {
    RunEnd waits = runner(new CancelToken()).run(family.parent(), "go", Family.RUN).end();
    assertThat(waits).isEqualTo(new RunEnd.Yielded("", Optional.of(taken.getFirst())));
    return taken.getFirst();
  }

  private RunResult drive(CancelToken cancel) {
    return drive(cancel, taken::add);
  }

  private RunResult drive(CancelToken cancel, Handover handover) {
    return runner(cancel).handover(handover).resume(family.parent(), Family.RUN);
  }

  private Graphton runner(CancelToken cancel) {
    return family.budget(Budget.UNLIMITED).cancel(cancel).runner(journal).handover(taken::add);
  }

  /** A limit ends a run. */
  private void ends(String runId) {
    try (JournalWriter writer = journal.claim(runId, "elsewhere")) {
      writer.append(List.of(new RunFinished(LIMIT)));
    }
  }
}
