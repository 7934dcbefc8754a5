package ai.stigmer.graphton.message;

import static java.util.Objects.requireNonNull;

/**
 * What became of a tool call, as the model is told.
 *
 * @param text the text put before the model
 */
public record ToolResult(Status status, String text) {

  /** How a tool call ended. */
  public enum Status {
    /** The tool ran and succeeded. */
    OK,
    /** The call was wrong or the tool failed; the text says how to do better. */
    ERROR,
    /** The user or the policy refused; nothing ran. */
    DENIED,
    /** The process died between the intent and the outcome: it may or may not have run. */
    UNKNOWN,
    /** The run ended before the call was started; nothing ran. */
    NOT_RUN
  }

  public ToolResult {
    requireNonNull(status, "status is null");
    requireNonNull(text, "text is null");
  }

  public static ToolResult ok(String text) {
    return new ToolResult(Status.OK, text);
  }

  public static ToolResult error(String text) {
    return new ToolResult(Status.ERROR, text);
  }

  public static ToolResult denied(String text) {
    return new ToolResult(Status.DENIED, text);
  }
}
