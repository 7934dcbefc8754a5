package ai.stigmer.graphton.answer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/*
 * Each provider compiles a schema into a grammar and knows a part of JSON Schema only; what lies beyond it makes the
 * request fail. What all of them know is enough here, because the answer is checked in any case.
 */
/**
 * A JSON Schema as every provider takes it to hold a model to while it writes. Whatever fits it
 * fits the schema it was made of, too.
 */
public final class StrictSchema {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int DEEPEST = 5;
  private static final int MOST_PROPERTIES = 100;
  private static final int MOST_VALUES = 500;
  private static final Set<String> WORDS = Set.of("title", "description");
  private static final Set<String> SCALARS =
      Set.of("string", "number", "integer", "boolean", "null");

  private int properties;
  private int values;

  private StrictSchema() {}

  /**
   * The schema with every object closed; empty when it says what not every provider knows: another
   * root than an object, properties that may be missing or are not named, bounds, patterns,
   * references, or more of anything than they take.
   */
  public static Optional<String> of(String schema) {
    try {
      return JSON.readTree(schema) instanceof ObjectNode root
              && root.path("type").asText().equals("object")
          ? new StrictSchema().strict(root.deepCopy().without("$schema"), 1).map(Object::toString)
          : Optional.empty();
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private Optional<JsonNode> strict(JsonNode node, int depth) {
    if (!(node instanceof ObjectNode schema) || depth > DEEPEST) {
      return Optional.empty();
    }
    var left = new HashSet<String>();
    schema.fieldNames().forEachRemaining(left::add);
    left.removeAll(WORDS);
    return switch (schema.path("type").asText()) {
      case "object" -> object(schema, left, depth);
      case "array" -> array(schema, left, depth);
      case String type when SCALARS.contains(type) -> scalar(schema, left);
      default -> left.equals(Set.of("anyOf")) ? anyOf(schema, depth) : Optional.empty();
    };
  }

  private Optional<JsonNode> object(ObjectNode schema, Set<String> keys, int depth) {
    var required = new HashSet<String>();
    schema.path("required").forEach(name -> required.add(name.asText()));
    var named = new HashSet<String>();
    schema.path("properties").fieldNames().forEachRemaining(named::add);
    boolean isOpen =
        !schema.path("additionalProperties").isMissingNode()
            && !schema
                .path("additionalProperties")
                .equals(JsonNodeFactory.instance.booleanNode(false));
    properties += named.size();
    if (!List.of("type", "properties", "required", "additionalProperties").containsAll(keys)
        || named.isEmpty()
        || !required.equals(named)
        || isOpen
        || properties > MOST_PROPERTIES) {
      return Optional.empty();
    }
    ObjectNode closed = schema.objectNode();
    for (var property : schema.path("properties").properties()) {
      Optional<JsonNode> strict = strict(property.getValue(), depth + 1);
      if (strict.isEmpty()) {
        return Optional.empty();
      }
      closed.set(property.getKey(), strict.get());
    }
    schema.set("properties", closed);
    return Optional.of(schema.put("additionalProperties", false));
  }

  private Optional<JsonNode> array(ObjectNode schema, Set<String> keys, int depth) {
    if (!Set.of("type", "items").containsAll(keys)) {
      return Optional.empty();
    }
    return strict(schema.path("items"), depth + 1).map(items -> schema.set("items", items));
  }

  private Optional<JsonNode> scalar(ObjectNode schema, Set<String> keys) {
    boolean isPlain = true;
    for (JsonNode value : schema.path("enum")) {
      isPlain &= value.isValueNode();
      values++;
    }
    return Set.of("type", "enum").containsAll(keys) && isPlain && values <= MOST_VALUES
        ? Optional.of(schema)
        : Optional.empty();
  }

  private Optional<JsonNode> anyOf(ObjectNode schema, int depth) {
    ArrayNode all = schema.arrayNode();
    for (JsonNode one : schema.path("anyOf")) {
      Optional<JsonNode> strict = strict(one, depth + 1);
      if (strict.isEmpty()) {
        return Optional.empty();
      }
      all.add(strict.get());
    }
    return all.isEmpty() ? Optional.empty() : Optional.of(schema.set("anyOf", all));
  }
}
