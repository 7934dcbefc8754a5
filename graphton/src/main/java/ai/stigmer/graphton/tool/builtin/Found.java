package ai.stigmer.graphton.tool.builtin;

import java.util.List;
import java.util.Locale;

/** Lines of a search, cut where there are too many. */
final class Found {
  /** The most lines that a search shows. */
  static final int MOST = 1_000;

  private Found() {}

  /**
   * A file's name on a line of its own: in quotes, with its line ends and other control characters
   * written out, when it has any, so that one name is never read as two.
   */
  static String name(String name) {
    if (!name.startsWith("\"") && name.codePoints().noneMatch(Found::breaksALine)) {
      return name;
    }
    var quoted = new StringBuilder("\"");
    name.codePoints()
        .forEach(
            point -> {
              if (breaksALine(point)) {
                quoted.append(String.format(Locale.ROOT, "\\u%04x", point));
              } else {
                quoted.append(point == '"' || point == '\\' ? "\\" : "").appendCodePoint(point);
              }
            });
    return quoted.append('"').toString();
  }

  private static boolean breaksALine(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
      default -> false;
    };
  }

  /** The first lines, and how many were left out. */
  static String capped(List<String> lines) {
    return lines.size() <= MOST
        ? String.join("\n", lines)
        : String.join("\n", lines.subList(0, MOST))
            + "\n["
            + (lines.size() - MOST)
            + " more; narrow the search]";
  }
}
