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

  private Structs() {}

  /** An object; what a model wrote that is none stands under {@code text}. */
  static Struct of(String json) {
    JsonNode node = parse(json);
    return node.isObject()
        ? struct(node)
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

  private static Struct struct(JsonNode object) {
    Struct.Builder struct = Struct.newBuilder();
    object.properties().forEach(field -> struct.putFields(field.getKey(), value(field.getValue())));
    return struct.build();
  }

  private static Value value(JsonNode node) {
    Value.Builder value = Value.newBuilder();
    switch (node.getNodeType()) {
      case OBJECT -> value.setStructValue(struct(node));
      case ARRAY -> {
        ListValue.Builder list = ListValue.newBuilder();
        node.forEach(item -> list.addValues(value(item)));
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
