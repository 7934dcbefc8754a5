package ai.stigmer.graphton.message;

import static java.util.Objects.requireNonNull;

/**
 * A model's request to run one tool.
 *
 * @param id unique within the run
 * @param name the tool's name as the model wrote it; it may name no offered tool
 * @param arguments the arguments as the model wrote them: a JSON object when the model behaves, any
 *     text when it does not
 */
public record ToolCall(String id, String name, String arguments) {
  public ToolCall {
    requireNonNull(id, "id is null");
    requireNonNull(name, "name is null");
    requireNonNull(arguments, "arguments is null");
  }
}
