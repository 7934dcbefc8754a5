package ai.stigmer.runner;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.Fork;
import ai.stigmer.graphton.Graphton;
import ai.stigmer.graphton.context.ContextPolicy;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.graphton.permission.Mode;
import ai.stigmer.graphton.redaction.Redactor;
import ai.stigmer.graphton.subagent.ChildIds;
import ai.stigmer.graphton.workspace.Workspace;
import ai.stigmer.mcp.McpSurroundings;
import ai.stigmer.mcp.McpTools;
import ai.stigmer.runner.snapshot.KeptWorkspaces;
import ai.stigmer.runner.trace.ObservedRun;
import ai.stigmer.runner.trace.RunObserver;
import ai.stigmer.runner.trace.RunObserver.Observation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Runs agents over one journal: opens the workspace, the tools and the model that a {@link
 * RunEnvironment} names, and drives the loop to an end.
 *
 * <p>Thread contract: thread-safe; each run blocks its caller.
 */
public final class Runner implements AutoCloseable {
  private final Journal journal;
  private final String owner;
  private final Map<String, String> env;
  private final Providers providers;
  private final Function<String, Map<String, String>> lent;
  private final Optional<KeptWorkspaces> kept;
  private final RunObserver observer;

  /**
   * A runner that owns {@code journal} and closes it.
   *
   * @param owner who writes, see {@link Journal#create}
   * @param env the environment; commands get a few variables of it, and what {@code STIGMER_HOME}
   *     and {@code STIGMER_CONFIG} name is not written by tools
   */
  public Runner(Journal journal, String owner, Map<String, String> env) {
    this(journal, owner, env, Optional.empty());
  }

  /**
   * A runner that also finds out, once for each model of this machine, whether it calls tools.
   *
   * @param probes the folder that keeps what was found; empty asks nothing
   */
  public Runner(Journal journal, String owner, Map<String, String> env, Optional<Path> probes) {
    this(
        journal,
        owner,
        env,
        new Providers(probes),
        runId -> Map.of(),
        Optional.empty(),
        RunObserver.NONE);
  }

  private Runner(
      Journal journal,
      String owner,
      Map<String, String> env,
      Providers providers,
      Function<String, Map<String, String>> lent,
      Optional<KeptWorkspaces> kept,
      RunObserver observer) {
    this.kept = kept;
    this.observer = requireNonNull(observer, "observer is null");
    this.providers = providers;
    this.journal = requireNonNull(journal, "journal is null");
    this.owner = requireNonNull(owner, "owner is null");
    this.env = Map.copyOf(env);
    this.lent = requireNonNull(lent, "lent is null");
  }

  /**
   * The same runner, whose runs also have variables of their own: those that {@link
   * RunContext#variables} names are taken from there before they are taken from the environment.
   * Commands do not get them. Closing either closes both.
   *
   * @param variables by the run's id; secret values are nowhere kept
   */
  public Runner lending(Function<String, Map<String, String>> variables) {
    return new Runner(journal, owner, env, providers, variables, kept, observer);
  }

  /**
   * The same runner, whose runs have their workspaces in a store: it keeps there what they hold
   * when a run begins, is let go of and ends, and runs that began with a workspace of the store go
   * on in a folder of this machine. Closing either closes both.
   */
  public Runner keeping(KeptWorkspaces workspaces) {
    return new Runner(journal, owner, env, providers, lent, Optional.of(workspaces), observer);
  }

  /** The same runner with somebody who looks on at its runs. Closing either closes all three. */
  public Runner observed(RunObserver other) {
    return new Runner(journal, owner, env, providers, lent, kept, other);
  }

  /**
   * Makes a folder hold what another run has left in its workspace, if that is in a store; else it
   * stays as it is.
   */
  public void fetchWorkspace(String runId, Path folder) {
    kept.ifPresent(workspaces -> workspaces.fetch(journal.read(runId), folder));
  }

  /** Where workspaces are kept; empty when each lies where its run began. */
  public Optional<KeptWorkspaces> workspaces() {
    return kept;
  }

