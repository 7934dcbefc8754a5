package ai.stigmer.graphton.tool.builtin;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.redaction.Redactor;
import ai.stigmer.graphton.tool.ArgumentCheck;
import ai.stigmer.graphton.tool.ArgumentCheck.Checked;
import ai.stigmer.graphton.tool.KeptResults;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolContext;
import ai.stigmer.graphton.workspace.Workspace;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Map;

/** Calls built-in tools the way the loop does: arguments as JSON, checked against the schema. */
final class ToolBench {
  private final Workspace workspace;
  private final Redactor secrets;
  private final CancelToken cancel = new CancelToken();

  ToolBench(Path root) {
    this(root, Redactor.NONE);
  }

  ToolBench(Path root, Redactor secrets) {
    this.workspace = Workspace.open(root);
    this.secrets = secrets;
  }

  CancelToken cancel() {
    return cancel;
  }

  /** Calls a tool with names and values in turn; numbers and truth values are sent as such. */
  ToolResult call(String name, Object... arguments) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < arguments.length; i += 2) {
      json.putPOJO(arguments[i].toString(), arguments[i + 1]);
    }
    return callJson(name, json.toString());
  }

  ToolResult callJson(String name, String json) {
    Tool tool = tool(name);
    return switch (ArgumentCheck.check(tool.spec(), json)) {
      case Checked.Invalid(String hint) -> ToolResult.error(hint);
      case Checked.Valid valid -> {
        try {
          yield tool.run(valid.arguments(), context());
        } catch (Exception e) {
          throw new AssertionError(e);
        }
      }
    };
  }

  ToolContext context() {
    return new ToolContext("run", "call", cancel, KeptResults.NONE, secrets);
  }

  Tool tool(String name) {
    return BuiltinTools.over(workspace, Map.of("PATH", "/usr/bin:/bin")).stream()
        .filter(tool -> tool.spec().name().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
