package ai.stigmer.cli.screen;

import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A tool call in one compact line: name, first argument, status, size of the result. */
public final class ToolLine {
  private static final int ARGUMENT = 70;
  private static final int REASON = 100;
  private static final JsonFactory JSON = new JsonFactory();

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
