package ai.stigmer.cli;

import ai.stigmer.cli.screen.RunView;
import ai.stigmer.cli.session.RunFinder;
import ai.stigmer.config.Cascade;
import ai.stigmer.config.ConfigInput;
import ai.stigmer.config.LlmConfig;
import ai.stigmer.config.Resolved;
import ai.stigmer.graphton.Fork;
import ai.stigmer.graphton.RunIds;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.runner.RecordedRun;
import ai.stigmer.runner.RunEnvironment;
import ai.stigmer.runner.RunPermissions;
import ai.stigmer.runner.Runner;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Begins a run with the past of another one. */
@Command(
    name = "fork",
    description = "Begin a new run with the first N entries of another one.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "stigmer sessions show ID numbers the entries and names those at which a run can be forked.",
      "Files and everything else that the other run changed stay as they are now.",
      "Examples:",
      "  stigmer fork last --at 4 --message \"do it without a script\"",
      "  stigmer fork 261121-k3x --at 1 -m anthropic/claude-sonnet-4.5"
    })
final class ForkCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Parameters(paramLabel = "ID", description = "The run's id, its beginning, or \"last\".")
  private String id = "last";

  @Option(
      names = "--at",
      paramLabel = "N",
      required = true,
      description = "How many entries are copied.")
  private long at;

  @Option(
      names = {"-m", "--model"},
      paramLabel = "NAME",
      description = "Another model from here on, also as PROVIDER/NAME (default: as recorded).")
  private @Nullable String model;

  @Option(
      names = "--message",
      paramLabel = "TEXT",
      description = "What you say next (default: the model goes on by itself).")
  private @Nullable String message;

  @Mixin private OutputOptions output = new OutputOptions();

  ForkCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    RunView view = output.view(surroundings);
    try {
      return fork(view);
    } catch (ProblemException e) {
      view.failed(e.problem());
      return e.problem().category().exitStatus();
    }
  }

  private int fork(RunView view) {
    Resolved anew = Cascade.resolve(request());
    RecordedRun.refuseWrongPresence(anew);
    if (model != null && !anew.problems().isEmpty()) {
      view.failed(anew.problems(), anew.exitStatus());
      return anew.exitStatus();
    }
    Conversation conversation =
        new Conversation(
            surroundings, view, now().effectiveFile(), Cascade.resolve(now()).telemetry());
    String from = find();
    try (Runner runner = conversation.open()) {
      RunEnvironment journaled = runner.environment(from);
      RunEnvironment chosen =
          model == null ? asRecorded(view, journaled) : withModel(view, journaled, anew);
      RunEnvironment environment =
          chosen.with(chosen.permissions().denyingAlso(RunPermissions.of(anew)));
      ResumeCommand.tellOfRules(view, journaled, environment);
      view.note("files stay as they are now; what run " + from + " did is not undone");
      Fork fork =
          new Fork(
              from, at, RunIds.next(surroundings.clock().instant()), Optional.ofNullable(message));
      return conversation.fork(runner, fork, environment, anew);
    }
  }

  private RunEnvironment asRecorded(RunView view, RunEnvironment journaled) {
    RecordedRun run = RecordedRun.of(journaled, now());
    view.begin(
        RunCommand.shown(journaled.model()),
        run.recorded().startLine() + " · as the run was started",
        journaled.configuration());
    run.notes().forEach(view::note);
    return run.environment();
  }

  private static RunEnvironment withModel(
      RunView view, RunEnvironment journaled, Resolved configuration) {
    RunEnvironment environment =
        journaled.withModels(
            configuration.llm().toModelSettings(),
            configuration.fallbacks().stream().map(LlmConfig::toModelSettings).toList(),
            configuration.toJson());
    view.begin(
        RunCommand.shown(environment.model()), configuration.startLine(), configuration.toJson());
    configuration.notes().forEach(view::note);
    return environment;
  }

  private String find() {
    try (Journal journal =
        surroundings.journals().open(surroundings.database(), JournalOpener.Access.READ)) {
      return RunFinder.find(journal, id);
    }
  }

  private ConfigInput now() {
    return ConfigInput.of(surroundings.env(), "stigmer fork").clock(surroundings.clock());
  }

  /** What one execution may ask for is the model and nothing else. */
  private ConfigInput request() {
    return model == null ? now() : now().request("llm.model", model);
  }
}
