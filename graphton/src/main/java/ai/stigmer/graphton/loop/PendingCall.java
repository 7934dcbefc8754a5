package ai.stigmer.graphton.loop;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.journal.JournalEntry.ToolIntent;
import ai.stigmer.graphton.message.ToolCall;
import java.util.Optional;

/**
 * A call without an outcome.
 *
 * @param intent present when a process had begun, or was about to begin, to run it
 */
public record PendingCall(ToolCall call, Optional<ToolIntent> intent) {
  public PendingCall {
    requireNonNull(call, "call is null");
    requireNonNull(intent, "intent is null");
  }
}
