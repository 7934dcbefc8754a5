package ai.stigmer.cli;

import ai.stigmer.cli.config.LlmOptions;
import ai.stigmer.cli.screen.Count;
import ai.stigmer.cli.screen.Findings;
import ai.stigmer.config.Cascade;
import ai.stigmer.config.ConfigInput;
import ai.stigmer.config.LlmConfig;
import ai.stigmer.config.Resolved;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.model.Finding;
import ai.stigmer.runner.Checkup;
import ai.stigmer.runner.Execution;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Looks at everything that a run would need, and says what to do about what is wrong. */
@Command(
    name = "doctor",
    description = "Check Java, configuration, journal, provider and model; asks no model anything.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {"", "Exit status 1 when a run would fail.", "Example:  stigmer doctor --json"})
final class DoctorCommand implements Callable<Integer> {
  private static final int JAVA = 25;
  private static final int COUNTED = 10_000;

  private final Surroundings surroundings;

  @Option(names = "--json", description = "As one JSON object on standard output.")
  private boolean json;

  @Option(
      names = "--workspace",
      paramLabel = "DIR",
      description = "The folder a run would work in (default: this one).")
  private Path workspace = Path.of(".");

  @Mixin private LlmOptions llm = new LlmOptions();

  DoctorCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    ConfigInput input = llm.input(surroundings.env(), "stigmer doctor", surroundings.clock());
    Resolved configuration = Cascade.resolve(input);
    var findings = new ArrayList<Finding>();
    findings.add(java());
    findings.addAll(configuration(input, configuration));
    findings.add(journalFinding());
    findings.add(Checkup.workspace(workspace));
    if (configuration.problems().isEmpty()) {
      findings.add(Checkup.commands(Execution.asked(configuration), workspace, surroundings.env()));
    }
    if (configuration.problems().isEmpty()) {
      findings.addAll(Checkup.model(configuration.llm().toModelSettings(), surroundings.probes()));
      for (LlmConfig fallback : configuration.fallbacks()) {
        findings.addAll(Checkup.fallback(fallback.toModelSettings(), surroundings.probes()));
      }
    }
    surroundings
        .out()
        .print(
            json
                ? Findings.json(findings) + "\n"
                : Findings.text(findings, surroundings.terminal()));
    return findings.stream().anyMatch(f -> f.level() == Finding.Level.FAILED) ? 1 : 0;
  }

  private static Finding java() {
    Runtime.Version version = Runtime.version();
    String text = version + " at " + System.getProperty("java.home");
    return version.feature() >= JAVA
        ? Finding.ok("java", text)
        : Finding.warning("java", text + "; stigmer is proven on " + JAVA);
  }

  private static List<Finding> configuration(ConfigInput input, Resolved configuration) {
    var findings = new ArrayList<Finding>();
    configuration.problems().forEach(p -> findings.add(Finding.failed("config", p)));
    if (findings.isEmpty()) {
      findings.add(Finding.ok("config", file(input) + "; " + configuration.startLine()));
    }
    configuration.notes().forEach(note -> findings.add(Finding.warning("config", note)));
    return findings;
  }

  private static String file(ConfigInput input) {
    if (input.fileUse() == ConfigInput.FileUse.IGNORE) {
      return "no file is read";
    }
    Path file = input.effectiveFile();
    return Files.exists(file) ? file.toString() : "no file (" + file + " would be read)";
  }

  private Finding journalFinding() {
    return switch (surroundings.place()) {
      case JournalOpener.Place.File file -> journal(file.path());
      case JournalOpener.Place.Server server -> journal(server);
    };
  }

  private Finding journal(JournalOpener.Place.Server server) {
    try (Journal journal =
        surroundings.journals().open(surroundings.database(), JournalOpener.Access.READ)) {
      return Finding.ok("journal", server + " holds " + runs(journal));
    } catch (ProblemException e) {
      return Finding.failed("journal", e.problem());
    }
  }

  private static String runs(Journal journal) {
    return Count.of(journal.list(COUNTED).size(), "run");
  }

  private Finding journal(Path file) {
    if (!Files.exists(file)) {
      Path above = existing(file.getParent());
      return above != null && Files.isWritable(above)
          ? Finding.ok("journal", file + " is made by the first run")
          : Finding.warning(
              "journal", file + " cannot be made", "STIGMER_HOME names another folder");
    }
    try (Journal journal = surroundings.journals().open(file, JournalOpener.Access.READ)) {
      String text = file + " holds " + runs(journal);
      return Files.isWritable(file)
          ? Finding.ok("journal", text)
          : Finding.warning("journal", text + " and is read-only", "chmod u+w " + file);
    } catch (ProblemException e) {
      return Finding.failed("journal", e.problem());
    }
  }

  private static @Nullable Path existing(@Nullable Path folder) {
    Path at = folder;
    while (at != null && !Files.exists(at)) {
      at = at.getParent();
    }
    return at;
  }
}
