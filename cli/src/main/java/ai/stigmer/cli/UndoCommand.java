package ai.stigmer.cli;

import ai.stigmer.cli.screen.Visible;
import ai.stigmer.cli.session.RunFinder;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.undo.Undo;
import ai.stigmer.graphton.undo.Undo.Force;
import ai.stigmer.graphton.undo.Undo.Item;
import ai.stigmer.graphton.workspace.Workspace;
import ai.stigmer.runner.Runner;
import ai.stigmer.store.Owners;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Puts files back to how they were before a run changed them. */
@Command(
    name = "undo",
    description = "Put the files that a run's tools changed back to how they were.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "What commands changed is not known to stigmer and stays as it is.",
      "The run's model is told when the run goes on: stigmer resume ID.",
      "Examples:",
      "  stigmer undo last --dry-run",
      "  stigmer undo last",
      "  stigmer undo 261121-k3x --to 12"
    })
final class UndoCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Parameters(paramLabel = "ID", description = "The run's id, its beginning, or \"last\".")
  private String id = "last";

  @Option(
      names = "--to",
      paramLabel = "N",
      defaultValue = "1",
      description = "Keep what was changed up to entry N of sessions show (default: 1, nothing).")
  private long to = 1;

  @Option(names = "--dry-run", description = "Only show what would be done.")
  private boolean dryRun;

  @Option(
      names = "--force",
      description = "Also put back what somebody else changed since; their changes are lost.")
  private boolean force;

  UndoCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    try (Journal journal =
        surroundings
            .journals()
            .open(
                surroundings.database(),
                dryRun ? JournalOpener.Access.READ : JournalOpener.Access.WRITE)) {
      String run = RunFinder.find(journal, id);
      Workspace workspace = Runner.workspace(journal, run, surroundings.env());
      var undo = new Undo(journal, workspace, run, to);
      List<Item> items =
          dryRun ? undo.plan() : undo.apply(Owners.current(), force ? Force.YES : Force.NO);
      items.forEach(
          item -> surroundings.out().println(line(item, dryRun ? "refuse" : "overwrite")));
      if (items.isEmpty()) {
        surroundings
            .out()
            .println("run " + run + " changed no file by its tools since entry " + to);
      }
      surroundings
          .err()
          .println(
              (dryRun ? "nothing was done; " : "")
                  + "what commands changed is not known and stays as it is");
      return 0;
    }
  }

  /** One file, and what is done about it. */
  static String line(Item item, String overwrite) {
    String word =
        switch (item.action()) {
          case RESTORE -> "restore";
          case REMOVE -> "remove";
          case NONE -> "as it was";
          case OVERWRITE -> overwrite;
          case IMPOSSIBLE -> "cannot";
        };
    String why = item.why().isEmpty() ? "" : "  (" + item.why() + ")";
    return String.format(Locale.ROOT, "%-9s  %s", word, Visible.answer(item.path() + why));
  }
}
