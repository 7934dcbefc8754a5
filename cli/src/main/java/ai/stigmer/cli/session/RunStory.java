package ai.stigmer.cli.session;

import static java.util.Objects.requireNonNull;

import ai.stigmer.cli.screen.Ends;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Recorded;
import java.util.List;

/**
 * One run in a line, folded from its entries.
 *
 * @param message what the user asked first
 * @param status how the run stands: {@code open} when it has no end, {@code waiting} when it waits
 *     for an approval
 * @param turns answers of the model
 */
public record RunStory(String agent, String message, String status, int turns) {
  public RunStory {
    requireNonNull(agent, "agent is null");
    requireNonNull(message, "message is null");
    requireNonNull(status, "status is null");
  }

  public static RunStory of(List<Recorded> entries) {
    String agent = "";
    String message = "";
    String status = "open";
    int turns = 0;
    for (Recorded recorded : entries) {
      switch (recorded.entry()) {
        case JournalEntry.RunStarted started -> {
          agent = started.agent();
          message = started.input();
        }
        case JournalEntry.Turn _ -> turns++;
        case JournalEntry.RunResumed _ -> status = status.equals("waiting") ? status : "open";
        case JournalEntry.ApprovalRequested _ -> status = "waiting";
        case JournalEntry.ApprovalDecided _ -> status = "open";
        case JournalEntry.RunFinished finished -> status = Ends.status(finished.end());
        case JournalEntry.ToolIntent _,
            JournalEntry.ToolOutcome _,
            JournalEntry.UserMessage _,
            JournalEntry.ModelSwitched _ -> {}
      }
    }
    return new RunStory(agent, message, status, turns);
  }
}
