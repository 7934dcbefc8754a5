package ai.stigmer.graphton.loop;

/**
 * How full the context window is before a turn.
 *
 * @param tokens of the next prompt, as it is reckoned
 * @param window tokens of the model's context window
 * @param limit tokens from which on the oldest messages are summarised
 * @param refused whether the model was asked with this prompt, and it was too long
 */
public record ContextUse(long tokens, long window, long limit, boolean refused) {
  /** A window without an end. */
  public static final ContextUse UNLIMITED =
      new ContextUse(0, Long.MAX_VALUE, Long.MAX_VALUE, false);

  boolean isFull() {
    return refused || tokens >= limit;
  }
}
