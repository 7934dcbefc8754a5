package ai.stigmer.cli.screen;

import ai.stigmer.graphton.error.Problem;
import java.util.List;

/** A problem as text for people. */
public final class ProblemText {
  private ProblemText() {}

  /**
   * {@code error[E101]: what}, then the lines {@code from} and {@code help}; ends with a line end.
   */
  public static String of(Problem problem, Palette palette) {
    StringBuilder text = new StringBuilder();
    text.append(palette.red("error[" + problem.code() + "]")).append(": ");
    text.append(Visible.answer(problem.message())).append('\n');
    lines(text, "  from  ", problem.from());
    lines(text, "  help  ", problem.help());
    return text.toString();
  }

  private static void lines(StringBuilder text, String label, List<String> lines) {
    String start = label;
    for (String line : lines) {
      text.append(start).append(Visible.answer(line).replace("\n", "\n        ")).append('\n');
      start = " ".repeat(label.length());
    }
  }
}
