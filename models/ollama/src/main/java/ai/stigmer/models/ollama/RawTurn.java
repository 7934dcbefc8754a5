package ai.stigmer.models.ollama;

import ai.stigmer.graphton.message.ToolCall;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** An assistant message as Ollama wants it back. */
final class RawTurn {
  private RawTurn() {}

  static String of(String text, String thinking, List<ToolCall> calls) {
    ObjectNode message = Json.NODES.objectNode();
    message.put("role", "assistant");
    message.put("content", text);
    if (!thinking.isEmpty()) {
      message.put("thinking", thinking);
    }
    if (!calls.isEmpty()) {
      ArrayNode list = message.putArray("tool_calls");
      for (int i = 0; i < calls.size(); i++) {
        list.add(call(calls.get(i), i));
      }
    }
    return message.toString();
  }

  static ObjectNode call(ToolCall call, int index) {
    ObjectNode node = Json.NODES.objectNode();
    node.put("id", call.id());
    ObjectNode function = node.putObject("function");
    function.put("index", index);
    function.put("name", call.name());
    function.set("arguments", Json.objectOrEmpty(call.arguments()));
    return node;
  }
}
