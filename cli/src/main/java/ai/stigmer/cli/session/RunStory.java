package ai.stigmer.cli.session;

import static java.util.Objects.requireNonNull;

import ai.stigmer.cli.screen.Ends;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Recorded;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * One run in a line, folded from its entries.
 *
 * @param message what the user asked first
 * @param status how the run stands: {@value #OPEN} when it has no end, {@value #WAITING} when it
 *     waits for an approval
 * @param turns answers of the model
 */
public record RunStory(String agent, String message, String status, int turns) {
  private static final String OPEN = "open";
  private static final String WAITING = "waiting";

  public RunStory {
    requireNonNull(agent, "agent is null");
    requireNonNull(message, "message is null");
    requireNonNull(status, "status is null");
  }

  /**
   * How the run stands.
   *
   * @param alive whether who wrote last is still there
   */
  public String standing(BooleanSupplier alive) {
    if (!status.equals(OPEN)) {
      return status;
    }
    return alive.getAsBoolean() ? "running" : "interrupted";
  }

  public static RunStory of(List<Recorded> entries) {
    String agent = "";
    String message = "";
    String status = OPEN;
    int turns = 0;
    for (Recorded recorded : entries) {
      switch (recorded.entry()) {
        case JournalEntry.RunStarted started -> {
          agent = started.agent();
          message = started.input();
        }
        case JournalEntry.Turn _ -> turns++;
        case JournalEntry.RunResumed _, JournalEntry.RunForked _ ->
            status = status.equals(WAITING) ? status : OPEN;
        case JournalEntry.ApprovalRequested _ -> status = WAITING;
        case JournalEntry.ApprovalDecided _ -> status = OPEN;
        case JournalEntry.RunFinished finished -> status = Ends.status(finished.end());
        case JournalEntry.ToolIntent _,
            JournalEntry.ToolOutcome _,
            JournalEntry.UserMessage _,
            JournalEntry.ChildStarted _,
            JournalEntry.ChildFinished _,
            JournalEntry.AttemptFailed _,
            JournalEntry.Compacted _,
            JournalEntry.CompactionFailed _,
            JournalEntry.ResultKept _,
            JournalEntry.WorkspaceSaved _,
            JournalEntry.ModelSwitched _ -> {}
      }
    }
    return new RunStory(agent, message, status, turns);
  }
}
