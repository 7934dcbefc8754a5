package ai.stigmer.graphton.tool;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.model.ToolSpec;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the arguments of a call against the tool's schema: the types string, integer, number,
 * boolean, array and object, required names, enums, and the properties of objects within arrays.
 * Names that the schema does not know are refused. Numbers and truth values that came as text are
 * taken for what they say.
 */
public final class ArgumentCheck {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  private static final int LONGEST_NAME = 100;
  private static final Pattern INTEGER = Pattern.compile("-?\\d{1,18}");
  private static final Pattern NUMBER = Pattern.compile("-?\\d{1,18}(\\.\\d{1,18})?");

  private ArgumentCheck() {}

  /** What came of a check. */
  public sealed interface Checked {
    record Valid(ToolArguments arguments) implements Checked {
      public Valid {
        requireNonNull(arguments, "arguments is null");
      }
    }

    /** The hint is for the model: what is wrong and what was expected. */
    record Invalid(String hint) implements Checked {
      public Invalid {
        requireNonNull(hint, "hint is null");
      }
    }
  }

  public static Checked check(ToolSpec spec, String arguments) {
    JsonNode schema = schema(spec);
    JsonNode given;
    try {
      given = arguments.isBlank() ? JSON.createObjectNode() : JSON.readTree(arguments);
    } catch (JsonProcessingException e) {
      return new Checked.Invalid(
          "The arguments of "
              + spec.name()
              + " are not valid JSON: "
              + e.getOriginalMessage()
              + ". "
              + wanted(schema.path("properties")));
    }
    if (!(given instanceof ObjectNode object)) {
      return new Checked.Invalid(
          "The arguments of "
              + spec.name()
              + " must be a JSON object, but are "
              + kind(given)
              + ". "
              + wanted(schema.path("properties")));
    }
    try {
      return new Checked.Valid(new ToolArguments(object(spec.name(), "", object, schema)));
    } catch (Refused e) {
      return new Checked.Invalid(String.valueOf(e.getMessage()));
    }
  }

  private static JsonNode schema(ToolSpec spec) {
    try {
      return JSON.readTree(spec.schema());
    } catch (JsonProcessingException e) {
      return JSON.missingNode();
    }
  }

  private static String wanted(JsonNode properties) {
    return "Send one JSON object"
        + (properties.isEmpty() ? "." : " with " + names(properties) + ".");
  }

  private static String names(JsonNode properties) {
    var known = new ArrayList<String>();
    properties.fieldNames().forEachRemaining(known::add);
    return String.join(", ", known);
  }

  private static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    Refused(String message) {
      super(message, null, false, false);
    }
  }

  private static ObjectNode object(String tool, String path, ObjectNode given, JsonNode schema)
      throws Refused {
    JsonNode properties = schema.path("properties");
    for (JsonNode name : schema.path("required")) {
      JsonNode value = given.get(name.asText());
      if (value == null || value.isNull()) {
        throw new Refused(
            tool
                + " needs the argument \""
                + path
                + name.asText()
                + "\" ("
                + expected(properties.path(name.asText()))
                + ").");
      }
    }
    ObjectNode read = JsonNodeFactory.instance.objectNode();
    for (Map.Entry<String, JsonNode> field : given.properties()) {
      JsonNode property = properties.get(field.getKey());
      if (property == null) {
        throw new Refused(unknown(tool, path + field.getKey(), properties));
      }
      if (!field.getValue().isNull()) {
        read.set(field.getKey(), value(tool, path + field.getKey(), field.getValue(), property));
      }
    }
    return read;
  }

  private static JsonNode value(String tool, String path, JsonNode given, JsonNode schema)
      throws Refused {
    JsonNode read = converted(given, schema.path("type").asText(""));
    if (read == null) {
      throw new Refused(
          "The argument \""
              + path
              + "\" of "
              + tool
              + " must be "
              + expected(schema)
              + ", but is "
              + kind(given)
              + ".");
    }
    List<String> allowed = texts(schema.path("enum"));
    if (!allowed.isEmpty() && !allowed.contains(read.asText())) {
      throw new Refused(
          "The argument \"" + path + "\" of " + tool + " must be " + expected(schema) + ".");
    }
    if (read instanceof ObjectNode object && schema.has("properties")) {
      return object(tool, path + ".", object, schema);
    }
    if (read.isArray() && schema.has("items")) {
      var items = JsonNodeFactory.instance.arrayNode();
      for (int i = 0; i < read.size(); i++) {
        items.add(value(tool, path + "[" + i + "]", read.get(i), schema.path("items")));
      }
      return items;
    }
    return read;
  }

  private static @Nullable JsonNode converted(JsonNode given, String type) {
    String text = given.isTextual() ? given.asText().strip() : "";
    return switch (type) {
      case "string" -> given.isTextual() ? given : given.isNumber() ? text(given) : null;
      case "integer" -> {
        if (given.isNumber()) {
          yield wholeNumber(given);
        }
        yield INTEGER.matcher(text).matches()
            ? JsonNodeFactory.instance.numberNode(Long.parseLong(text))
            : null;
      }
      case "number" ->
          given.isNumber()
              ? given
              : NUMBER.matcher(text).matches()
                  ? JsonNodeFactory.instance.numberNode(Double.parseDouble(text))
                  : null;
      case "boolean" ->
          given.isBoolean()
              ? given
              : text.equals("true") || text.equals("false")
                  ? JsonNodeFactory.instance.booleanNode(text.equals("true"))
                  : null;
      case "array" -> given.isArray() ? given : null;
      case "object" -> given.isObject() ? given : null;
      default -> given;
    };
  }

  /** A number that a long can hold without loss, also when it was written as 3.0. */
  private static @Nullable JsonNode wholeNumber(JsonNode number) {
    boolean whole = number.isIntegralNumber() || number.asDouble() == Math.rint(number.asDouble());
    return whole && number.canConvertToLong()
        ? JsonNodeFactory.instance.numberNode(number.asLong())
        : null;
  }

  private static JsonNode text(JsonNode number) {
    return JsonNodeFactory.instance.textNode(number.asText());
  }

  private static String unknown(String tool, String name, JsonNode properties) {
    String cut = name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) + "…" : name;
    return tool
        + " has no argument \""
        + cut
        + "\"; "
        + (properties.isEmpty() ? "it takes none." : "it takes " + names(properties) + ".");
  }

  private static String expected(JsonNode schema) {
    List<String> allowed = texts(schema.path("enum"));
    if (!allowed.isEmpty()) {
      return "one of " + String.join(", ", allowed);
    }
    return switch (schema.path("type").asText("")) {
      case "string" -> "a text";
      case "integer" -> "a whole number";
      case "number" -> "a number";
      case "boolean" -> "true or false";
      case "array" -> "a list";
      case "object" -> "an object";
      default -> "a value";
    };
  }

  private static String kind(JsonNode node) {
    return switch (node.getNodeType()) {
      case STRING -> "a text";
      case NUMBER -> "a number";
      case BOOLEAN -> "a truth value";
      case ARRAY -> "a list";
      case OBJECT, POJO -> "an object";
      case NULL, MISSING, BINARY -> "nothing";
    };
  }

  private static List<String> texts(JsonNode array) {
    var texts = new ArrayList<String>();
    array.forEach(node -> texts.add(node.asText()));
    return texts;
  }
}
