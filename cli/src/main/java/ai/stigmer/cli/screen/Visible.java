package ai.stigmer.cli.screen;

import ai.stigmer.runner.VisibleText;

/** Text from a model or a tool, made safe to show on a terminal. */
public final class Visible {
  private Visible() {}

  /** As {@link VisibleText#of}. */
  public static String of(String text) {
    return VisibleText.of(text);
  }

  /** As {@link VisibleText#line}. */
  public static String line(String text, int max) {
    return VisibleText.line(text, max);
  }

  /** As {@link VisibleText#answer}. */
  public static String answer(String text) {
    return VisibleText.answer(text);
  }
}
