package ai.stigmer.testkit.journal;

import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.approval.ApprovalRequest;
import ai.stigmer.graphton.approval.Question;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.WorkLog;
import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.message.TurnUsage;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.graphton.tool.EffectClass;
import ai.stigmer.graphton.tool.FileState;
import java.util.List;
import java.util.Optional;

/** Journal entries of every kind. */
final class SampleEntries {
  private SampleEntries() {}

  static List<JournalEntry> everyKind(String text) {
    var call = new ToolCall("c1", "tool", text);
    var blocks =
        List.of(new Block.Thinking(text), new Block.Text(text), (Block) new Block.Call(call));
    var problem =
        new Problem("E201", Problem.Category.RUN, text, List.of(text), List.of(text, text));
    return List.of(
        new JournalEntry.RunStarted(text, text, text, text, text),
        new JournalEntry.RunResumed(text),
        new JournalEntry.Turn(
            new ModelTurn("p", "m", text, blocks, new Usage(1, 2, 3, 4, 5), StopReason.TOOL_USE)),
        new JournalEntry.ToolIntent(call, EffectClass.UNSAFE, Optional.of(text)),
        new JournalEntry.ToolIntent(call, EffectClass.IDEMPOTENT, Optional.empty()),
        new JournalEntry.ToolIntent(
            call,
            EffectClass.UNSAFE,
            Optional.empty(),
            Optional.empty(),
            Optional.of(new FileState(text, FileState.Kept.WHOLE, text, "rw-r--r--", "h", "i"))),
        new JournalEntry.UserMessage(text, 7),
        new JournalEntry.ToolIntent(call, EffectClass.READ, Optional.empty(), Optional.of(text)),
        new JournalEntry.ToolOutcome(call, new ToolResult(ToolResult.Status.UNKNOWN, text)),
        new JournalEntry.ToolOutcome(call, ToolResult.ok(text), Optional.of(text)),
        new JournalEntry.ApprovalRequested(
            new ApprovalRequest(text, Question.MAY_IT_RUN, text, call, text, text)),
        new JournalEntry.ApprovalRequested(
            new ApprovalRequest("r.2", Question.DID_IT_HAPPEN, text, call, text, text)),
        decided(new ApprovalDecision.Approved(), text),
        decided(new ApprovalDecision.Edited(text), text),
        decided(new ApprovalDecision.Remembered(), text),
        decided(new ApprovalDecision.Denied(text), text),
        decided(new ApprovalDecision.Happened(), text),
        decided(new ApprovalDecision.DidNotHappen(), text),
        decided(new ApprovalDecision.LeftUnknown(), text),
        new JournalEntry.UserMessage(text),
        new JournalEntry.ModelSwitched(text, text, text),
        new JournalEntry.RunForked(text, 7),
        new JournalEntry.AttemptFailed(new TurnUsage("p", text, new Usage(5, 4, 3, 2, 1))),
        new JournalEntry.Compacted(
            text,
            3,
            new WorkLog(List.of(text), List.of("b", text), List.of(text)),
            List.of(text),
            900,
            100,
            1000,
            new TurnUsage("p", text, new Usage(5, 4, 3, 2, 1))),
        new JournalEntry.CompactionFailed(text, new TurnUsage("p", text, Usage.NONE)),
        new JournalEntry.ResultKept("c1", text, text),
        new JournalEntry.WorkspaceSaved(text),
        new JournalEntry.RunFinished(new RunEnd.Completed(text)),
        new JournalEntry.RunFinished(new RunEnd.Cancelled(text)),
        new JournalEntry.RunFinished(new RunEnd.Failed(problem, text)),
        new JournalEntry.RunFinished(new RunEnd.Stopped(RunEnd.Limit.LOOP, text, problem)));
  }

  private static JournalEntry decided(ApprovalDecision decision, String text) {
    return new JournalEntry.ApprovalDecided(text, decision, text);
  }
}
