package ai.stigmer.temporal;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.journal.InMemoryJournal;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Post;
import ai.stigmer.graphton.loop.SteeringDesk;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which workflows a look wakes, whatever becomes of the signals. */
class RemindersTest {
  private final Journal journal = new InMemoryJournal(InstantSource.system());
  private final FakeWorkflows workflows = new FakeWorkflows();
  private Instant now = Instant.now();

  private final Reminders reminders = new Reminders(workflows.client(), journal, clock());

  @Test
  void aWordIsLeftToWhoeverPostedItForSomeSeconds() {
    cancel("fresh");

    reminders.look();
    assertThat(workflows.signalled).isEmpty();

    now = now.plusSeconds(6);
    reminders.look();
    assertThat(workflows.signalled).containsExactly("fresh");
  }

  @Test
  void aSignalThatFailedIsSentAgainAndHoldsUpNoOther() {
    cancel("a");
    cancel("b");
    cancel("c");
    workflows.unreachable.add("b");
    now = now.plusSeconds(6);

    reminders.look();
    assertThat(workflows.signalled).containsExactlyInAnyOrder("a", "c");

    workflows.unreachable.clear();
    reminders.look();
    reminders.look();
    assertThat(workflows.signalled).containsExactlyInAnyOrder("a", "c", "b");
  }

  @Test
  void aWordWaitsForTemporalForDays() {
    cancel("a");
    workflows.unreachable.add("a");
    for (int hours = 0; hours < 48; hours++) {
      now = now.plus(Duration.ofHours(1));
      reminders.look();
    }

    workflows.unreachable.clear();
    reminders.look();

    assertThat(workflows.signalled).containsExactly("a");
  }

  @Test
  void theNearestRunThatHasAWorkflowIsWokenAndNoOther() {
    try (var run = journal.create("r_aaaaaaaa", "test")) {
      run.append(List.of(new JournalEntry.UserMessage("go")));
    }
    journal.inbox().post("r_aaaaaaaa", new Post.Cancel(1, "somebody"));
    now = now.plusSeconds(6);
    workflows.isAbsent("r_aaaaaaaa");

    reminders.look();
    assertThat(workflows.signalled).containsExactly("r");
  }

  @Test
  void whatRunsHoldOfABudgetIsNoWordForAnybody() {
    cancel("r");
    now = now.plusSeconds(6);
    reminders.look();

    journal.inbox().post("r", new Post.Hold(1, "r", 0, 0, 1, BigDecimal.ONE));
    now = now.plusSeconds(60);
    reminders.look();

    assertThat(workflows.signalled).containsExactly("r");
  }

  private void cancel(String runId) {
    try (var run = journal.create(runId, "test")) {
      run.append(List.of(new JournalEntry.UserMessage("go")));
    }
    new SteeringDesk(journal).cancel(runId, "somebody");
  }

  private InstantSource clock() {
    return () -> now;
  }
}
