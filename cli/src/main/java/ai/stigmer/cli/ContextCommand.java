package ai.stigmer.cli;

import ai.stigmer.cli.session.RunFinder;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.mcp.McpHome;
import ai.stigmer.runner.AgentDefinition;
import ai.stigmer.runner.AgentFile;
import ai.stigmer.runner.ProjectContext;
import ai.stigmer.runner.PromptParts;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what is put before the model and how much of it is what. */
@Command(
    name = "context",
    description = "Show what a run puts before the model, part by part.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Tokens are estimated: four characters are one.",
      "Examples:",
      "  stigmer context",
      "  stigmer context last"
    })
final class ContextCommand implements Callable<Integer> {
  private static final int CHARACTERS = 4;

  private final Surroundings surroundings;

  @Parameters(
      arity = "0..1",
      paramLabel = "ID",
      description = "A run, whose history counts too; without it, a new one.")
  private @Nullable String id;

  @Option(names = "--agent", paramLabel = "FILE", description = "The agent of a new run.")
  private @Nullable Path agentFile;

  @Option(
      names = "--workspace",
      paramLabel = "DIR",
      description = "Its folder (default: this one).")
  private Path workspace = Path.of(".");

  ContextCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    print(id == null ? ofNewRun() : ofRun(id), surroundings.out());
    return 0;
  }

  /** One row for each part, with its share. */
  static void print(PromptParts parts, PrintStream out) {
    long all = Math.max(1, parts.parts().stream().mapToLong(PromptParts.Part::characters).sum());
    for (PromptParts.Part part : parts.parts()) {
      row(out, part.name(), part.characters(), all);
      part.items().forEach(item -> out.println("    " + item));
    }
    row(out, "all", all, all);
  }

  private static void row(PrintStream out, String name, long characters, long all) {
    out.printf(
        Locale.ROOT,
        "%-12s %8d tokens  %3d %%%n",
        name,
        (characters + CHARACTERS - 1) / CHARACTERS,
        Math.round(100.0 * characters / all));
  }

  private PromptParts ofNewRun() {
    AgentDefinition agent =
        Optional.ofNullable(agentFile).map(AgentFile::read).orElseGet(AgentDefinition::assistant);
    ProjectContext project =
        ProjectContext.read(workspace, surroundings.env(), agent.parts().skills());
    project.notes().forEach(note -> surroundings.err().println("note: " + note));
    return PromptParts.of(
        agent,
        project,
        Optional.ofNullable(agentFile),
        workspace,
        new McpHome(surroundings.home()),
        surroundings.env());
  }

  private PromptParts ofRun(String which) {
    try (Journal journal =
        surroundings.journals().open(surroundings.database(), JournalOpener.Access.READ)) {
      List<Recorded> entries = journal.read(RunFinder.find(journal, which));
      List<JournalEntry> all = entries.stream().map(Recorded::entry).toList();
      return PromptParts.of(all, surroundings.env());
    }
  }
}
