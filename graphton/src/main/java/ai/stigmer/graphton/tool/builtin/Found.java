package ai.stigmer.graphton.tool.builtin;

import java.util.List;

/** Lines of a search, cut where there are too many. */
final class Found {
  /** The most lines that a search shows. */
  static final int MOST = 1_000;

  private Found() {}

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
