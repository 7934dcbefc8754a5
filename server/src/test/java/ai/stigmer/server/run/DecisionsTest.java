package ai.stigmer.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.approval.ApprovalRequest;
import ai.stigmer.graphton.approval.Question;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.InMemoryJournal;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.journal.Post;
import ai.stigmer.graphton.loop.SteeringDesk;
import ai.stigmer.graphton.message.ToolCall;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Which decisions wake which executions. */
class DecisionsTest {
  private final Journal journal = new InMemoryJournal(InstantSource.system());
  private final LinkedBlockingQueue<String> woken = new LinkedBlockingQueue<>();
  private final LinkedBlockingQueue<RuntimeException> trouble = new LinkedBlockingQueue<>();

  private static ApprovalRequest request(String id) {
    return new ApprovalRequest(
        id,
        Question.MAY_IT_RUN,
        "1/c",
        new ToolCall("c", "execute", "{}"),
        "scope",
        "the mode asks");
  }

  private void decide(String runId, ApprovalRequest request) {
    var _ =
        journal
            .inbox()
            .post(
                runId,
                new Post.Decision(
                    request.id(), request.hash(), new ApprovalDecision.Approved(), "somebody"));
  }

  private void begin(String runId, JournalEntry... entries) {
    try (JournalWriter writer = journal.create(runId, "owner")) {
      writer.append(List.of(entries));
    }
  }

  @Test
  void aWordForASubAgentWakesTheExecution() throws InterruptedException {
    begin("top");
    begin("child");
    try (Decisions decisions = new Decisions(journal, woken::add, trouble::add)) {
      ApprovalRequest asked = request("child.1");
      decisions.saw(
          "top",
          new AgentEvent.Child(
              "1/c", "child", "helper", new AgentEvent.ApprovalRequested(asked, 3)));
      assertThat(decisions.isAsked("top")).isTrue();

      decide("child", asked);

      assertThat(woken.poll(30, TimeUnit.SECONDS)).isEqualTo("top");
    }
  }

  @Test
  void ofTwoThatWaitTheSecondIsStillHeardWhenTheFirstWasDecided() throws InterruptedException {
    begin("top");
    try (Decisions decisions = new Decisions(journal, woken::add, trouble::add)) {
      ApprovalRequest first = request("top.1");
      ApprovalRequest second = request("top.2");
      decisions.saw("top", new AgentEvent.ApprovalRequested(first, 3));
      decisions.saw("top", new AgentEvent.ApprovalRequested(second, 4));
      decisions.saw(
          "top",
          new AgentEvent.ApprovalDecided(first, new ApprovalDecision.Approved(), "somebody", 5));
      assertThat(decisions.isAsked("top")).isTrue();

      decide("top", second);

      assertThat(woken.poll(30, TimeUnit.SECONDS)).isEqualTo("top");
    }
  }

  @Test
  void aServerThatBeginsFollowsSubAgentsThatWait() throws InterruptedException {
    ApprovalRequest asked = request("child.1");
    begin("top", new JournalEntry.ChildStarted("1/c", "child", "helper"));
    begin("child", new JournalEntry.ApprovalRequested(asked));
    try (Decisions decisions = new Decisions(journal, woken::add, trouble::add)) {
      decisions.follow("top");

      decide("child", asked);

      assertThat(woken.poll(30, TimeUnit.SECONDS)).isEqualTo("top");
    }
  }

  @Test
  void aWordThatWasHeardIsForgottenAndTheQuestionBesideItIsNot() throws InterruptedException {
    begin("top");
    try (Decisions decisions = new Decisions(journal, woken::add, trouble::add)) {
      ApprovalRequest first = request("top.1");
      ApprovalRequest second = request("top.2");
      decisions.saw("top", new JournalEntry.ApprovalRequested(first));
      decisions.saw("top", new JournalEntry.ApprovalRequested(second));

      decide("top", first);
      assertThat(woken.poll(30, TimeUnit.SECONDS)).isEqualTo("top");
      assertThat(decisions.isAsked("top")).isTrue();
      decide("top", second);

      assertThat(woken.poll(30, TimeUnit.SECONDS)).isEqualTo("top");
    }
    assertThat(trouble).isEmpty();
  }

  @Test
  void aRequestToEndWakesARunThatWaits() throws InterruptedException {
    begin("top");
    try (Decisions decisions = new Decisions(journal, woken::add, trouble::add)) {
      decisions.saw("top", new JournalEntry.ApprovalRequested(request("top.1")));

      new SteeringDesk(journal).cancel("top", "somebody");

      assertThat(woken.poll(30, TimeUnit.SECONDS)).isEqualTo("top");
    }
  }

  @Test
  void whatASubAgentAsksInItsJournalIsHeardAsItGrows() throws InterruptedException {
    begin("top");
    ApprovalRequest asked = request("child.1");
    try (Decisions decisions = new Decisions(journal, woken::add, trouble::add)) {
      decisions.saw("top", new JournalEntry.ChildStarted("1/c", "child", "helper"));
      decisions.readChildren("top");
      assertThat(decisions.isAsked("top")).isFalse();
      begin("child", new JournalEntry.ApprovalRequested(asked));
      decisions.readChildren("top");

      decide("child", asked);

      assertThat(woken.poll(30, TimeUnit.SECONDS)).isEqualTo("top");
    }
  }

  @Test
  void aSubAgentThatWasNeverMadeKeepsNobodyFromHearingOfItsRun() throws InterruptedException {
    ApprovalRequest asked = request("top.1");
    begin(
        "top",
        new JournalEntry.ChildStarted("1/t", "never", "helper"),
        new JournalEntry.ApprovalRequested(asked));
    try (Decisions decisions = new Decisions(journal, woken::add, trouble::add)) {
      decisions.follow("top");
      decisions.saw("top", new JournalEntry.ChildStarted("1/t", "never", "helper"));
      decisions.readChildren("top");

      decide("top", asked);

      assertThat(woken.poll(30, TimeUnit.SECONDS)).isEqualTo("top");
    }
    assertThat(trouble).isEmpty();
  }

  @Test
  void whatARunAskedBeforeItsEndItAsksAgainOnceItIsGoneOnWith() {
    begin("top");
    try (Decisions decisions = new Decisions(journal, woken::add, trouble::add)) {
      decisions.saw("top", new JournalEntry.ApprovalRequested(request("top.1")));
      decisions.saw("top", new JournalEntry.RunFinished(new RunEnd.Cancelled("")));
      assertThat(decisions.isAsked("top")).isFalse();

      decisions.saw("top", new JournalEntry.RunResumed("somebody"));

      assertThat(decisions.isAsked("top")).isTrue();
    }
  }

  @Test
  void oneRunThatCannotBeLookedAtKeepsNobodyFromHearingOfAnother() throws InterruptedException {
    begin("broken");
    begin("top");
    ApprovalRequest asked = request("top.1");
    ApprovalRequest other = request("broken.1");
    Predicate<String> wake =
        id -> {
          if (id.equals("broken")) {
            throw new IllegalStateException("no");
          }
          return woken.add(id);
        };
    try (Decisions decisions = new Decisions(journal, wake, trouble::add)) {
      decisions.saw("broken", new JournalEntry.ApprovalRequested(other));
      decide("broken", other);
      assertThat(trouble.poll(30, TimeUnit.SECONDS)).hasMessage("no");
      decisions.saw("top", new JournalEntry.ApprovalRequested(asked));

      decide("top", asked);

      assertThat(woken.poll(30, TimeUnit.SECONDS)).isEqualTo("top");
    }
  }
}
