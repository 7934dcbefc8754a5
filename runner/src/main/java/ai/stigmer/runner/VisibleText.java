package ai.stigmer.runner;

/** Text from a model or a tool, made safe to show: on a terminal, in a page. */
public final class VisibleText {
  private static final int ZERO_WIDTH_NON_JOINER = 0x200c;
  private static final int ZERO_WIDTH_JOINER = 0x200d;

  private VisibleText() {}

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
   * The text as an answer for the screen: line ends and tabs stay, and so do the joiners that
   * scripts and emoji are written with. Every other control, direction-changing or invisible
   * character is written out, so that no model can move the cursor, change a colour, turn a line
   * around or hide a word.
   */
  public static String answer(String text) {
    if (text.codePoints().noneMatch(VisibleText::deceives)) {
      return text;
    }
    StringBuilder shown = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            point -> {
              if (deceives(point)) {
                append(shown, point);
              } else {
                shown.appendCodePoint(point);
              }
            });
    return shown.toString();
  }

  private static boolean deceives(int point) {
    return switch (point) {
      case '\n', '\t', ZERO_WIDTH_NON_JOINER, ZERO_WIDTH_JOINER -> false;
      default -> hidden(point) || isSupplementarySelector(point);
    };
  }

  /** Two hundred and forty invisible characters, enough to write any bytes with. */
  private static boolean isSupplementarySelector(int point) {
    return point >= 0xe0100 && point <= 0xe01ef;
  }

  private static void append(StringBuilder shown, int point) {
    switch (point) {
      case '\n' -> shown.append("\\n");
      case '\t' -> shown.append("\\t");
      case '\r' -> shown.append("\\r");
      default -> {
        if (hidden(point) || isSupplementarySelector(point)) {
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
