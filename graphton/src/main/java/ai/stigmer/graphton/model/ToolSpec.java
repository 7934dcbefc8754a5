package ai.stigmer.graphton.model;

import static java.util.Objects.requireNonNull;

/**
 * A tool as a model sees it.
 *
 * @param name letters, digits, {@code _} and {@code -}, at most 64 characters
 * @param description what it does and when to use it
 * @param schema the arguments as a JSON Schema object, in JSON
 */
public record ToolSpec(String name, String description, String schema) {
  public ToolSpec {
    requireNonNull(description, "description is null");
    requireNonNull(schema, "schema is null");
    if (!name.matches("[A-Za-z0-9_-]{1,64}")) {
      throw new IllegalArgumentException(
          "tool name \"" + name + "\" must be 1 to 64 letters, digits, '_' or '-'");
    }
  }
}
