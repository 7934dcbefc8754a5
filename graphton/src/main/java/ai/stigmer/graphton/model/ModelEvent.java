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
    private static final int LONGEST_WORD = 64;

    public Notice {
      requireNonNull(code, "code is null");
      requireNonNull(text, "text is null");
    }

    /**
     * Tells that a model stopped for a reason which has no neutral word, so that what it said may
     * be a part only.
     *
     * @param word the provider's own word, any text; shown without its special signs, and cut
     */
    public static Notice unknownStop(String model, String word) {
      String plain = word.replaceAll("[^A-Za-z0-9_.-]", "");
      String shown = plain.substring(0, Math.min(LONGEST_WORD, plain.length()));
      return new Notice(
          "W214",
          model
              + " stopped for a reason that is not known here: "
              + (shown.isEmpty() ? "none was given" : shown));
    }
  }
}
