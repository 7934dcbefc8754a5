package ai.stigmer.graphton.intercept;

import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolArguments;
import ai.stigmer.graphton.tool.ToolContext;
import java.util.Optional;

/**
 * Code around each tool body. It runs after the policy allowed the call and the intent is durable,
 * on the thread of the tool. An exception counts as a failure of the tool. Before that it may
 * object to the call.
 */
@FunctionalInterface
public interface ToolInterceptor {
  ToolResult around(Tool tool, ToolArguments arguments, ToolContext context, Next next)
      throws Exception;

  /**
   * Why a call that the policy allows is not to run. Asked before its intent is written, on the
   * run's thread, and not again once that is durable; a call without an intent, and one that was
   * not begun, is asked about again after an interruption. An exception fails the run.
   *
   * @param arguments those of the call, which may be the user's in the place of the model's
   * @return what the model is told; empty when there is no objection
   */
  default Optional<String> objection(
      Tool tool, ToolCall call, ToolArguments arguments, ToolContext context)
      throws InterruptedException {
    return Optional.empty();
  }

  /** Whether a file's content may be written into the journal, so that a change can be undone. */
  default boolean mayKeep(byte[] content) {
    return true;
  }

  /** The next interceptor, or the tool itself. */
  @FunctionalInterface
  interface Next {
    ToolResult run(ToolArguments arguments) throws Exception;
  }
}