  /** The journal of a run that works in this folder. */
  private Journal journal(String runId, Path folder) {
    return kept.map(workspaces -> workspaces.over(journal, runId, folder)).orElse(journal);
  }

  /**
   * Starts a run and blocks until it ends.
   *
   * @throws ai.stigmer.graphton.error.ProblemException when it cannot begin: workspace, agent,
   *     model or journal
   */
  public RunResult run(RunRequest request, RunControl control) {
    RunEnvironment environment = request.environment();
    Map<String, String> variables = variables(request.runId());
    try (McpTools servers = servers(environment, control, variables);
        Models models = models(environment, servers);
        Observation seen = observation(request.runId(), environment)) {
      return loop(request.runId(), models, environment, control, seen, variables)
          .environment(environment.toJson())
          .run(agent(environment, servers), request.message(), request.runId());
    }
  }

  /**
   * Writes down that a run begins, without driving it; its workspace, tools and model need not be
   * here. When this returns the run cannot get lost.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E504} when the run exists
   */
  public void begin(RunRequest request) {
    RunEnvironment environment = request.environment();
    try (JournalWriter writer =
        journal(request.runId(), environment.workspace()).begin(request.runId(), owner)) {
      writer.append(
          redactor(environment, variables(request.runId()))
              .record(
                  List.of(
                      new JournalEntry.RunStarted(
                          request.message(),
                          environment.agent().name(),
                          Toolbox.system(environment),
                          "",
                          environment.toJson()))));
    }
  }

  /**
   * Writes down that a run begins with the past of another one, without driving it; as {@link
   * #begin(RunRequest)}.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E540} when the other run cannot be
   *     forked there, {@code E504} when the run exists
   */
  public void begin(Fork fork, RunEnvironment environment) {
    fork.begin(
        journal(fork.runId(), environment.workspace()),
        owner,
        environment.toJson(),
        redactor(environment, variables(fork.runId())));
  }

  /**
   * What a recorded run was started with.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E501} when there is no such run,
   *     {@code E507} when something else started it, {@code E512} when nothing was recorded
   */
  public RunEnvironment environment(String runId) {
    RunEnvironment recorded = environment(journal, runId);
    return kept.flatMap(workspaces -> workspaces.folder(journal, runId, recorded.workspace()))
        .map(recorded::in)
        .orElse(recorded);
  }

  /**
   * What decides about the calls of a recorded run by now: an approved plan has ended its mode.
   *
   * @param environment what it was started with
   */
  public RunPermissions permissions(String runId, RunEnvironment environment) {
    return environment.permissions().mode() == Mode.PLAN
        ? PlanPolicy.now(environment, journal.read(runId))
        : environment.permissions();
  }

  /**
   * The folder that a recorded run works in, as its tools see it.
   *
   * @throws ai.stigmer.graphton.error.ProblemException as {@link #environment(String)}; {@code
   *     E130} when the folder cannot be used
   */
  public static Workspace workspace(Journal journal, String runId, Map<String, String> env) {
    return Toolbox.workspace(environment(journal, runId).workspace(), env);
  }

  private static RunEnvironment environment(Journal journal, String runId) {
    return RunEnvironment.parse(started(journal, runId).environment());
  }

  private static JournalEntry.RunStarted started(Journal journal, String runId) {
    List<Recorded> entries = journal.read(runId);
    if (entries.isEmpty()
        || !(entries.getFirst().entry() instanceof JournalEntry.RunStarted started)) {
      throw Problem.of("E512", Problem.Category.STORE, "run " + runId + " never started")
          .help("start it again: nothing of it was done")
          .asException();
    }
    return started;
  }

  /**
   * Goes on with a run and blocks until it ends. A completed run ends at once with its answer.
   *
   * @param environment what it was started with, with the key added again
   */
  public RunResult resume(String runId, RunEnvironment environment, RunControl control) {
    return goOn(runId, environment, control, Graphton::resume);
  }

  /**
   * The same, but any run that has ended stays as it is, see {@link Graphton#goOn}. A sub-agent's
   * run that was handed over is one of these, see {@link Graphton#goOnBelow}.
   */
  public RunResult goOn(String runId, RunEnvironment environment, RunControl control) {
    return goOn(
        runId,
        environment,
        control,
        ChildIds.parent(runId).isPresent() ? Graphton::goOnBelow : Graphton::goOn);
  }

