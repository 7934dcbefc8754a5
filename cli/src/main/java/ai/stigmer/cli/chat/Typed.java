package ai.stigmer.cli.chat;

import static java.util.Objects.requireNonNull;

/** What came of waiting for a line. */
public sealed interface Typed {

  /** A line, or several when they were pasted. */
  record Line(String text) implements Typed {
    public Line {
      requireNonNull(text, "text is null");
    }
  }

  /**
   * Ctrl-C.
   *
   * @param draft what stood on the line; it is gone
   */
  record Interrupted(String draft) implements Typed {
    public Interrupted {
      requireNonNull(draft, "draft is null");
    }
  }

  /** Ctrl-D on an empty line, or the terminal is gone. */
  record Ended() implements Typed {}
}
