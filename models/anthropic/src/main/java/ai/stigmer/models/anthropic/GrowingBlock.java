package ai.stigmer.models.anthropic;

import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.model.ModelEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One block of an answer while it arrives. Every field that the server sent is kept.
 *
 * <p>Thread contract: for one thread.
 */
final class GrowingBlock {
  private final ObjectNode block;
  private final Map<String, StringBuilder> texts = new HashMap<>();
  private final StringBuilder input = new StringBuilder();

  GrowingBlock(ObjectNode block) {
    this.block = block;
  }

  void add(JsonNode delta, Consumer<ModelEvent> events) {
    switch (delta.path("type").asText()) {
      case "text_delta" -> {
        String text = append("text", delta);
        if (!text.isEmpty()) {
          events.accept(new ModelEvent.TextDelta(text));
        }
      }
      case "thinking_delta" -> {
        String text = append("thinking", delta);
        if (!text.isEmpty()) {
          events.accept(new ModelEvent.ThinkingDelta(text));
        }
      }
      case "signature_delta" -> block.put("signature", delta.path("signature").asText());
      case "input_json_delta" -> input.append(delta.path("partial_json").asText());
      case "citations_delta" -> citations().add(delta.path("citation"));
      default -> merge(delta);
    }
  }

  private String append(String field, JsonNode delta) {
    String text = delta.path(field).asText();
    buffer(field).append(text);
    return text;
  }

  private StringBuilder buffer(String field) {
    return texts.computeIfAbsent(
        field,
        name ->
            new StringBuilder(block.path(name).isTextual() ? block.path(name).textValue() : ""));
  }

  private ArrayNode citations() {
    return block.path("citations") instanceof ArrayNode list ? list : block.putArray("citations");
  }

  /** Deltas of every known kind extend the field of their own name; so may those to come. */
  private void merge(JsonNode delta) {
    for (Map.Entry<String, JsonNode> field : delta.properties()) {
      if (field.getKey().equals("type")) {
        continue;
      }
      if (field.getValue().isTextual()) {
        append(field.getKey(), delta);
      } else if (field.getValue() instanceof ArrayNode more
          && block.path(field.getKey()) instanceof ArrayNode list) {
        list.addAll(more);
      } else {
        block.set(field.getKey(), field.getValue());
      }
    }
  }

  boolean isCall() {
    return block.path("type").asText().equals("tool_use");
  }

  String id() {
    return block.path("id").asText("");
  }

  /** Gives the block another id, when its own would not be unique. */
  void rename(String id) {
    block.put("id", id);
  }

  /**
   * The whole block.
   *
   * @param cut whether the answer ended within it
   */
  ObjectNode finished(boolean cut) {
    texts.forEach((field, text) -> block.put(field, text.toString()));
    if (block.has("input")) {
      block.set("input", RawTurn.input(arguments(cut)));
    }
    return block;
  }

  /** What the model wrote as input; what it was cut off from is nothing, not an empty object. */
  private String arguments(boolean cut) {
    if (!input.toString().isBlank()) {
      return input.toString();
    }
    return cut ? "" : block.path("input").isObject() ? block.path("input").toString() : "{}";
  }

  /** What other providers would call this block; empty when they have no word for it. */
  Optional<Block> neutral(boolean cut) {
    return switch (block.path("type").asText()) {
      case "text" -> nonEmpty("text").map(Block.Text::new);
      case "thinking" -> nonEmpty("thinking").map(Block.Thinking::new);
      case "tool_use" ->
          Optional.of(TurnAssembly.call(id(), block.path("name").asText(""), arguments(cut)));
      default -> Optional.empty();
    };
  }

  private Optional<String> nonEmpty(String field) {
    return Optional.of(block.path(field).asText("")).filter(text -> !text.isEmpty());
  }
}
