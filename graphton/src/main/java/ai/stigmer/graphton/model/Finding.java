package ai.stigmer.graphton.model;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.error.Problem;
import java.util.List;
import java.util.Optional;

/**
 * One thing that was looked at before a run needs it.
 *
 * @param subject what was looked at, one word, for example {@code server}
 * @param level how it stands
 * @param code the code of the problem that a run would end with; empty when it would not
 * @param text one line for people, never with a secret
 * @param from where it came from, a line each; empty when that is plain
 * @param help what to do, the next command to type first; empty when all is well
 */
public record Finding(
    String subject,
    Level level,
    Optional<String> code,
    String text,
    List<String> from,
    List<String> help) {

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
    requireNonNull(code, "code is null");
    requireNonNull(text, "text is null");
    from = List.copyOf(from);
    help = List.copyOf(help);
  }

  public static Finding ok(String subject, String text) {
    return new Finding(subject, Level.OK, Optional.empty(), text, List.of(), List.of());
  }

  public static Finding warning(String subject, String text, String... help) {
    return new Finding(subject, Level.WARNING, Optional.empty(), text, List.of(), List.of(help));
  }

  /** A run would end with this problem. */
  public static Finding failed(String subject, Problem problem) {
    return new Finding(
        subject,
        Level.FAILED,
        Optional.of(problem.code()),
        problem.message(),
        problem.from(),
        problem.help());
  }
}
