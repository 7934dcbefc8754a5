package ai.stigmer.graphton.intercept;

import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolArguments;
import ai.stigmer.graphton.tool.ToolContext;

/**
 * Code around each tool body. It runs after the policy allowed the call and the intent is durable,
 * on the thread of the tool. An exception counts as a failure of the tool.
 */
@FunctionalInterface
public interface ToolInterceptor {
  ToolResult around(Tool tool, ToolArguments arguments, ToolContext context, Next next)
      throws Exception;

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
