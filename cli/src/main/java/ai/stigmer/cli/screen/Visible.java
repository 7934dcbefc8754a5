package ai.stigmer.cli.screen;

/** Text from a model or a tool, made safe to show on a terminal. */
public final class Visible {
  private Visible() {}

  /**
   * The text with every control and direction-changing character written out, so that what is shown
   * is what would run. A line end becomes {@code \n}.
   */
  public static String of(String text) {
    StringBuilder shown = new StringBuilder(text.length());
    text.codePoints().forEach(point -> append(shown, point));
    return shown.toString();
  }

  /** The same in one line of at most {@code max} characters. */
  public static String line(String text, int max) {
    String shown = of(text.strip());
    return shown.length() <= max ? shown : shown.substring(0, Math.max(0, max - 1)) + "…";
  }

  /**
   * The text as an answer for the screen: line ends and tabs stay, other control characters are
   * written out, so that no model can move the cursor or change a colour.
   */
  public static String answer(String text) {
    if (text.codePoints().noneMatch(Visible::movesTheCursor)) {
      return text;
    }
    StringBuilder shown = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            point -> {
              if (movesTheCursor(point)) {
                append(shown, point);
              } else {
                shown.appendCodePoint(point);
              }
            });
    return shown.toString();
  }

  private static boolean movesTheCursor(int point) {
    return Character.getType(point) == Character.CONTROL && point != '\n' && point != '\t';
  }

  private static void append(StringBuilder shown, int point) {
    switch (point) {
      case '\n' -> shown.append("\\n");
      case '\t' -> shown.append("\\t");
      case '\r' -> shown.append("\\r");
      default -> {
        if (hidden(point)) {
          shown.append(String.format("\\u%04x", point));
        } else {
          shown.appendCodePoint(point);
        }
      }
    }
  }

  private static boolean hidden(int point) {
    int type = Character.getType(point);
    return type == Character.CONTROL
        || type == Character.FORMAT
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR;
  }
}
