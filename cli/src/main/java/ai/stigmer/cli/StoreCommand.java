package ai.stigmer.cli;

import ai.stigmer.cli.JournalOpener.Access;
import ai.stigmer.cli.JournalOpener.Place;
import ai.stigmer.cli.screen.Json;
import ai.stigmer.cli.screen.Visible;
import ai.stigmer.config.Cascade;
import ai.stigmer.config.ConfigInput;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.runner.snapshot.WorkspaceSweep;
import ai.stigmer.runner.snapshot.WorkspaceSweep.Mode;
import ai.stigmer.store.PostgresStore;
import ai.stigmer.store.PrunePolicy;
import ai.stigmer.store.StoreBackup;
import ai.stigmer.store.StoreBackup.Existing;
import ai.stigmer.store.StoreCheck;
import ai.stigmer.store.StorePrune;
import ai.stigmer.store.StorePrune.Going;
import ai.stigmer.store.StoreStats;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** Looks after the journal's file. */
@Command(
    name = "store",
    description = "Check, back up, prune or measure the journal; runs may go on meanwhile.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  stigmer store check",
      "  stigmer store backup ~/stigmer-backup.db",
      "  stigmer store prune --older-than 30d --keep 20 --dry-run",
      "  stigmer store stats"
    })
final class StoreCommand implements Runnable {
  private final Surroundings surroundings;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--output",
      paramLabel = "FORMAT",
      defaultValue = "text",
      scope = ScopeType.INHERIT,
      description = "text or json (default: ${DEFAULT-VALUE}).")
  private String output = "text";

  StoreCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "say which: check, backup FILE, prune or stats");
  }

  @Command(
      name = "check",
      description = "Check every run's hash chain, every long text and the file itself.",
      mixinStandardHelpOptions = true,
      footer = {"", "Ends with 0 when all is sound, with 1 when something is damaged."})
  int check() {
    StoreCheck check =
        switch (surroundings.place()) {
          case Place.File file -> StoreCheck.of(file.path());
          case Place.Server server -> store(server).check();
        };
    print(StoreText.check(surroundings.place().toString(), check), StoreJson.check(check));
    return check.problems().isEmpty() ? 0 : Problem.Category.STORE.exitStatus();
  }

  @Command(
      name = "backup",
      description = "Copy the journal, as it is at one moment, to one file and check the copy.",
      mixinStandardHelpOptions = true)
  int backup(
      @Parameters(paramLabel = "FILE", description = "The backup; readable for you only.")
          Path target,
      @Option(names = "--force", description = "Replace a file of that name.") boolean force) {
    StoreCheck check =
        switch (surroundings.place()) {
          case Place.File file ->
              StoreBackup.write(file.path(), target, force ? Existing.REPLACE : Existing.REFUSE);
          case Place.Server server -> throw notHere(server);
        };
    print(
        String.format(
            Locale.ROOT,
            "wrote and checked %s: %d runs, %d entries%n",
            Visible.line(target.toString(), Integer.MAX_VALUE),
            check.runs(),
            check.entries()),
        StoreJson.check(check).put("type", "store-backup").put("file", target.toString()));
    return 0;
  }

  @Command(
      name = "prune",
      description = "Remove finished runs; those that can be gone on with always stay.",
      mixinStandardHelpOptions = true,
      footer = {
        "",
        "AGE is a number and s, m, h, d or w; SIZE a number and B, KB, MB, GB or TB.",
        "At least one of --older-than, --keep and --max-size is needed; with --keep alone, all",
        "finished runs but the newest N go.",
        "With --workspaces, what no run of this journal needs of workspace.store is set aside once",
        "it is older than 7 days, and is gone for good when it has lain there for 7 days: so the",
        "store must be this journal's alone."
      })
  int prune(
      @Option(
              names = "--older-than",
              paramLabel = "AGE",
              converter = AmountConverters.Age.class,
              description = "Remove runs that nothing was added to for so long.")
          @Nullable Duration olderThan,
      @Option(names = "--keep", paramLabel = "N", description = "Keep the N newest runs.")
          @Nullable Integer keep,
      @Option(
              names = "--max-size",
              paramLabel = "SIZE",
              converter = AmountConverters.Size.class,
              description = "Remove the oldest runs until the rest take no more than this.")
          @Nullable Long maxSize,
      @Option(
              names = "--workspaces",
              description = "Also remove what no run needs of workspace.store.")
          boolean ofWorkspaces,
      @Option(names = "--dry-run", description = "Only tell what would be removed.")
          boolean dryRun) {
    boolean nothing = olderThan == null && keep == null && maxSize == null;
    if (nothing || (keep != null && keep < 0)) {
      throw new ParameterException(
          spec.subcommands().get("prune"),
          nothing
              ? "say what to remove: --older-than AGE, --keep N or --max-size SIZE"
              : "--keep must not be negative");
    }
    var policy =
        new PrunePolicy(
            Optional.ofNullable(olderThan),
            keep == null ? 0 : keep,
            maxSize == null ? OptionalLong.empty() : OptionalLong.of(maxSize));
    // A store that cannot be used is told before anything goes.
    Optional<WorkspaceSweep> workspaces =
        Cascade.resolve(ConfigInput.of(surroundings.env(), "stigmer store"))
            .workspaceStore()
            .filter(_ -> ofWorkspaces)
            .map(
                store ->
                    WorkspaceSweep.of(store, surroundings.env(), dryRun ? Mode.PLAN : Mode.SWEEP));
    StorePrune.Report report =
        switch (surroundings.place()) {
          case Place.File file -> {
            var prune = new StorePrune(file.path(), surroundings.clock());
            yield dryRun ? prune.plan(policy) : prune.prune(policy);
          }
          case Place.Server server ->
              dryRun ? store(server).plan(policy) : store(server).prune(policy);
        };
    Optional<WorkspaceSweep.Report> swept = workspaces.flatMap(sweep -> swept(sweep, report));
    print(
        StoreText.prune(report, dryRun)
            + (workspaces.isEmpty() ? "" : StoreText.workspaces(swept, dryRun)),
        StoreJson.workspaces(swept, StoreJson.prune(report, dryRun)));
    return 0;
  }

  private Optional<WorkspaceSweep.Report> swept(WorkspaceSweep sweep, StorePrune.Report report) {
    Set<String> going = report.going().stream().map(Going::runId).collect(Collectors.toSet());
    try (Journal journal = surroundings.journals().open(surroundings.database(), Access.READ)) {
      return sweep.sweep(journal, going);
    }
  }

  @Command(
      name = "stats",
      description = "Tell how large the journal is and how fast it grows.",
      mixinStandardHelpOptions = true)
  int stats() {
    StoreStats stats =
        switch (surroundings.place()) {
          case Place.File file -> StoreStats.of(file.path(), surroundings.clock());
          case Place.Server server -> store(server).stats();
        };
    print(StoreText.stats(surroundings.place().toString(), stats), StoreJson.stats(stats));
    return 0;
  }

  private PostgresStore store(Place.Server server) {
    return new PostgresStore(server.url(), surroundings.clock());
  }

  private static ProblemException notHere(Place.Server server) {
    return Problem.of("E534", Problem.Category.USAGE, "PostgreSQL backs itself up")
        .from(server.toString())
        .help(
            "copy the journal: pg_dump --schema=stigmer --format=custom --file=FILE "
                + server.url().database(),
            "check it afterwards: stigmer store check")
        .asException();
  }

  private void print(String text, JsonNode json) {
    switch (output) {
      case "text" -> surroundings.out().print(text);
      case "json" -> surroundings.out().println(Json.line(json));
      default ->
          throw new ParameterException(
              spec.commandLine(), "unknown format \"" + output + "\"; use text or json");
    }
  }
}
