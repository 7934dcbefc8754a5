package ai.stigmer.graphton.loop;

import ai.stigmer.graphton.journal.JournalEntry.ToolIntent;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolArguments;
import ai.stigmer.graphton.tool.ToolContext;
import java.util.Optional;

/**
 * A call that could be run.
 *
 * @param call as the model made it
 * @param asRun the same, or with the arguments that somebody put in the place of the model's
 * @param arguments those of {@code asRun}, checked
 * @param approval what the call uses up when it begins
 * @param intent what an earlier process had announced
 */
record ReadyCall(
    ToolCall call,
    ToolCall asRun,
    Tool tool,
    ToolArguments arguments,
    ToolContext context,
    Optional<String> approval,
    Optional<ToolIntent> intent) {

  ReadyCall approvedBy(String id) {
    return new ReadyCall(call, asRun, tool, arguments, context, Optional.of(id), intent);
  }

  ReadyCall edited(String text, ToolArguments checked) {
    return new ReadyCall(call, withArguments(text), tool, checked, context, approval, intent);
  }

  /** The call with other arguments in the place of the model's. */
  ToolCall withArguments(String text) {
    return new ToolCall(call.id(), call.name(), text);
  }

  /** The result, with a word to the model when not its own arguments were used. */
  ToolResult toldOfEdit(ToolResult result) {
    return asRun.equals(call)
        ? result
        : new ToolResult(
            result.status(),
            result.text()
                + "\n\n[The user changed the arguments of this call to "
                + asRun.arguments()
                + "]");
  }
}
