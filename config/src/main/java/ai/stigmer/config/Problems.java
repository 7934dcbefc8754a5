package ai.stigmer.config;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Problem.Category;
import ai.stigmer.graphton.error.ProblemException;
import java.util.List;

/** Short ways to say what is wrong with a configuration. */
final class Problems {
  private Problems() {}

  static Problem of(String code, String message, String from) {
    return Problem.of(code, Category.CONFIGURATION, message).from(from);
  }

  /**
   * Throws when there is a problem.
   *
   * @throws ProblemException for the first; the others are suppressed exceptions of it
   */
  static void throwAll(List<Problem> problems) {
    if (!problems.isEmpty()) {
      ProblemException first = problems.getFirst().asException();
      problems.stream().skip(1).map(Problem::asException).forEach(first::addSuppressed);
      throw first;
    }
  }
}
