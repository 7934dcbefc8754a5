package ai.stigmer.graphton;

import ai.stigmer.graphton.journal.JournalEntry.ToolIntent;
import ai.stigmer.graphton.journal.JournalEntry.ToolOutcome;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.tool.ToolPolicy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Tells a policy of what became of the calls of a run that goes on. */
public final class RecordedOutcomes {
  private RecordedOutcomes() {}

  /** An intent holds the call as it was run, an outcome as the model made it. */
  public static void tell(List<Recorded> entries, ToolPolicy policy) {
    Map<String, ToolCall> asRun = new HashMap<>();
    for (Recorded recorded : entries) {
      switch (recorded.entry()) {
        case ToolIntent intent -> asRun.put(intent.call().id(), intent.call());
        case ToolOutcome outcome -> {
          ToolCall ran = asRun.remove(outcome.call().id());
          policy.outcome(ran == null ? outcome.call() : ran, outcome.result());
        }
        default -> {}
      }
    }
  }
}
