package ai.stigmer.graphton.tool;

import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.model.ToolSpec;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes a tool from a few words and a function. Begins with {@link Tool#named}. Not thread-safe.
 */
public final class ToolBuilder {

  /** The simplest body: arguments in, text out. */
  @FunctionalInterface
  public interface TextBody {
    String apply(ToolArguments arguments) throws Exception;
  }

  /** A body that knows its call and chooses the result's status. */
  @FunctionalInterface
  public interface Body {
    ToolResult apply(ToolArguments arguments, ToolContext context) throws Exception;
  }

  private final String name;
  private final ObjectNode properties = JsonNodeFactory.instance.objectNode();
  private final List<String> required = new ArrayList<>();
  private String description = "";
  private EffectClass effect = EffectClass.UNSAFE;

  ToolBuilder(String name) {
    this.name = name;
  }

  /** What the tool does and when to use it, for the model. */
  public ToolBuilder describedAs(String text) {
    this.description = text;
    return this;
  }

  public ToolBuilder string(String argument, String meaning) {
    required.add(argument);
    return property(argument, "string", meaning);
  }

  public ToolBuilder optionalString(String argument, String meaning) {
    return property(argument, "string", meaning);
  }

  public ToolBuilder integer(String argument, String meaning) {
    required.add(argument);
    return property(argument, "integer", meaning);
  }

  public ToolBuilder optionalInteger(String argument, String meaning) {
    return property(argument, "integer", meaning);
  }

  /** A truth value that is false when it is missing. */
  public ToolBuilder flag(String argument, String meaning) {
    return property(argument, "boolean", meaning);
  }

  /** The tool changes nothing. */
  public ToolBuilder readOnly() {
    this.effect = EffectClass.READ;
    return this;
  }

  /** The tool may be run again with the same {@link ToolContext#idempotencyKey} and works once. */
  public ToolBuilder idempotent() {
    this.effect = EffectClass.IDEMPOTENT;
    return this;
  }

  /** The finished tool; its result is the text that the body returns. */
  public Tool calling(TextBody body) {
    return calling((arguments, context) -> ToolResult.ok(body.apply(arguments)));
  }

  /**
   * The finished tool.
   *
   * @throws IllegalArgumentException when the name is not 1 to 64 letters, digits, {@code _} or
   *     {@code -}
   */
  public Tool calling(Body body) {
    ObjectNode schema = JsonNodeFactory.instance.objectNode().put("type", "object");
    schema.set("properties", properties.deepCopy());
    var names = schema.putArray("required");
    required.forEach(names::add);
    return new Built(new ToolSpec(name, description, schema.toString()), effect, body);
  }

  private ToolBuilder property(String argument, String type, String meaning) {
    properties.putObject(argument).put("type", type).put("description", meaning);
    return this;
  }

  private record Built(ToolSpec spec, EffectClass effect, Body body) implements Tool {
    @Override
    public ToolResult run(ToolArguments arguments, ToolContext context) throws Exception {
      return body.apply(arguments, context);
    }
  }
}
