package ai.stigmer.cli.session;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.subagent.ChildIds;
import java.util.List;

/** Finds the run that somebody means by {@code last}, an id or the beginning of one. */
public final class RunFinder {
  private static final int LOOKED_AT = 10_000;
  private static final int SHOWN = 5;

  private RunFinder() {}

  /**
   * The full id.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E513} when there is none, {@code
   *     E514} when several begin so
   */
  public static String find(Journal journal, String text) {
    String wanted = text.strip();
    if (wanted.equals("last")) {
      return last(journal);
    }
    List<String> ids = journal.list(LOOKED_AT).stream().map(Journal.RunSummary::runId).toList();
    if (ids.contains(wanted)) {
      return wanted;
    }
    List<String> matching = wanted.isEmpty() ? List.of() : matching(ids, wanted);
    if (matching.size() == 1) {
      return matching.getFirst();
    }
    if (matching.isEmpty()) {
      throw none("there is no run \"" + wanted + "\"");
    }
    throw Problem.of(
            "E514", Problem.Category.USAGE, matching.size() + " runs begin with \"" + wanted + "\"")
        .from(matching.stream().limit(SHOWN).toArray(String[]::new))
        .help("type more of the id, or: stigmer sessions list")
        .asException();
  }

  /** A sub-agent's run is newer than the one above it, and is not what people mean. */
  private static String last(Journal journal) {
    for (int looked = 1; looked <= LOOKED_AT; looked *= LOOKED_AT) {
      for (Journal.RunSummary run : journal.list(looked)) {
        if (ChildIds.parent(run.runId()).isEmpty()) {
          return run.runId();
        }
      }
    }
    throw none("there is no run yet");
  }

  /** The runs that begin so; those of sub-agents only when no other does. */
  private static List<String> matching(List<String> ids, String wanted) {
    List<String> all = ids.stream().filter(id -> id.startsWith(wanted)).toList();
    List<String> roots = all.stream().filter(id -> ChildIds.parent(id).isEmpty()).toList();
    return roots.isEmpty() ? all : roots;
  }

  private static RuntimeException none(String message) {
    return Problem.of("E513", Problem.Category.USAGE, message)
        .help("stigmer sessions list", "stigmer run \"a task\"")
        .asException();
  }
}
