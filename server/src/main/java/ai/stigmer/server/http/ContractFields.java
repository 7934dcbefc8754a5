package ai.stigmer.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.math.BigDecimal;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/**
 * What the fields of the contract's messages take, in words. Whoever reads a message as JSON only
 * says that it could not.
 */
final class ContractFields {
  private ContractFields() {}

  /**
   * The query parameters of a method, by their names in the contract; fields of fields behind a
   * dot.
   */
  static Map<String, FieldDescriptor> query(Paths.Operation operation) {
    var parameters = new LinkedHashMap<String, FieldDescriptor>();
    if (operation.body().isEmpty()) {
      Set<String> inPath = Set.copyOf(operation.parameters());
      query(
          operation.method().getInputType(),
          "",
          (name, field) -> {
            if (!inPath.contains(name)) {
              parameters.put(name, field);
            }
          });
    }
    return parameters;
  }

  private static void query(
      Descriptor type, String prefix, BiConsumer<String, FieldDescriptor> each) {
    for (FieldDescriptor field : type.getFields()) {
      String name = prefix + field.getName();
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        query(field.getMessageType(), name + ".", each);
      } else {
        each.accept(name, field);
      }
    }
  }

  /** What a value of the field has to be, behind "must be". */
  static String must(FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case ENUM ->
          "one of "
              + field.getEnumType().getValues().stream()
                  .filter(value -> value.getNumber() != 0)
                  .map(EnumValueDescriptor::getName)
                  .collect(Collectors.joining(", "));
      case BOOLEAN -> "true or false";
      case INT -> "a whole number of 32 bits";
      case LONG -> "a whole number of 64 bits";
      case FLOAT, DOUBLE -> "a number";
      case BYTE_STRING -> "text in Base64";
      case STRING -> "text";
      case MESSAGE -> isTime(field) ? "a time, for example 2026-11-22T15:00:00Z" : "an object";
    };
  }

  private static boolean isTime(FieldDescriptor field) {
    return field.getMessageType().getFullName().equals("google.protobuf.Timestamp");
  }

  /** Whether the field takes a value; the text of a query parameter is taken as JSON's text. */
  static boolean takes(FieldDescriptor field, JsonNode value) {
    return switch (field.getJavaType()) {
      case ENUM ->
          value.isIntegralNumber()
              || (value.isTextual() && field.getEnumType().findValueByName(value.asText()) != null);
      case BOOLEAN -> value.isBoolean() || Set.of("true", "false").contains(value.asText());
      case INT -> isWhole(value, Integer.SIZE);
      case LONG -> isWhole(value, Long.SIZE);
      case FLOAT, DOUBLE -> number(value).isPresent();
      case BYTE_STRING -> value.isTextual() && isBase64(value.asText());
      case STRING -> value.isTextual();
      case MESSAGE -> isTime(field) ? value.isTextual() : value.isObject();
    };
  }

  private static boolean isWhole(JsonNode value, int bits) {
    return number(value)
        .filter(number -> number.stripTrailingZeros().scale() <= 0)
        .filter(number -> number.toBigInteger().bitLength() < bits)
        .isPresent();
  }

  private static Optional<BigDecimal> number(JsonNode value) {
    boolean isNumber = value.isNumber() || value.asText().matches("-?[0-9.]{1,40}");
    try {
      return isNumber && !value.isContainerNode()
          ? Optional.of(new BigDecimal(value.asText()))
          : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static boolean isBase64(String text) {
    try {
      Base64.getDecoder().decode(text.replace('-', '+').replace('_', '/'));
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** The first thing that is wrong with the JSON of a message; empty when nothing is found. */
  static Optional<String> wrong(Descriptor type, JsonNode json) {
    return wrong(type, json, "");
  }

  private static Optional<String> wrong(Descriptor type, JsonNode json, String place) {
    for (Map.Entry<String, JsonNode> entry : json.properties()) {
      String name = place.isEmpty() ? entry.getKey() : place + "." + entry.getKey();
      Optional<FieldDescriptor> field = field(type, entry.getKey());
      Optional<String> wrong =
          field.isPresent()
              ? wrong(field.get(), entry.getValue(), name)
              : Optional.of(name + ": there is no such field; there are " + names(type));
      if (wrong.isPresent()) {
        return wrong;
      }
    }
    return Optional.empty();
  }

  private static Optional<FieldDescriptor> field(Descriptor type, String name) {
    return type.getFields().stream()
        .filter(field -> field.getJsonName().equals(name) || field.getName().equals(name))
        .findFirst();
  }

  private static String names(Descriptor type) {
    return type.getFields().stream()
        .map(FieldDescriptor::getJsonName)
        .sorted()
        .collect(Collectors.joining(", "));
  }

  private static Optional<String> wrong(FieldDescriptor field, JsonNode value, String name) {
    if (value.isNull()) {
      return Optional.empty();
    }
    if (field.isMapField()) {
      FieldDescriptor inner = field.getMessageType().findFieldByName("value");
      return value.isObject()
          ? value.properties().stream()
              .flatMap(
                  entry -> one(inner, entry.getValue(), name + "[" + entry.getKey() + "]").stream())
              .findFirst()
          : Optional.of(name + ": must be an object");
    }
    if (field.isRepeated()) {
      return value.isArray() ? items(field, value, name) : Optional.of(name + ": must be a list");
    }
    return one(field, value, name);
  }

  private static Optional<String> one(FieldDescriptor field, JsonNode value, String name) {
    if (!takes(field, value)) {
      return Optional.of(name + ": must be " + must(field));
    }
    boolean isOurs =
        field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
            && !field.getMessageType().getFullName().startsWith("google.protobuf.");
    return isOurs ? wrong(field.getMessageType(), value, name) : Optional.empty();
  }

  private static Optional<String> items(FieldDescriptor field, JsonNode list, String name) {
    for (int i = 0; i < list.size(); i++) {
      Optional<String> wrong = one(field, list.get(i), name + "[" + i + "]");
      if (wrong.isPresent()) {
        return wrong;
      }
    }
    return Optional.empty();
  }
}
