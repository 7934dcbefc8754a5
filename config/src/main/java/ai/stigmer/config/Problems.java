package ai.stigmer.config;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Problem.Category;

/** Short ways to say what is wrong with a configuration. */
final class Problems {
  private Problems() {}

  static Problem of(String code, String message, String from) {
    return Problem.of(code, Category.CONFIGURATION, message).from(from);
  }
}
