package ai.stigmer.testkit.crash;

import ai.stigmer.graphton.journal.ForwardingJournal;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalWriter;
import java.util.List;

/** A journal in the hands of a process that may die; the dead give nothing back. */
final class CrashingJournal extends ForwardingJournal {
  private final CrashPoints points;

  CrashingJournal(Journal journal, CrashPoints points) {
    super(journal);
    this.points = points;
  }

  @Override
  protected JournalWriter around(JournalWriter writer) {
    return new CrashingWriter(writer);
  }

  /** The journal outlives the process. */
  @Override
  public void close() {}

  private final class CrashingWriter extends Writer {
    CrashingWriter(JournalWriter writer) {
      super(writer);
    }

    @Override
    public long append(List<JournalEntry> entries) {
      String kind = kind(entries.getFirst());
      points.hit(kind + ".before-append");
      long seq = super.append(entries);
      points.hit(kind + ".after-append");
      return seq;
    }

    @Override
    public void close() {
      if (!points.dead()) {
        super.close();
      }
    }

    private static String kind(JournalEntry entry) {
      return switch (entry) {
        case JournalEntry.RunStarted _ -> "start";
        case JournalEntry.RunResumed _ -> "resume";
        case JournalEntry.Turn _ -> "turn";
        case JournalEntry.ToolIntent _ -> "intent";
        case JournalEntry.ToolOutcome _ -> "outcome";
        case JournalEntry.UserMessage _ -> "message";
        case JournalEntry.ModelSwitched _ -> "switch";
        case JournalEntry.ChildStarted _ -> "child-start";
        case JournalEntry.ChildFinished _ -> "child-end";
        case JournalEntry.AttemptFailed _ -> "attempt";
        case JournalEntry.Compacted _ -> "compaction";
        case JournalEntry.CompactionFailed _ -> "failed-compaction";
        case JournalEntry.ResultKept _ -> "kept-result";
        case JournalEntry.WorkspaceSaved _ -> "kept-workspace";
        case JournalEntry.ApprovalRequested _ -> "request";
        case JournalEntry.ApprovalDecided _ -> "decision";
        case JournalEntry.RunForked _ -> "fork";
        case JournalEntry.RunFinished _ -> "end";
      };
    }
  }
}
