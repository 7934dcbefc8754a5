package ai.stigmer.models.ollama;

import ai.stigmer.graphton.model.ToolSpec;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tool calls that a model printed as text instead of calling.
 *
 * <p>Recognised are JSON objects with a name and arguments, alone, several in a row or in an array;
 * the same within {@code <tool_call>} tags; {@code <function=name>} with {@code <parameter=key>}
 * elements; each bare or in a code fence. The whole text must consist of such calls and every one
 * must name an offered tool; otherwise the text is text.
 */
final class TextCalls {

  /** A call as it was printed. */
  record Printed(String name, ObjectNode arguments) {}

  private static final Pattern BETWEEN =
      Pattern.compile("(?:\\s|</?tool_call>|</?tools>|```[a-zA-Z_]*+)*+");
  private static final Pattern FENCE = Pattern.compile("```");
  private static final Pattern FUNCTION = Pattern.compile("<function=([A-Za-z0-9_-]{1,64})>");
  private static final Pattern PARAMETER_OPEN =
      Pattern.compile("\\s*+<parameter=([^>\\s]{1,128})>");
  private static final String PARAMETER_END = "</parameter>";
  private static final Pattern FUNCTION_END = Pattern.compile("\\s*+</function>");
  private static final Set<String> KNOWN_KEYS =
      Set.of("id", "type", "index", "name", "arguments", "parameters", "function");

  private final String text;
  private final List<ToolSpec> offered;
  private final List<Printed> calls = new ArrayList<>();
  private int at;

  private TextCalls(String text, List<ToolSpec> offered) {
    this.text = text;
    this.offered = offered;
  }

  /** The calls that the text consists of; empty when it is anything else. Never throws. */
  static List<Printed> in(String text, List<ToolSpec> offered) {
    if (offered.isEmpty() || FENCE.matcher(text).results().count() % 2 != 0) {
      return List.of();
    }
    TextCalls reader = new TextCalls(text, offered);
    return reader.readAll() ? List.copyOf(reader.calls) : List.of();
  }

  private boolean readAll() {
    skipBetween();
    while (at < text.length()) {
      boolean read = text.charAt(at) == '<' ? readFunction() : readJson();
      if (!read) {
        return false;
      }
      skipBetween();
    }
    return true;
  }

  private void skipBetween() {
    Matcher between = BETWEEN.matcher(text).region(at, text.length());
    if (between.lookingAt()) {
      at = between.end();
    }
  }

  private boolean readJson() {
    char first = text.charAt(at);
    if (first != '{' && first != '[') {
      return false;
    }
    String rest = text.substring(at);
    try (JsonParser parser = Json.LENIENT.createParser(rest)) {
      JsonNode value = Json.LENIENT.readTree(parser);
      at += Math.toIntExact(parser.currentLocation().getCharOffset());
      return value != null && accept(value);
    } catch (IOException e) {
      return false;
    }
  }

  private boolean accept(JsonNode value) {
    return switch (value) {
      case ArrayNode array -> {
        boolean all = !array.isEmpty();
        for (JsonNode element : array) {
          all = all && element.isObject() && accept(element);
        }
        yield all;
      }
      case ObjectNode object -> acceptObject(object);
      default -> false;
    };
  }

  private boolean acceptObject(ObjectNode object) {
    for (var field : object.properties()) {
      if (!KNOWN_KEYS.contains(field.getKey())) {
        return false;
      }
    }
    if (object.get("function") instanceof ObjectNode inner && !object.has("name")) {
      return !inner.has("function") && acceptObject(inner);
    }
    JsonNode name = object.path("name");
    JsonNode arguments =
        object.has("arguments") ? object.path("arguments") : object.path("parameters");
    if (!name.isTextual() || object.has("function") || spec(name.textValue()).isEmpty()) {
      return false;
    }
    Optional<ObjectNode> parsed = argumentsOf(arguments);
    parsed.ifPresent(node -> calls.add(new Printed(name.textValue(), node)));
    return parsed.isPresent();
  }

  private static Optional<ObjectNode> argumentsOf(JsonNode node) {
    if (node instanceof ObjectNode object) {
      return Optional.of(object);
    }
    if (!node.isTextual()) {
      return Optional.empty();
    }
    try {
      return Json.MAPPER.readTree(node.textValue()) instanceof ObjectNode object
          ? Optional.of(object)
          : Optional.empty();
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private Optional<ToolSpec> spec(String name) {
    return offered.stream().filter(tool -> tool.name().equals(name)).findFirst();
  }

  private boolean readFunction() {
    Matcher open = FUNCTION.matcher(text).region(at, text.length());
    if (!open.lookingAt()) {
      return false;
    }
    Optional<ToolSpec> tool = spec(open.group(1));
    if (tool.isEmpty()) {
      return false;
    }
    at = open.end();
    ObjectNode arguments = Json.NODES.objectNode();
    JsonNode types = Json.objectOrEmpty(tool.get().schema()).path("properties");
    while (readParameter(arguments, types)) {
      // Each round reads one parameter.
    }
    Matcher close = FUNCTION_END.matcher(text).region(at, text.length());
    if (!close.lookingAt()) {
      return false;
    }
    at = close.end();
    calls.add(new Printed(tool.get().name(), arguments));
    return true;
  }

  private boolean readParameter(ObjectNode arguments, JsonNode types) {
    Matcher open = PARAMETER_OPEN.matcher(text).region(at, text.length());
    if (!open.lookingAt()) {
      return false;
    }
    int end = text.indexOf(PARAMETER_END, open.end());
    if (end < 0) {
      return false;
    }
    String key = open.group(1);
    String value = withoutOuterLineBreaks(text.substring(open.end(), end));
    arguments.set(key, typed(value, types.path(key).path("type").asText("string")));
    at = end + PARAMETER_END.length();
    return true;
  }

  private static String withoutOuterLineBreaks(String value) {
    int from = value.startsWith("\n") ? 1 : 0;
    int to = value.endsWith("\n") && value.length() > from ? value.length() - 1 : value.length();
    return value.substring(from, to);
  }

  /** XML knows only text; the tool's schema says what was meant. */
  private static JsonNode typed(String value, String type) {
    if (type.equals("string")) {
      return Json.NODES.textNode(value);
    }
    try {
      JsonNode parsed = Json.MAPPER.readTree(value);
      return parsed.isMissingNode() ? Json.NODES.textNode(value) : parsed;
    } catch (JsonProcessingException e) {
      return Json.NODES.textNode(value);
    }
  }
}
