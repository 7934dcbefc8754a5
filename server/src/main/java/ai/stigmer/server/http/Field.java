package ai.stigmer.server.http;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/**
 * A field of a body, or a query parameter, of a path that no method of the contract stands behind.
 *
 * @param must what it has to be, behind "must be"; empty for one of an answer
 * @param choices the texts that it takes; empty for any
 * @param items what a list has in it; empty for whatever it is
 */
public record Field(
    String name, Type type, Need need, String must, List<String> choices, Optional<Shape> items) {
  public Field {
    choices = List.copyOf(choices);
    requireNonNull(name, "name is null");
    requireNonNull(type, "type is null");
    requireNonNull(need, "need is null");
    requireNonNull(must, "must is null");
  }

  /** Whether a request goes without it. */
  public enum Need {
    REQUIRED,
    OPTIONAL
  }

  /** What JSON it takes. */
  public enum Type {
    TEXT,
    WHOLE_NUMBER,
    TRUTH,
    OBJECT,
    OBJECT_OR_TEXT,
    LIST;

    private boolean takes(JsonNode value) {
      return switch (this) {
        case TEXT -> value.isTextual();
        case WHOLE_NUMBER -> value.isIntegralNumber();
        case TRUTH -> value.isBoolean();
        case OBJECT -> value.isObject();
        case OBJECT_OR_TEXT -> value.isObject() || value.isTextual();
        case LIST -> value.isArray();
      };
    }

    private void name(ObjectNode schema) {
      switch (this) {
        case TEXT -> schema.put("type", "string");
        case WHOLE_NUMBER -> schema.put("type", "integer");
        case TRUTH -> schema.put("type", "boolean");
        case OBJECT -> schema.put("type", "object");
        case OBJECT_OR_TEXT -> schema.putArray("type").add("object").add("string");
        case LIST -> schema.put("type", "array");
      }
    }
  }

  /** One that has to be there. */
  public static Field required(String name, Type type, String must) {
    return new Field(name, type, Need.REQUIRED, must, List.of(), Optional.empty());
  }

  /** One that has to be there and is one of a few texts. */
  public static Field choice(String name, List<String> choices) {
    String must =
        String.join(", ", choices.subList(0, choices.size() - 1)) + " or " + choices.getLast();
    return new Field(name, Type.TEXT, Need.REQUIRED, must, choices, Optional.empty());
  }

  /** One of an answer that is always there. */
  public static Field told(String name, Type type) {
    return required(name, type, "");
  }

  /** The same with a list of objects. */
  public static Field told(String name, Shape items) {
    return new Field(name, Type.LIST, Need.REQUIRED, "", List.of(), Optional.of(items));
  }

  /** One that may be left out. */
  public static Field optional(String name, Type type, String must) {
    return new Field(name, type, Need.OPTIONAL, must, List.of(), Optional.empty());
  }

  boolean isRequired() {
    return need == Need.REQUIRED;
  }

  boolean takes(JsonNode value) {
    return type.takes(value) && (choices.isEmpty() || choices.contains(value.asText()));
  }

  /** Whether it takes that as a query parameter; an empty one that is optional is left out. */
  boolean takes(String text) {
    if (text.isEmpty() && !isRequired()) {
      return true;
    }
    return switch (type) {
      case WHOLE_NUMBER -> text.matches("[0-9]{1,9}");
      case TEXT -> true;
      case TRUTH, OBJECT, OBJECT_OR_TEXT, LIST -> false;
    };
  }

  /** As JSON Schema has it. */
  ObjectNode schema() {
    ObjectNode schema = JsonNodeFactory.instance.objectNode();
    type.name(schema);
    if (type == Type.LIST) {
      schema.set("items", items.map(Shape::schema).orElseGet(schema::objectNode));
    }
    if (!choices.isEmpty()) {
      ArrayNode values = schema.putArray("enum");
      choices.forEach(values::add);
    }
    return must.isEmpty() ? schema : schema.put("description", "Must be " + must + ".");
  }
}
