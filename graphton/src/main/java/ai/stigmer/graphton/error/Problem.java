package ai.stigmer.graphton.error;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * One thing that is wrong, in words for the person who must act.
 *
 * @param code a stable code such as {@code E201}; {@code stigmer explain CODE} tells more
 * @param category who must act
 * @param message what is wrong, one line, never with a secret
 * @param from where it came from, a line each, may be empty
 * @param help what to do, the next command to type first, may be empty
 */
public record Problem(
    String code, Category category, String message, List<String> from, List<String> help) {

  /** Who must act, and with it the exit status of a command. */
  public enum Category {
    /** The run failed for a reason of its own (exit 1). */
    RUN(1),
    /** The command line is wrong (exit 2). */
    USAGE(2),
    /** The configuration or a file that the user wrote is wrong (exit 3). */
    CONFIGURATION(3),
    /** A credential is missing or refused (exit 4). */
    CREDENTIALS(4),
    /** The provider cannot be reached or failed (exit 5). */
    PROVIDER(5),
    /** The model is missing or unfit (exit 6). */
    MODEL(6),
    /** Something was denied or needs an approval (exit 7). */
    DENIED(7),
    /** A limit was reached (exit 8). */
    LIMIT(8),
    /** A stigmer server cannot be reached, or none runs (exit 9). */
    SERVER(9),
    /** The journal or the disk cannot be used (exit 1). */
    STORE(1),
    /** A bug of ours (exit 1). */
    INTERNAL(1);

    private final int exitStatus;

    Category(int exitStatus) {
      this.exitStatus = exitStatus;
    }

    public int exitStatus() {
      return exitStatus;
    }
  }

  public Problem {
    requireNonNull(code, "code is null");
    requireNonNull(category, "category is null");
    requireNonNull(message, "message is null");
    from = List.copyOf(from);
    help = List.copyOf(help);
  }

  public static Problem of(String code, Category category, String message) {
    return new Problem(code, category, message, List.of(), List.of());
  }

  public Problem from(String... lines) {
    return new Problem(code, category, message, List.of(lines), help);
  }

  public Problem help(String... lines) {
    return new Problem(code, category, message, from, List.of(lines));
  }

  public ProblemException asException() {
    return new ProblemException(this);
  }
}