  private interface Way {
    RunResult drive(Graphton loop, Agent agent, String runId);
  }

  private RunResult goOn(String runId, RunEnvironment environment, RunControl control, Way way) {
    Map<String, String> variables = variables(ChildIds.root(runId));
    try (McpTools servers = servers(environment, control, variables);
        Models models = models(environment, servers);
        Observation seen = observation(runId, environment)) {
      return way.drive(
          loop(runId, models, environment, control, seen, variables),
          agent(environment, servers),
          runId);
    }
  }

  /**
   * Begins a run with the past of another one and blocks until it ends.
   *
   * @param environment what the new run is started with
   * @throws ai.stigmer.graphton.error.ProblemException {@code E540} when the other run cannot be
   *     forked there; as {@link #run}
   */
  public RunResult fork(Fork fork, RunEnvironment environment, RunControl control) {
    Map<String, String> variables = variables(fork.runId());
    try (McpTools servers = servers(environment, control, variables);
        Models models = models(environment, servers);
        Observation seen = observation(fork.runId(), environment)) {
      return loop(fork.runId(), models, environment, control, seen, variables)
          .environment(environment.toJson())
          .fork(agent(environment, servers), fork);
    }
  }

  private Observation observation(String runId, RunEnvironment environment) {
    return observer.begin(
        new ObservedRun(
            runId,
            environment.agent().name(),
            environment.model().provider(),
            environment.model().model(),
            environment.context().traceparent(),
            () ->
                redactor(environment, variables(ChildIds.root(runId)))
                    .text(started(journal, runId).input())));
  }

  @Override
  public void close() {
    try {
      providers.close();
    } finally {
      try {
        journal.close();
      } finally {
        observer.close();
      }
    }
  }

  private Agent agent(RunEnvironment environment, McpTools servers) {
    return Toolbox.agent(environment, env, servers.tools());
  }

  /** The agent is looked at first, so that a wrong one is told before a model is asked for. */
  private Models models(RunEnvironment environment, McpTools servers) {
    var _ = agent(environment, servers);
    return Models.open(providers, environment);
  }

  private Map<String, String> variables(String runId) {
    var all = new HashMap<>(env);
    all.putAll(lent.apply(runId));
    return all;
  }

  private McpTools servers(
      RunEnvironment environment, RunControl control, Map<String, String> variables) {
    if (environment.context().servers().isEmpty()) {
      return McpTools.none();
    }
    return McpTools.of(
        environment.context().servers(),
        new McpSurroundings(
            environment.workspace(),
            env,
            environment.context().variables().placeholders(variables),
            CommandSandbox.hidden(env)),
        control.changed());
  }

  private static List<ModelSettings> models(RunEnvironment environment) {
    var models = new ArrayList<>(environment.fallbacks());
    models.add(environment.model());
    return models;
  }

  private Redactor redactor(RunEnvironment environment, Map<String, String> variables) {
    return KnownSecrets.of(env, models(environment), environment.context(), variables);
  }

  private Graphton loop(
      String runId,
      Models models,
      RunEnvironment environment,
      RunControl control,
      Observation seen,
      Map<String, String> variables) {
    Redactor redactor = redactor(environment, variables);
    var hooks =
        new HookStage(
            control.hooks(),
            Workspace.open(environment.workspace()),
            env,
            redactor,
            journal,
            // The listener comes last, so that who waits for the end finds it observed.
            seen.andThen(control.listener()));
    return Graphton.with(models.chosen())
        .fallbacks(models.fallbacks())
        .retries(environment.retries())
        .journal(journal(runId, environment.workspace()))
        .owner(owner)
        .budget(environment.budget(), new CatalogPrices(models(environment)))
        .context(new ContextPolicy(environment.compactAt(), new KnownWindows(models(environment))))
        .permission(control.permission())
        .aroundTools(hooks)
        .redactor(redactor)
        .listener(hooks)
        .cancel(control.cancel())
        .handover(control.handover());
  }
}
