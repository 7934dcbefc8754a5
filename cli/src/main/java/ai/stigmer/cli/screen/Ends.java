package ai.stigmer.cli.screen;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.event.RunEnd;
import java.util.Locale;
import java.util.Optional;

/** The end of a run in one word, as a problem, and as an exit status. */
public final class Ends {
  /** The exit status of a command that was interrupted with Ctrl-C. */
  public static final int INTERRUPTED = 130;

  private static final String RESUME = "stigmer resume";

  private Ends() {}

  /**
   * {@code completed}, {@code failed}, {@code cancelled}, {@code waiting}, {@code yielded}, or
   * {@code stopped:} and the limit.
   */
  public static String status(RunEnd end) {
    return switch (end) {
      case RunEnd.Completed _ -> "completed";
      case RunEnd.Stopped stopped -> "stopped:" + stopped.limit().name().toLowerCase(Locale.ROOT);
      case RunEnd.Failed _ -> "failed";
      case RunEnd.Waiting _ -> "waiting";
      case RunEnd.Cancelled _ -> "cancelled";
      case RunEnd.Yielded _ -> "yielded";
    };
  }

  /** What went wrong, where something did, with the run's id in what to type next. */
  public static Optional<Problem> problem(RunEnd end, String runId) {
    return problem(end)
        .map(
            problem ->
                new Problem(
                    problem.code(),
                    problem.category(),
                    problem.message(),
                    problem.from(),
                    problem.help().stream()
                        .map(line -> line.replace(RESUME + " ID", RESUME + " " + runId))
                        .toList()));
  }

  /** Whether the problem itself says how to go on. */
  static boolean saysHowToGoOn(RunEnd end) {
    return problem(end).stream()
        .flatMap(problem -> problem.help().stream())
        .anyMatch(line -> line.contains(RESUME));
  }

  /** What went wrong, where something did. */
  public static Optional<Problem> problem(RunEnd end) {
    return switch (end) {
      case RunEnd.Completed _, RunEnd.Cancelled _, RunEnd.Yielded _ -> Optional.empty();
      case RunEnd.Stopped stopped -> Optional.of(stopped.problem());
      case RunEnd.Failed failed -> Optional.of(failed.problem());
      case RunEnd.Waiting waiting -> Optional.of(waiting.problem());
    };
  }

  /** The exit status of a command whose run ended so. */
  public static int exitStatus(RunEnd end) {
    return switch (end) {
      case RunEnd.Completed _, RunEnd.Yielded _ -> 0;
      case RunEnd.Cancelled _ -> INTERRUPTED;
      case RunEnd.Stopped stopped -> stopped.problem().category().exitStatus();
      case RunEnd.Failed failed -> failed.problem().category().exitStatus();
      case RunEnd.Waiting waiting -> waiting.problem().category().exitStatus();
    };
  }
}
