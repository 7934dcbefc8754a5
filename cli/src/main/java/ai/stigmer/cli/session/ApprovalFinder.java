package ai.stigmer.cli.session;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.loop.ApprovalDesk;
import ai.stigmer.graphton.loop.ApprovalDesk.Shown;
import ai.stigmer.graphton.loop.ApprovalDesk.Standing;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Finds approvals across runs. */
public final class ApprovalFinder {
  private static final int LOOKED_AT = 1_000;

  private ApprovalFinder() {}

  /**
   * Those of the newest runs, the newest run first.
   *
   * @param notes is told of runs that cannot be read
   */
  public static List<Shown> all(Journal journal, Consumer<String> notes) {
    var desk = new ApprovalDesk(journal);
    var found = new ArrayList<Shown>();
    for (Journal.RunSummary run : journal.list(LOOKED_AT)) {
      try {
        found.addAll(desk.of(run.runId()));
      } catch (ProblemException e) {
        notes.accept(e.problem().code() + " " + e.problem().message());
      }
    }
    return List.copyOf(found);
  }

  /**
   * The full id that somebody means: {@code RUN.N}, where RUN may be the beginning of an id or
   * {@code last}; or RUN alone when it waits for exactly one thing.
   *
   * @throws ProblemException {@code E411} when a run alone does not tell which, {@code E513} when
   *     there is no such run, {@code E514} when there are several
   */
  public static String id(Journal journal, String text) {
    int dot = text.lastIndexOf('.');
    if (dot > 0) {
      return RunFinder.find(journal, text.substring(0, dot)) + text.substring(dot);
    }
    String run = RunFinder.find(journal, text);
    List<String> open =
        new ApprovalDesk(journal)
            .of(run).stream()
                .filter(
                    shown ->
                        shown.standing() == Standing.OPEN || shown.standing() == Standing.RUN_ENDED)
                .map(shown -> shown.request().id())
                .toList();
    if (open.size() == 1) {
      return open.getFirst();
    }
    throw Problem.of(
            "E411",
            Problem.Category.USAGE,
            open.isEmpty()
                ? "run " + run + " waits for nothing"
                : "run " + run + " waits for " + open.size() + " approvals")
        .from(open.toArray(String[]::new))
        .help("see all: stigmer approvals list --all")
        .asException();
  }
}
