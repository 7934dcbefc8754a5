package ai.stigmer.graphton.tool.builtin;

import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.model.ToolSpec;
import ai.stigmer.graphton.tool.EffectClass;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolArguments;
import ai.stigmer.graphton.tool.ToolContext;
import com.fasterxml.jackson.databind.JsonNode;

/**
 * Replaces the agent's list of things to do. The list lives in the transcript: the last call is the
 * list.
 */
final class WriteTodos implements Tool {
  private static final String SCHEMA =
      """
      {"type":"object","properties":{"todos":{"type":"array","description":"the whole list, in order",\
      "items":{"type":"object","properties":{"content":{"type":"string","description":"what to do"},\
      "status":{"type":"string","enum":["pending","in_progress","completed"]}},\
      "required":["content","status"]}}},"required":["todos"]}""";

  @Override
  public ToolSpec spec() {
    return new ToolSpec(
        "write_todos",
        "Writes the list of steps of a longer task, replacing the list before it. Not needed for small tasks.",
        SCHEMA);
  }

  @Override
  public EffectClass effect() {
    return EffectClass.IDEMPOTENT;
  }

  @Override
  public ToolResult run(ToolArguments arguments, ToolContext context) {
    var list = new StringBuilder("The list is now:");
    for (JsonNode todo : arguments.json().path("todos")) {
      String mark =
          switch (todo.path("status").asText()) {
            case "completed" -> "[x] ";
            case "in_progress" -> "[>] ";
            default -> "[ ] ";
          };
      list.append('\n').append(mark).append(todo.path("content").asText());
    }
    return ToolResult.ok(list.toString());
  }
}
