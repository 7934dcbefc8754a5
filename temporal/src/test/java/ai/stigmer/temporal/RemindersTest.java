package ai.stigmer.temporal;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.journal.InMemoryJournal;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.loop.SteeringDesk;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowStub;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which workflows a look wakes, whatever becomes of the signals. */
class RemindersTest {
  private final Journal journal = new InMemoryJournal(InstantSource.system());
  private final List<String> signalled = new ArrayList<>();
  private final List<String> unreachable = new ArrayList<>();
  private Instant now = Instant.now();

  private final Reminders reminders = new Reminders(client(), journal, clock());

  @Test
  void aWordIsLeftToWhoeverPostedItForSomeSeconds() {
    cancel("fresh");

    reminders.look();
    assertThat(signalled).isEmpty();

    now = now.plusSeconds(6);
    reminders.look();
    assertThat(signalled).containsExactly("fresh");
  }

  @Test
  void aSignalThatFailedIsSentAgainAndHoldsUpNoOther() {
    cancel("a");
    cancel("b");
    cancel("c");
    unreachable.add("b");
    now = now.plusSeconds(6);

    reminders.look();
    assertThat(signalled).containsExactlyInAnyOrder("a", "c");

    unreachable.clear();
    reminders.look();
    reminders.look();
    assertThat(signalled).containsExactlyInAnyOrder("a", "c", "b");
  }

  @Test
  void aWordWaitsForTemporalForDays() {
    cancel("a");
    unreachable.add("a");
    for (int hours = 0; hours < 48; hours++) {
      now = now.plus(Duration.ofHours(1));
      reminders.look();
    }

    unreachable.clear();
    reminders.look();

    assertThat(signalled).containsExactly("a");
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

  /** A client of which only signals to single workflows are asked. */
  private WorkflowClient client() {
    return answering(
        WorkflowClient.class,
        (method, arguments) -> {
          assertThat(method).isEqualTo("newUntypedWorkflowStub");
          return workflow(arguments[0].toString());
        });
  }

  private WorkflowStub workflow(String workflowId) {
    return answering(
        WorkflowStub.class,
        (method, _) -> {
          assertThat(method).isEqualTo("signal");
          String runId = workflowId.substring(workflowId.lastIndexOf('/') + 1);
          if (unreachable.contains(runId)) {
            throw new IllegalStateException("the server is away");
          }
          signalled.add(runId);
          return "";
        });
  }

  private interface Answer {
    Object to(String method, Object[] arguments);
  }

  private static <T> T answering(Class<T> type, Answer answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (_, method, arguments) -> answer.to(method.getName(), arguments)));
  }
}
