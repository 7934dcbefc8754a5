package ai.stigmer.graphton.redaction;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.function.UnaryOperator;

/** Keeps a JSON text one when something is taken out of it: what is journaled is read again. */
final class JsonText {
  private static final ObjectMapper JSON = new ObjectMapper();

  private JsonText() {}

  /**
   * The hidden text; where the original is JSON and it is not, the original with each value hidden
   * by itself.
   */
  static String kept(String original, String hidden, UnaryOperator<String> hide) {
    boolean mayBeJson = original.startsWith("{") || original.startsWith("[");
    if (!mayBeJson || isJson(hidden)) {
      return hidden;
    }
    try {
      return mapped(JSON.readTree(original), hide).toString();
    } catch (JsonProcessingException e) {
      return hidden;
    }
  }

  private static boolean isJson(String text) {
    try {
      return !JSON.readTree(text).isMissingNode();
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  private static JsonNode mapped(JsonNode node, UnaryOperator<String> hide) {
    return switch (node) {
      case ObjectNode object -> {
        ObjectNode mapped = JSON.createObjectNode();
        object
            .properties()
            .forEach(
                field -> mapped.set(hide.apply(field.getKey()), mapped(field.getValue(), hide)));
        yield mapped;
      }
      case ArrayNode array -> {
        ArrayNode mapped = JSON.createArrayNode();
        array.forEach(item -> mapped.add(mapped(item, hide)));
        yield mapped;
      }
      default -> {
        String hidden = hide.apply(node.asText());
        yield hidden.equals(node.asText()) ? node : TextNode.valueOf(hidden);
      }
    };
  }
}
