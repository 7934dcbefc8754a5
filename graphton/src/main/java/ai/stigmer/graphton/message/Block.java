package ai.stigmer.graphton.message;

import static java.util.Objects.requireNonNull;

/** One part of what a model said, in the order in which it said it. */
public sealed interface Block {

  /** Text for the user. */
  record Text(String text) implements Block {
    public Text {
      requireNonNull(text, "text is null");
    }
  }

  /** The model's thinking, as far as the provider shows it. Never part of the answer. */
  record Thinking(String text) implements Block {
    public Thinking {
      requireNonNull(text, "text is null");
    }
  }

  /** A request to run a tool. */
  record Call(ToolCall call) implements Block {
    public Call {
      requireNonNull(call, "call is null");
    }
  }
}
