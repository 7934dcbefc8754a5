package ai.stigmer.graphton.tool;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.OptionalInt;

/** The arguments of a call, already checked against the tool's schema: required ones are there. */
public final class ToolArguments {
  private final ObjectNode json;

  public ToolArguments(ObjectNode json) {
    this.json = json;
  }

  /**
   * A required text.
   *
   * @throws IllegalArgumentException when the schema did not require it and it is missing
   */
  public String string(String name) {
    return optionalString(name)
        .orElseThrow(() -> new IllegalArgumentException("argument \"" + name + "\" is missing"));
  }

  public Optional<String> optionalString(String name) {
    return value(name).map(JsonNode::asText);
  }

  /** A whole number; one that is too large for an int becomes the nearest int. */
  public OptionalInt optionalInt(String name) {
    return value(name)
        .map(
            node -> OptionalInt.of(Math.clamp(node.asLong(), Integer.MIN_VALUE, Integer.MAX_VALUE)))
        .orElse(OptionalInt.empty());
  }

  /** A truth value; {@code false} when it is missing. */
  public boolean flag(String name) {
    return value(name).map(JsonNode::asBoolean).orElse(false);
  }

  /** The whole arguments as JSON. Not to be changed. */
  public ObjectNode json() {
    return json;
  }

  private Optional<JsonNode> value(String name) {
    return Optional.ofNullable(json.get(name)).filter(node -> !node.isNull());
  }
}
