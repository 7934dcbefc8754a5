package ai.stigmer.cli;

import ai.stigmer.cli.screen.Ends;
import ai.stigmer.cli.screen.RunView;
import ai.stigmer.config.Resolved;
import ai.stigmer.config.TelemetryConfig;
import ai.stigmer.graphton.Fork;
import ai.stigmer.graphton.approval.UnknownEffects;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.loop.Permission;
import ai.stigmer.mcp.ChangedTools;
import ai.stigmer.runner.CommandSandbox;
import ai.stigmer.runner.RulePolicy;
import ai.stigmer.runner.RunControl;
import ai.stigmer.runner.RunEnvironment;
import ai.stigmer.runner.RunHooks;
import ai.stigmer.runner.RunRequest;
import ai.stigmer.runner.Runner;
import ai.stigmer.runner.trace.RunObserver;
import ai.stigmer.store.Owners;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** One run of the command line: journal, approvals and Ctrl-C around a {@link Runner}. */
final class Conversation {
  private final Surroundings surroundings;
  private final RunView view;
  private final Path configFile;
  private final TelemetryConfig telemetry;

  /**
   * @param configFile what the agent must not write, wherever it lies
   * @param telemetry where its runs are traced to
   */
  Conversation(
      Surroundings surroundings, RunView view, Path configFile, TelemetryConfig telemetry) {
    this.telemetry = telemetry;
    this.surroundings = surroundings;
    this.view = view;
    this.configFile = configFile;
  }

  /**
   * Starts a run; returns the exit status.
   *
   * @param configuration who is asked, and about what
   */
  int run(RunRequest request, Resolved configuration) {
    try (Runner runner = open()) {
      return control(request.environment(), configuration, control -> runner.run(request, control));
    }
  }

  /** Goes on with a run over an open runner; returns the exit status. */
  int resume(Runner runner, String runId, RunEnvironment environment, Resolved configuration) {
    return control(
        environment, configuration, control -> runner.resume(runId, environment, control));
  }

  /** Begins a run with the past of another one; returns the exit status. */
  int fork(Runner runner, Fork fork, RunEnvironment environment, Resolved configuration) {
    return control(environment, configuration, control -> runner.fork(fork, environment, control));
  }

  /** A runner over the journal of this home, for writing. */
  Runner open() {
    return over(surroundings.journals().open(surroundings.database(), JournalOpener.Access.WRITE));
  }

  /** A runner that owns this journal. */
  Runner over(Journal journal) {
    return new Runner(journal, Owners.current(), env(), Optional.of(surroundings.probes()))
        .observed(RunObserver.of(telemetry, surroundings::untraced));
  }

  /** Decides where the commands of a run in this folder run. */
  CommandSandbox sandbox(Path workspace) {
    return new CommandSandbox(workspace, env());
  }

  private Map<String, String> env() {
    var env = new HashMap<>(surroundings.env());
    env.put("STIGMER_CONFIG", configFile.toString());
    return env;
  }

  private int control(
      RunEnvironment environment, Resolved configuration, Function<RunControl, RunResult> work) {
    CancelToken cancel = new CancelToken();
    ShellApproval approval = new ShellApproval(surroundings, configuration.whenAbsent());
    Permission permission =
        new Permission(
            RulePolicy.of(environment),
            approval,
            UnknownEffects.valueOf(configuration.unknownEffects().name()));
    ChangedTools changed =
        environment.context().servers().isEmpty()
            ? ChangedTools.REFUSE
            : new McpConsent(surroundings);
    Consumer<AgentEvent> listener =
        environment.context().answerSchema().isPresent() ? view.answerOnly() : view;
    RunControl control =
        new RunControl(listener, permission, cancel, changed, RunHooks.of(configuration));
    try (Signals.Handle _ = surroundings.signals().cancelling(cancel)) {
      int status = Ends.exitStatus(work.apply(control).end());
      return status == 0 && approval.hasRefused() ? Problem.Category.DENIED.exitStatus() : status;
    }
  }
}
