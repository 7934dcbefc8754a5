package ai.stigmer.cli;

import ai.stigmer.cli.config.BudgetOptions;
import ai.stigmer.cli.config.PresenceOptions;
import ai.stigmer.cli.screen.RunView;
import ai.stigmer.config.Backend;
import ai.stigmer.config.Cascade;
import ai.stigmer.config.ConfigInput;
import ai.stigmer.config.ExecutionMode;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.runner.CommandSandbox;
import ai.stigmer.runner.RunEnvironment;
import ai.stigmer.runner.Runner;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Goes on with a run, with what it was started with. */
@Command(
    name = "resume",
    description = "Go on with a run that was interrupted. It needs no other option.",
    mixinStandardHelpOptions = true,
    footer = {"", "Examples:", "  stigmer resume last", "  stigmer resume 261121-k3x"})
final class ResumeCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Parameters(paramLabel = "ID", description = "The run's id, its beginning, or \"last\".")
  private String id = "last";

  @Option(
      names = "--max-turns",
      paramLabel = "N",
      description = "Most answers of the model in the whole run (default: as it was started).")
  private @Nullable Integer maxTurns;

  @Option(
      names = "--context-length",
      paramLabel = "N",
      description = "Context window in tokens from now on (default: as it was started).")
  private @Nullable Integer contextLength;

  @Option(
      names = "--execution-mode",
      paramLabel = "MODE",
      description = "Where commands run from now on (default: as it was started).")
  private @Nullable String executionMode;

  @Mixin private BudgetOptions budget = new BudgetOptions();
  @Mixin private PresenceOptions presence = new PresenceOptions();
  @Mixin private OutputOptions output = new OutputOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  ResumeCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    RunView view = output.view(surroundings);
    try {
      return resume(view);
    } catch (ProblemException e) {
      view.failed(e.problem());
      return e.problem().category().exitStatus();
    }
  }

  private int resume(RunView view) {
    Optional<Backend> backend = surroundings.journals().backend();
    if (backend.isPresent()) {
      RemoteOptions.requireSent(spec, "stigmer resume", backend.get());
      return new RemoteRun(surroundings, view, backend.get()).resume(id);
    }
    if (maxTurns != null && maxTurns < 1) {
      throw Problem.of(
              "E118",
              Problem.Category.CONFIGURATION,
              "agent.max_turns must be a whole number of at least 1, got \"" + maxTurns + "\"")
          .from("--max-turns")
          .help("for example 50")
          .asException();
    }
    Conversation conversation =
        new Conversation(
            surroundings, view, now().effectiveFile(), Cascade.resolve(now()).telemetry());
    String runId = GoingOn.find(surroundings, id);
    try (Runner runner = conversation.open()) {
      RunEnvironment journaled = runner.environment(runId);
      GoingOn run =
          GoingOn.of(
              view,
              journaled,
              runner.permissions(runId, journaled),
              now(),
              commands(conversation, journaled),
              this::changed);
      return conversation.resume(runner, runId, run.environment(), run.anew());
    }
  }

  private RunEnvironment changed(RunEnvironment ready) {
    return new RunEnvironment(
        ready.agent(),
        ready.workspace(),
        ready.permissions(),
        ready.execution(),
        resized(ready.model()),
        ready.fallbacks(),
        ready.configuration(),
        maxTurns == null ? ready.maxTurns() : maxTurns,
        ready.retries(),
        budget.over(ready.budget()),
        ready.context());
  }

  private CommandSandbox.Decision commands(Conversation conversation, RunEnvironment journaled) {
    if (executionMode == null) {
      return conversation.sandbox(journaled.workspace()).again(journaled.execution());
    }
    ExecutionMode mode =
        ExecutionMode.of(executionMode)
            .orElseThrow(
                () ->
                    Problem.of(
                            "E150",
                            Problem.Category.CONFIGURATION,
                            "execution.mode must be auto, sandbox or local, got \""
                                + executionMode
                                + '"')
                        .from("--execution-mode")
                        .help("for example sandbox")
                        .asException());
    return conversation.sandbox(journaled.workspace()).decide(journaled.execution().withMode(mode));
  }

  private ModelSettings resized(ModelSettings model) {
    if (contextLength == null) {
      return model;
    }
    if (contextLength < 1) {
      throw Problem.of(
              "E116",
              Problem.Category.CONFIGURATION,
              "the context length must be a whole number of at least 1, got " + contextLength)
          .from("--context-length")
          .help("for example --context-length 32768")
          .asException();
    }
    return model.withContextLength(contextLength);
  }

  private ConfigInput now() {
    return presence.added(
        ConfigInput.of(surroundings.env(), "stigmer resume").clock(surroundings.clock()));
  }

  /** What is denied by now is denied in a run that began before, too. */
  static void tellOfRules(RunView view, RunEnvironment journaled, RunEnvironment now) {
    now.permissions().rules().stream()
        .skip(journaled.permissions().rules().size())
        .map(one -> "denied from here on: " + one.rule().text() + " (" + one.location() + ")")
        .forEach(view::note);
  }
}
