package ai.stigmer.server.http;

import ai.stigmer.server.http.Paths.Operation;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The OpenAPI 3.1 document: the contract's methods from its descriptors, and the other paths. */
public final class OpenApi {
  private static final Pattern IN_BRACES = Pattern.compile("\\{([^}]*)}");
  private static final String REF = "#/components/schemas/";

  private final ObjectNode document = JsonNodeFactory.instance.objectNode();
  private final ObjectNode paths;
  private final ArrayDeque<Descriptor> wanted = new ArrayDeque<>();
  private final Set<String> known = new HashSet<>();

  private OpenApi() {
    document.put("openapi", "3.1.0");
    document
        .putObject("info")
        .put("title", "Stigmer")
        .put("version", "v1")
        .put("description", "Agents, their executions and what happens in them.");
    document.putArray("security").addObject().putArray("bearer");
    paths = document.putObject("paths");
  }

  /** The document of these methods and of everything else that is served. */
  public static ObjectNode of(List<Operation> operations, List<Extra> extras) {
    var api = new OpenApi();
    operations.forEach(api::add);
    extras.forEach(api::add);
    api.components();
    return api.document;
  }

  /**
   * A path that no method of the contract stands behind.
   *
   * @param path with parameters in braces
   * @param type the media type of a good answer
   */
  public record Extra(String verb, String path, String summary, String type) {}

  private void add(Extra extra) {
    ObjectNode operation = operation(extra.path(), extra.verb()).put("summary", extra.summary());
    Matcher names = IN_BRACES.matcher(extra.path());
    while (names.find()) {
      ObjectNode parameter =
          operation.withArray("/parameters").addObject().put("name", names.group(1));
      parameter.put("in", "path").put("required", true).putObject("schema").put("type", "string");
    }
    if (extra.verb().equals("POST")) {
      json(operation.putObject("requestBody").put("required", true)).put("type", "object");
    }
    ObjectNode good = answers(operation, "Done.");
    good.putObject("content").putObject(extra.type());
  }

  private ObjectNode operation(String path, String verb) {
    ObjectNode item = paths.has(path) ? (ObjectNode) paths.get(path) : paths.putObject(path);
    return item.putObject(verb.toLowerCase(Locale.ROOT));
  }

  private void add(Operation one) {
    ObjectNode operation =
        operation(one.path(), one.verb())
            .put("operationId", one.method().getService().getName() + "." + one.method().getName());
    operation.putArray("tags").add(one.path().split("/", -1)[2]);
    parameters(one, operation);
    Descriptor input = one.method().getInputType();
    if (one.body().equals("*")) {
      refer(json(operation.putObject("requestBody").put("required", true)), input);
    } else if (!one.body().isEmpty()) {
      schema(
          input.findFieldByName(one.body()),
          json(operation.putObject("requestBody").put("required", true)));
    }
    refer(json(answers(operation, "Done.")), one.method().getOutputType());
  }

  private void parameters(Operation one, ObjectNode operation) {
    ArrayNode parameters = JsonNodeFactory.instance.arrayNode();
    var inPath = new HashSet<String>();
    Matcher names = IN_BRACES.matcher(one.path());
    while (names.find()) {
      inPath.add(names.group(1));
      ObjectNode parameter = parameters.addObject().put("name", names.group(1));
      parameter.put("in", "path").put("required", true).putObject("schema").put("type", "string");
    }
    if (one.body().isEmpty()) {
      for (FieldDescriptor field : one.method().getInputType().getFields()) {
        query(field, "", inPath, parameters);
      }
    }
    if (!parameters.isEmpty()) {
      operation.set("parameters", parameters);
    }
  }

  private void query(
      FieldDescriptor field, String prefix, Set<String> inPath, ArrayNode parameters) {
    String name = prefix + field.getName();
    if (inPath.contains(name)) {
      return;
    }
    if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
      for (FieldDescriptor inner : field.getMessageType().getFields()) {
        query(inner, name + ".", inPath, parameters);
      }
      return;
    }
    schema(field, parameters.addObject().put("name", name).put("in", "query").putObject("schema"));
  }

  private static ObjectNode answers(ObjectNode operation, String good) {
    ObjectNode answers = operation.putObject("responses");
    ObjectNode done = answers.putObject("200").put("description", good);
    answers
        .putObject("default")
        .put("description", "What is wrong.")
        .putObject("content")
        .putObject("application/problem+json")
        .putObject("schema")
        .put("$ref", REF + "Problem");
    return done;
  }

  private static ObjectNode json(ObjectNode of) {
    return of.putObject("content").putObject("application/json").putObject("schema");
  }

  private void refer(ObjectNode schema, Descriptor type) {
    switch (type.getFullName()) {
      case "google.protobuf.Struct" -> schema.put("type", "object");
      case "google.protobuf.Value" -> {}
      case "google.protobuf.Timestamp" -> schema.put("type", "string").put("format", "date-time");
      default -> {
        schema.put("$ref", REF + type.getFullName());
        if (known.add(type.getFullName())) {
          wanted.add(type);
        }
      }
    }
  }

  private void components() {
    ObjectNode components = document.putObject("components");
    components
        .putObject("securitySchemes")
        .putObject("bearer")
        .put("type", "http")
        .put("scheme", "bearer");
    ObjectNode schemas = components.putObject("schemas");
    ObjectNode problem = schemas.putObject("Problem").put("type", "object");
    for (String name : List.of("type", "title", "code", "detail")) {
      problem.withObject("/properties").putObject(name).put("type", "string");
    }
    problem.withObject("/properties").putObject("status").put("type", "integer");
    while (!wanted.isEmpty()) {
      Descriptor type = wanted.poll();
      ObjectNode schema = schemas.putObject(type.getFullName()).put("type", "object");
      ObjectNode properties = schema.putObject("properties");
      for (FieldDescriptor field : type.getFields()) {
        schema(field, properties.putObject(field.getJsonName()));
      }
    }
  }

  private void schema(FieldDescriptor field, ObjectNode schema) {
    if (field.isMapField()) {
      one(
          field.getMessageType().findFieldByName("value"),
          schema.put("type", "object").putObject("additionalProperties"));
    } else if (field.isRepeated()) {
      one(field, schema.put("type", "array").putObject("items"));
    } else {
      one(field, schema);
    }
  }

  private void one(FieldDescriptor field, ObjectNode schema) {
    switch (field.getJavaType()) {
      case MESSAGE -> refer(schema, field.getMessageType());
      case ENUM -> {
        ArrayNode values = schema.put("type", "string").putArray("enum");
        field.getEnumType().getValues().stream()
            .map(EnumValueDescriptor::getName)
            .forEach(values::add);
      }
      case BOOLEAN -> schema.put("type", "boolean");
      case INT -> schema.put("type", "integer").put("format", "int32");
      // The JSON of protobuf writes 64 bits as text, which no reader rounds.
      case LONG -> schema.put("type", "string").put("format", "int64");
      case FLOAT, DOUBLE -> schema.put("type", "number");
      case BYTE_STRING -> schema.put("type", "string").put("contentEncoding", "base64");
      case STRING -> schema.put("type", "string");
    }
  }
}
