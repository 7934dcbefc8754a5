package ai.stigmer.cli;

import ai.stigmer.cli.screen.Visible;
import ai.stigmer.cli.session.Export;
import ai.stigmer.cli.session.RunFinder;
import ai.stigmer.cli.session.RunStory;
import ai.stigmer.cli.session.RunTree;
import ai.stigmer.cli.session.Transcript;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.loop.Checkpoints;
import ai.stigmer.store.Owners;
import java.nio.file.Files;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.function.ToIntFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what was recorded. */
@Command(
    name = "sessions",
    description = "List, show or export runs.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "ID is a run's id, the beginning of one, or \"last\".",
      "Examples:",
      "  stigmer sessions list",
      "  stigmer sessions show last",
      "  stigmer sessions export last > run.jsonl"
    })
final class SessionsCommand implements Runnable {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final String ID = "The run's id, its beginning, or \"last\".";
  private static final int MESSAGE = 50;

  private final Surroundings surroundings;

  @Spec private CommandSpec spec = CommandSpec.create();

  SessionsCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say which: list, show ID or export ID");
  }

  @Command(
      name = "list",
      description = "List runs, newest first; times are UTC.",
      mixinStandardHelpOptions = true)
  int list(
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "20",
              description = "At most so many (default: ${DEFAULT-VALUE}).")
          int limit) {
    if (surroundings.journals().backend().isEmpty()
        && surroundings.place() instanceof JournalOpener.Place.File file
        && !Files.exists(file.path())) {
      surroundings.err().println("there is no run yet");
      return 0;
    }
    return reading(
        journal -> {
          List<RunTree> trees = RunTree.newest(journal, limit);
          int width = trees.stream().mapToInt(RunTree::width).max().orElse(0);
          trees.forEach(tree -> print(tree, "", width));
          return 0;
        });
  }

  @Command(
      name = "show",
      description = "Print a run with every entry, unknown outcomes included.",
      mixinStandardHelpOptions = true)
  int show(@Parameters(paramLabel = "ID", description = ID) String id) {
    return reading(
        journal -> {
          String run = RunFinder.find(journal, id);
          List<Recorded> entries = journal.read(run);
          surroundings.out().print("run " + run + "\n" + Transcript.of(entries));
          surroundings.out().print(RunTree.of(journal, run).usageOfSubAgents());
          surroundings.out().println("fork    at entry " + Checkpoints.inWords(entries));
          return 0;
        });
  }

  @Command(
      name = "export",
      description = "Print a run's journal as JSON, one entry per line.",
      mixinStandardHelpOptions = true)
  int export(
      @Parameters(paramLabel = "ID", description = ID) String id,
      @Option(
              names = "--format",
              paramLabel = "FORMAT",
              defaultValue = "jsonl",
              description = "jsonl (the only one so far).")
          String format) {
    if (!format.equals("jsonl")) {
      throw new ParameterException(
          spec.subcommands().get("export"), "unknown format \"" + format + "\"; use jsonl");
    }
    return reading(
        journal -> {
          String run = RunFinder.find(journal, id);
          journal.read(run).forEach(e -> surroundings.out().println(Export.line(run, e)));
          return 0;
        });
  }

  private int reading(ToIntFunction<Journal> work) {
    try (Journal journal =
        surroundings.journals().open(surroundings.database(), JournalOpener.Access.READ)) {
      return work.applyAsInt(journal);
    }
  }

  private void print(RunTree tree, String indent, int width) {
    surroundings.out().println(row(tree, indent + tree.runId(), width));
    tree.children().forEach(child -> print(child, indent + RunTree.INDENT, width));
  }

  private static String row(RunTree tree, String name, int width) {
    RunStory story = tree.story();
    return String.format(
        Locale.ROOT,
        "%-" + Math.max(width, 1) + "s  %s  %-16s %3d turns  %s",
        name,
        TIME.format(tree.updated()),
        story.standing(() -> Owners.isAlive(tree.owner())),
        story.turns(),
        Visible.line(story.message(), MESSAGE));
  }
}
