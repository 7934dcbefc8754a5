package ai.stigmer.cli.screen;

import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;

/** A tool call in one compact line: name, first argument, status, size of the result. */
public final class ToolLine {
  private static final int ARGUMENT = 70;
  private static final int REASON = 100;
  private static final JsonFactory JSON = new JsonFactory();
  private static final ObjectMapper TREES = new ObjectMapper();

  private ToolLine() {}

  public static String of(ToolCall call, ToolResult result, Palette palette) {
    String size = size(result.text());
    return switch (result.status()) {
      case OK -> palette.green("✓") + " " + call(call) + palette.dim(" · " + size);
      case ERROR -> palette.red("✗") + " " + call(call) + " · error: " + reason(result);
      case DENIED -> palette.red("✗") + " " + call(call) + " · denied";
      case UNKNOWN -> palette.red("?") + " " + call(call) + " · UNKNOWN whether it happened";
      case NOT_RUN -> palette.dim("- " + call(call) + " · not run");
    };
  }

  /** The tool's name and its first argument. */
  public static String call(ToolCall call) {
    String argument = firstArgument(call.arguments());
    String name = Visible.line(call.name(), ARGUMENT);
    return argument.isEmpty() ? name : name + " " + Visible.line(argument, ARGUMENT);
  }

  /** The first text argument whole; the arguments as they are when there is none. */
  public static String command(ToolCall call) {
    String argument = firstArgument(call.arguments());
    return argument.isEmpty() ? call.arguments() : argument;
  }

  /**
   * The arguments with another text in the place of the first one; the text alone when it is JSON
   * or there is nothing to put it in the place of.
   */
  public static String replaced(ToolCall call, String typed) {
    try {
      if (!typed.startsWith("{") && TREES.readTree(call.arguments()) instanceof ObjectNode json) {
        for (Map.Entry<String, JsonNode> field : json.properties()) {
          if (field.getValue().isTextual()) {
            return json.put(field.getKey(), typed).toString();
          }
        }
      }
    } catch (JsonProcessingException e) {
      return typed;
    }
    return typed;
  }

  private static String reason(ToolResult result) {
    return Visible.line(result.text().strip().lines().findFirst().orElse(""), REASON);
  }

  /**
   * The value of the first text argument; empty when there is none or the arguments are no JSON.
   */
  static String firstArgument(String arguments) {
    try (JsonParser parser = JSON.createParser(arguments)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return "";
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        if (parser.nextToken() == JsonToken.VALUE_STRING) {
          return parser.getText();
        }
        parser.skipChildren();
      }
      return "";
    } catch (IOException e) {
      return "";
    }
  }

  static String size(String text) {
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    return bytes < 1024 ? bytes + " B" : String.format(Locale.ROOT, "%.1f KB", bytes / 1024.0);
  }
}
