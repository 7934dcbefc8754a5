package ai.stigmer.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.approval.ApprovalRequest;
import ai.stigmer.graphton.approval.Question;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.journal.InMemoryJournal;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.journal.Post;
import ai.stigmer.graphton.message.ToolCall;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Which decisions wake which executions. */
class DecisionsTest {
  private final Journal journal = new InMemoryJournal(InstantSource.system());
  private final LinkedBlockingQueue<String> woken = new LinkedBlockingQueue<>();

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
    begin("child");
    try (Decisions decisions = new Decisions(journal, woken::add)) {
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
    try (Decisions decisions = new Decisions(journal, woken::add)) {
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
    try (Decisions decisions = new Decisions(journal, woken::add)) {
      decisions.follow("top");

      decide("child", asked);

      assertThat(woken.poll(30, TimeUnit.SECONDS)).isEqualTo("top");
    }
  }
}
