package ai.stigmer.cli.session;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.journal.Journal;
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
    List<String> ids =
        journal.list(wanted.equals("last") ? 1 : LOOKED_AT).stream()
            .map(Journal.RunSummary::runId)
            .toList();
    if (wanted.equals("last")) {
      return ids.stream().findFirst().orElseThrow(() -> none("there is no run yet"));
    }
    if (ids.contains(wanted)) {
      return wanted;
    }
    List<String> matching =
        wanted.isEmpty() ? List.of() : ids.stream().filter(id -> id.startsWith(wanted)).toList();
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

  private static RuntimeException none(String message) {
    return Problem.of("E513", Problem.Category.USAGE, message)
        .help("stigmer sessions list", "stigmer run \"a task\"")
        .asException();
  }
}
