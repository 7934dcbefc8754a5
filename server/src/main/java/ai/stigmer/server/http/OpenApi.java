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
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The OpenAPI 3.1 document: the contract's methods from its descriptors, and the other paths. */
public final class OpenApi {
  private static final Pattern IN_BRACES = Pattern.compile("\\{([^}]*)}");
  private static final Set<String> OPEN = Set.of(Probes.LIVE, Probes.READY);
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
   * @param query the query parameters
   * @param body what it takes; empty for a path that takes nothing
   * @param answer what a good answer has; empty where it is no JSON, or somebody else's
   */
  public record Extra(
      String verb,
      String path,
      String summary,
      String type,
      List<Field> query,
      Optional<Shape> body,
      Optional<Shape> answer) {
    public Extra {
      query = List.copyOf(query);
    }

    /** One that takes nothing. */
    public Extra(String verb, String path, String summary, String type) {
      this(verb, path, summary, type, List.of(), Optional.empty(), Optional.empty());
    }

    /** The same with query parameters. */
    public Extra asking(Field... parameters) {
      return new Extra(verb, path, summary, type, List.of(parameters), body, answer);
    }

    /** The same with a body. */
    public Extra taking(Shape shape) {
      return new Extra(verb, path, summary, type, query, Optional.of(shape), answer);
    }

    /** The same with that answer. */
    public Extra telling(Shape shape) {
      return new Extra(verb, path, summary, type, query, body, Optional.of(shape));
    }

    /** For example {@code postRunsByIdCancel}. */
    private String id() {
      return verb.toLowerCase(Locale.ROOT)
          + Pattern.compile("[A-Za-z0-9]+|\\{")
              .matcher(path.replaceFirst("^/api/", ""))
              .results()
              .map(MatchResult::group)
              .map(word -> word.equals("{") ? "By" : capital(word))
              .collect(Collectors.joining());
    }

    private static String capital(String word) {
      return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
    }
  }

  private void add(Extra extra) {
    ObjectNode operation =
        operation(extra.path(), extra.verb())
            .put("operationId", extra.id())
            .put("summary", extra.summary());
    operation.putArray("tags").add(tag(extra.path()));
    if (OPEN.contains(extra.path())) {
      operation.putArray("security");
    }
    ArrayNode parameters = JsonNodeFactory.instance.arrayNode();
    IN_BRACES.matcher(extra.path()).results().forEach(one -> inPath(one.group(1), parameters));
    for (Field field : extra.query()) {
      parameters
          .addObject()
          .put("name", field.name())
          .put("in", "query")
          .put("required", field.isRequired())
          .set("schema", field.schema());
    }
    if (!parameters.isEmpty()) {
      operation.set("parameters", parameters);
    }
    extra
        .body()
        .ifPresent(
            shape ->
                operation
                    .putObject("requestBody")
                    .put("required", !shape.isOptional())
                    .putObject("content")
                    .putObject("application/json")
                    .set("schema", shape.schema()));
    ObjectNode content = answers(operation, "Done.").putObject("content").putObject(extra.type());
    extra.answer().ifPresent(shape -> content.set("schema", shape.schema()));
  }

  /** The collection, or what stands first in the path. */
  private static String tag(String path) {
    String[] parts = path.split("/", -1);
    return parts[1].equals("api") ? parts[2] : parts[1];
  }

  private static void inPath(String name, ArrayNode parameters) {
    ObjectNode parameter = parameters.addObject().put("name", name);
    parameter.put("in", "path").put("required", true).putObject("schema").put("type", "string");
  }

  private ObjectNode operation(String path, String verb) {
    ObjectNode item = paths.has(path) ? (ObjectNode) paths.get(path) : paths.putObject(path);
    return item.putObject(verb.toLowerCase(Locale.ROOT));
  }

  private void add(Operation one) {
    // Methods of one path name its parameter after different fields.
    ObjectNode operation =
        operation(IN_BRACES.matcher(one.path()).replaceAll("{id}"), one.verb())
            .put("operationId", one.method().getService().getName() + "." + one.method().getName());
    operation.putArray("tags").add(tag(one.path()));
    ArrayNode parameters = JsonNodeFactory.instance.arrayNode();
    one.parameters().forEach(_ -> inPath("id", parameters));
    ContractFields.query(one)
        .forEach(
            (name, field) ->
                schema(
                    field,
                    parameters
                        .addObject()
                        .put("name", name)
                        .put("in", "query")
                        .putObject("schema")));
    if (!parameters.isEmpty()) {
      operation.set("parameters", parameters);
    }
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
