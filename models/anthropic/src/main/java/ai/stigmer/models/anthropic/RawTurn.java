package ai.stigmer.models.anthropic;

import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.ToolCall;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HexFormat;

/** An assistant message as Anthropic wants it back: a JSON object with {@code role} and content. */
final class RawTurn {
  /** What the API's own documentation wraps unreadable input in, so that a model sees it. */
  private static final String UNREADABLE = "INVALID_JSON";

  private RawTurn() {}

  static String of(ArrayNode content) {
    ObjectNode message = Json.NODES.objectNode().put("role", "assistant");
    message.set("content", content);
    return message.toString();
  }

  /**
   * The blocks to send for a turn; empty when it said nothing. The model's own turn goes back as it
   * came, but for text blocks without text, which the API sends and does not take. One of another
   * provider or model is rebuilt without its thinking, whose signatures only its maker can read.
   */
  static ArrayNode content(ModelTurn turn, String model) {
    if (turn.provider().equals(AnthropicProvider.ID) && turn.model().equals(model)) {
      JsonNode own =
          Json.object(Json.wellFormed(turn.raw()))
              .orElseGet(Json.NODES::objectNode)
              .path("content");
      if (own instanceof ArrayNode blocks) {
        return withoutEmptyText(blocks);
      }
    }
    return rebuilt(turn);
  }

  private static ArrayNode withoutEmptyText(ArrayNode blocks) {
    ArrayNode kept = Json.NODES.arrayNode();
    for (JsonNode block : blocks) {
      boolean text = block.path("type").asText().equals("text");
      if (!text || !block.path("text").asText().isEmpty()) {
        kept.add(block);
      }
    }
    return kept;
  }

  private static ArrayNode rebuilt(ModelTurn turn) {
    ArrayNode content = Json.NODES.arrayNode();
    for (Block block : turn.blocks()) {
      switch (block) {
        case Block.Thinking thinking -> {
          // Only the model that thought it can read it.
        }
        case Block.Text(String text) -> {
          if (!text.isBlank()) {
            content.addObject().put("type", "text").put("text", Json.wellFormed(text));
          }
        }
        case Block.Call(ToolCall call) -> content.add(toolUse(call));
      }
    }
    return content;
  }

  private static ObjectNode toolUse(ToolCall call) {
    ObjectNode block = Json.NODES.objectNode().put("type", "tool_use").put("id", id(call.id()));
    block.put("name", name(call.name()));
    block.set("input", input(call.arguments()));
    return block;
  }

  /** The arguments as an object, whatever the model wrote. */
  static ObjectNode input(String arguments) {
    String text = Json.wellFormed(arguments);
    return Json.object(text)
        .orElseGet(
            () ->
                text.isBlank()
                    ? Json.NODES.objectNode()
                    : Json.NODES.objectNode().put(UNREADABLE, text));
  }

  /** A call's id in the characters that the API takes; different ids stay different. */
  static String id(String id) {
    if (id.matches("[a-zA-Z0-9_-]+")) {
      return id;
    }
    return "call_"
        + id.replaceAll("[^a-zA-Z0-9_-]", "_")
        + "_"
        + HexFormat.of().toHexDigits(id.hashCode());
  }

  private static String name(String name) {
    String clean = name.replaceAll("[^a-zA-Z0-9_-]", "_");
    return clean.isEmpty() ? "_" : clean.substring(0, Math.min(clean.length(), 64));
  }
}
