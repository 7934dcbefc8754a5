package ai.stigmer.graphton.message;

import static java.util.Objects.requireNonNull;

/** One entry of the conversation that a model sees. The system text is not a message. */
public sealed interface Message {

  /** What the user said. */
  record User(String text) implements Message {
    public User {
      requireNonNull(text, "text is null");
    }
  }

  /** What the model said. */
  record Assistant(ModelTurn turn) implements Message {
    public Assistant {
      requireNonNull(turn, "turn is null");
    }
  }

  /** The answer to one tool call of the preceding assistant message. */
  record ToolAnswer(ToolCall call, ToolResult result) implements Message {
    public ToolAnswer {
      requireNonNull(call, "call is null");
      requireNonNull(result, "result is null");
    }
  }
}
