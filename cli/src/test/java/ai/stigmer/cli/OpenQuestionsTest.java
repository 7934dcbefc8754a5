package ai.stigmer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.approval.ApprovalRequest;
import ai.stigmer.graphton.approval.Question;
import ai.stigmer.graphton.journal.InMemoryJournal;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.ApprovalRequested;
import ai.stigmer.graphton.journal.JournalEntry.ChildStarted;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.loop.ApprovalDesk;
import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.Usage;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a run and its sub-agents ask is told once, as long as nobody has decided. */
class OpenQuestionsTest {
  private final Journal journal = new InMemoryJournal(InstantSource.system());
  private final OpenQuestions questions = new OpenQuestions(journal, "top");

  private JournalWriter begun(String run) {
    JournalWriter writer = journal.create(run, "worker");
    var calls =
        List.<Block>of(
            new Block.Call(new ToolCall("a", "execute", "{}")),
            new Block.Call(new ToolCall("b", "execute", "{}")));
    writer.append(
        List.of(
            new JournalEntry.RunStarted("go", "agent", "", "", "{}"),
            new JournalEntry.Turn(
                new ModelTurn("p", "m", "", calls, Usage.NONE, StopReason.TOOL_USE))));
    return writer;
  }

  private static ApprovalRequested asked(String run, int number, String call) {
    return new ApprovalRequested(
        new ApprovalRequest(
            run + "." + number,
            Question.MAY_IT_RUN,
            "1/" + call,
            new ToolCall(call, "execute", "{}"),
            "scope",
            "why"));
  }

  @Test
  void eachQuestionIsToldOnceAndThoseOfSubAgentsToo() {
    // Given
    assertThat(questions.news()).isEmpty();
    JournalWriter top = begun("top");
    top.append(List.of(asked("top", 1, "a"), new ChildStarted("1/b", "child", "helper")));
    assertThat(questions.news()).containsExactly("top.1");
    // When
    JournalWriter child = begun("child");
    child.append(List.of(asked("child", 1, "a")));
    // Then
    assertThat(questions.news()).containsExactly("child.1");
    assertThat(questions.news()).isEmpty();
  }

  @Test
  void whatSomebodyHasDecidedBeforeTheLookIsNotTold() {
    JournalWriter top = begun("top");
    top.append(List.of(asked("top", 1, "a"), asked("top", 2, "b")));
    var _ = new ApprovalDesk(journal).decide("top.1", new ApprovalDecision.Approved(), "me");

    assertThat(questions.news()).containsExactly("top.2");
  }
}
