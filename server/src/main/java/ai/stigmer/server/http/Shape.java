package ai.stigmer.server.http;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The JSON object that a path of ours takes. The document tells it, and requests are held against
 * it.
 */
public record Shape(List<Field> fields, Others others) {
  /** Numbers stay as they were written: arguments of a call may hold them. */
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  public Shape {
    fields = List.copyOf(fields);
    requireNonNull(others, "others is null");
  }

  /** What becomes of fields that are not of the shape. */
  public enum Others {
    /** Whoever sends one means something by it, and would not get that. */
    REFUSED,
    /** Clients send what other servers know. */
    IGNORED
  }

  /** A shape that has these fields and no others. */
  public static Shape of(Field... fields) {
    return new Shape(List.of(fields), Others.REFUSED);
  }

  /** One of which only these fields count. */
  public static Shape atLeast(Field... fields) {
    return new Shape(List.of(fields), Others.IGNORED);
  }

  /** Whether a request may go without it. */
  boolean isOptional() {
    return fields.stream().noneMatch(Field::isRequired);
  }

  /**
   * Reads a body; an empty one is an object without fields. A field that is null is left out, as in
   * the contract's own JSON.
   *
   * @throws ProblemException {@code E561} for one that is not of this shape
   */
  public JsonNode read(String text) {
    JsonNode body;
    try {
      body = JSON.readTree(text.isBlank() ? "{}" : text);
    } catch (JsonProcessingException e) {
      throw noObject();
    }
    if (!body.isObject()) {
      throw noObject();
    }
    if (others == Others.REFUSED) {
      refuseOthers(body);
    }
    body.properties().removeIf(field -> field.getValue().isNull());
    for (Field field : fields) {
      JsonNode value = body.path(field.name());
      if (value.isMissingNode() ? field.isRequired() : !field.takes(value)) {
        throw wrong(field.name() + ": must be " + field.must());
      }
    }
    return body;
  }

  /** What a caller is told whose body is something else. */
  static ProblemException noObject() {
    return wrong("the body must be a JSON object");
  }

  private void refuseOthers(JsonNode body) {
    for (Iterator<String> names = body.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (fields.stream().noneMatch(field -> field.name().equals(name))) {
        throw wrong(name + ": there is no such field; there are " + names());
      }
    }
  }

  private String names() {
    return fields.stream().map(Field::name).sorted().collect(Collectors.joining(", "));
  }

  /** As JSON Schema has it. */
  ObjectNode schema() {
    ObjectNode schema = JsonNodeFactory.instance.objectNode().put("type", "object");
    ObjectNode properties = schema.putObject("properties");
    fields.forEach(field -> properties.set(field.name(), field.schema()));
    if (!isOptional()) {
      fields.stream()
          .filter(Field::isRequired)
          .forEach(field -> schema.withArray("/required").add(field.name()));
    }
    return schema.put("additionalProperties", others == Others.IGNORED);
  }

  /** What a caller is told whose request is wrong, field first. */
  public static ProblemException wrong(String what) {
    return Problem.of("E561", Problem.Category.USAGE, what)
        .help("GET /openapi.json tells what each path takes")
        .asException();
  }
}
