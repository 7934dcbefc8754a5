package ai.stigmer.graphton.model;

import static java.util.Objects.requireNonNull;

/** Something worth showing while a model answers. */
public sealed interface ModelEvent {

  /** More text of the answer. */
  record TextDelta(String text) implements ModelEvent {
    public TextDelta {
      requireNonNull(text, "text is null");
    }
  }

  /** More thinking. */
  record ThinkingDelta(String text) implements ModelEvent {
    public ThinkingDelta {
      requireNonNull(text, "text is null");
    }
  }

  /**
   * A word to the user about this call, for example that a tool call was recognised in plain text.
   *
   * @param code a stable code such as {@code W210}
   */
  record Notice(String code, String text) implements ModelEvent {
    public Notice {
      requireNonNull(code, "code is null");
      requireNonNull(text, "text is null");
    }
  }
}
