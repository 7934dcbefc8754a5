package ai.stigmer.models.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;

/**
 * Lists that arrive in pieces, such as OpenRouter's {@code reasoning_details}: an element that has
 * the type and the index of the last one continues it.
 */
final class ReasoningDetails {
  private static final Set<String> JOINED = Set.of("text", "summary", "data");

  private ReasoningDetails() {}

  static void append(ArrayNode to, ArrayNode more) {
    for (JsonNode element : more) {
      JsonNode last = to.isEmpty() ? to.missingNode() : to.get(to.size() - 1);
      if (last instanceof ObjectNode begun && continues(begun, element)) {
        join(begun, element);
      } else {
        to.add(element.deepCopy());
      }
    }
  }

  private static boolean continues(JsonNode begun, JsonNode element) {
    return element.isObject()
        && element.has("type")
        && begun.path("type").equals(element.path("type"))
        && begun.path("index").equals(element.path("index"));
  }

  private static void join(ObjectNode begun, JsonNode element) {
    for (var field : element.properties()) {
      String name = field.getKey();
      JsonNode value = field.getValue();
      if (JOINED.contains(name) && value.isTextual()) {
        begun.put(name, Json.text(begun, name) + value.textValue());
      } else if (!value.isNull()) {
        begun.set(name, value);
      }
    }
  }
}
