package ai.stigmer.runner.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** A message as the JSON that the contract's mapping has for it. */
final class MessageJson {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private MessageJson() {}

  static ObjectNode of(Message message) {
    ObjectNode object = JSON.objectNode();
    for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
      FieldDescriptor field = entry.getKey();
      object.set(
          field.getJsonName(),
          field.isMapField()
              ? map((List<?>) entry.getValue())
              : field.isRepeated() ? list((List<?>) entry.getValue()) : value(entry.getValue()));
    }
    return object;
  }

  private static ObjectNode map(List<?> entries) {
    ObjectNode object = JSON.objectNode();
    for (Object one : entries) {
      Message entry = (Message) one;
      object.set(
          String.valueOf(entry.getField(entry.getDescriptorForType().findFieldByName("key"))),
          value(entry.getField(entry.getDescriptorForType().findFieldByName("value"))));
    }
    return object;
  }

  private static ArrayNode list(List<?> items) {
    ArrayNode array = JSON.arrayNode();
    items.forEach(item -> array.add(value(item)));
    return array;
  }

  private static JsonNode value(Object value) {
    return switch (value) {
      case Message message -> of(message);
      case EnumValueDescriptor one -> JSON.textNode(one.getName());
      case ByteString bytes ->
          JSON.textNode(Base64.getEncoder().encodeToString(bytes.toByteArray()));
      case Boolean flag -> JSON.booleanNode(flag);
      case Integer number -> JSON.numberNode(number);
      default -> JSON.textNode(String.valueOf(value));
    };
  }
}
