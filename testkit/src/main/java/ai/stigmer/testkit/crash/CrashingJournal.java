package ai.stigmer.testkit.crash;

import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.journal.Recorded;
import java.util.List;

/** A journal in the hands of a process that may die; the dead give nothing back. */
record CrashingJournal(Journal journal, CrashPoints points) implements Journal {

  @Override
  public JournalWriter create(String runId, String owner) {
    return new Writer(journal.create(runId, owner), points);
  }

  @Override
  public JournalWriter claim(String runId, String owner) {
    return new Writer(journal.claim(runId, owner), points);
  }

  @Override
  public List<Recorded> read(String runId) {
    return journal.read(runId);
  }

  @Override
  public List<RunSummary> list(int limit) {
    return journal.list(limit);
  }

  /** The journal outlives the process. */
  @Override
  public void close() {}

  private record Writer(JournalWriter writer, CrashPoints points) implements JournalWriter {
    @Override
    public String runId() {
      return writer.runId();
    }

    @Override
    public long epoch() {
      return writer.epoch();
    }

    @Override
    public List<Recorded> before() {
      return writer.before();
    }

    @Override
    public long append(List<JournalEntry> entries) {
      String kind = kind(entries.getFirst());
      points.hit(kind + ".before-append");
      long seq = writer.append(entries);
      points.hit(kind + ".after-append");
      return seq;
    }

    @Override
    public void close() {
      if (!points.dead()) {
        writer.close();
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
        case JournalEntry.ApprovalRequested _ -> "request";
        case JournalEntry.ApprovalDecided _ -> "decision";
        case JournalEntry.RunForked _ -> "fork";
        case JournalEntry.RunFinished _ -> "end";
      };
    }
  }
}
