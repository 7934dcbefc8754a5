package ai.stigmer.runner.contract;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;

/** JSON as the contract carries it. */
final class Structs {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * How many objects and lists may stand in each other. Each is up to three messages of protobuf,
   * whose readers refuse what is deeper than a hundred, as the server does with its own rows.
   */
  private static final int DEEPEST = 24;

  private Structs() {}

  /** An object; what a model wrote that is none stands under {@code text}. */
  static Struct of(String json) {
    JsonNode node = parse(json);
    return node.isObject()
        ? struct(node, 1)
        : Struct.newBuilder()
            .putFields("text", Value.newBuilder().setStringValue(StatusFold.cut(json)).build())
            .build();
  }

  static JsonNode parse(String json) {
    try {
      JsonNode node = JSON.readTree(json);
      return node == null ? JSON.missingNode() : node;
    } catch (JsonProcessingException e) {
      return JSON.missingNode();
    }
  }

  private static Struct struct(JsonNode object, int depth) {
    Struct.Builder struct = Struct.newBuilder();
    object
        .properties()
        .forEach(field -> struct.putFields(field.getKey(), value(field.getValue(), depth)));
    return struct.build();
  }

  /** What stands deeper is told as the text of its JSON. */
  private static Value value(JsonNode node, int depth) {
    Value.Builder value = Value.newBuilder();
    if (node.isContainerNode() && depth == DEEPEST) {
      return value.setStringValue(StatusFold.cut(node.toString())).build();
    }
    switch (node.getNodeType()) {
      case OBJECT -> value.setStructValue(struct(node, depth + 1));
      case ARRAY -> {
        ListValue.Builder list = ListValue.newBuilder();
        node.forEach(item -> list.addValues(value(item, depth + 1)));
        value.setListValue(list);
      }
      case BOOLEAN -> value.setBoolValue(node.booleanValue());
      case NUMBER -> value.setNumberValue(node.doubleValue());
      case NULL -> value.setNullValue(NullValue.NULL_VALUE);
      default -> value.setStringValue(StatusFold.cut(node.asText()));
    }
    return value.build();
  }
}
