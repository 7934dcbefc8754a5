package ai.stigmer.graphton.model;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.error.Problem;
import java.util.List;

/**
 * One thing that was looked at before a run needs it.
 *
 * @param subject what was looked at, one word, for example {@code server}
 * @param level how it stands
 * @param text one line for people, never with a secret
 * @param help what to do, the next command to type first; empty when all is well
 */
public record Finding(String subject, Level level, String text, List<String> help) {

  /** How a thing stands. */
  public enum Level {
    /** A run can rely on it. */
    OK,
    /** A run can go on, perhaps not as wished. */
    WARNING,
    /** A run would fail. */
    FAILED
  }

  public Finding {
    requireNonNull(subject, "subject is null");
    requireNonNull(level, "level is null");
    requireNonNull(text, "text is null");
    help = List.copyOf(help);
  }

  public static Finding ok(String subject, String text) {
    return new Finding(subject, Level.OK, text, List.of());
  }

  public static Finding warning(String subject, String text, String... help) {
    return new Finding(subject, Level.WARNING, text, List.of(help));
  }

  /** A run would end with this problem. */
  public static Finding failed(String subject, Problem problem) {
    return new Finding(
        subject, Level.FAILED, problem.code() + " " + problem.message(), problem.help());
  }
}
