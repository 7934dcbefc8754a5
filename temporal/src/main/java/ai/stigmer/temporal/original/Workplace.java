package ai.stigmer.temporal.original;

import static java.util.Objects.requireNonNull;

import ai.stigmer.config.Cascade;
import ai.stigmer.config.ConfigInput;
import ai.stigmer.config.Resolved;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.graphton.model.Secret;
import ai.stigmer.graphton.redaction.Redactor;
import ai.stigmer.runner.ExecutionDriver;
import ai.stigmer.runner.KnownSecrets;
import ai.stigmer.runner.Runner;
import ai.stigmer.runner.contract.ContractEnvironment;
import ai.stigmer.runner.contract.ContractRuns;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What all executions of a worker share.
 *
 * <p>Thread contract: thread-safe.
 */
final class Workplace implements AutoCloseable {
  private final Journal journal;
  private final Backend backend;
  private final Workspaces workspaces;
  private final ContractRuns runs;
  private final ContractEnvironment environments;
  private final ExecutionDriver driver;
  private final RunnerLog log;
  private final Map<String, String> env;
  private final List<ModelSettings> models;
  private final Map<String, Map<String, String>> secrets = new ConcurrentHashMap<>();
  private volatile boolean isClosing;

  Workplace(OriginalWorker.Site site, Backend backend, RunnerLog log) {
    this.journal = site.journal();
    this.env = site.env();
    this.log = requireNonNull(log, "log is null");
    this.backend = requireNonNull(backend, "backend is null");
    ConfigInput configuration = site.configuration();
    Resolved resolved = Cascade.resolve(configuration);
    Runner runner = site.runner().lending(id -> secrets.getOrDefault(id, Map.of()));
    this.workspaces = new Workspaces(resolved.worker().workspaces());
    this.runs = new ContractRuns(journal, runner);
    this.environments = new ContractEnvironment(configuration, env);
    this.driver = new ExecutionDriver(runner, configuration, env);
    this.models =
        resolved.problems().isEmpty() ? List.of(resolved.llm().toModelSettings()) : List.of();
  }

  Journal journal() {
    return journal;
  }

  Backend backend() {
    return backend;
  }

  Workspaces workspaces() {
    return workspaces;
  }

  ContractRuns runs() {
    return runs;
  }

  ContractEnvironment environments() {
    return environments;
  }

  ExecutionDriver driver() {
    return driver;
  }

  RunnerLog log() {
    return log;
  }

  InstantSource clock() {
    return InstantSource.system();
  }

  /** Keeps the secret variables of an execution for as long as it runs here, in memory. */
  void lend(String id, Map<String, String> values) {
    secrets.put(id, values);
  }

  void forget(String id) {
    secrets.remove(id);
  }

  /** Takes out of a status what is secret here, and these values of its execution. */
  Redactor redactor(Collection<String> values) {
    var secrets = new ArrayList<>(values);
    models.forEach(model -> model.apiKey().map(Secret::reveal).ifPresent(secrets::add));
    return KnownSecrets.in(env).and(Redactor.of(secrets));
  }

  /** Executions that are let go of from now on are so because this worker ends. */
  @Override
  public void close() {
    isClosing = true;
  }

  /** Why an execution was let go of between two steps. */
  Problem letGo() {
    return isClosing
        ? Problem.of("E598", Problem.Category.RUN, "the worker was told to stop")
            .help("nothing is lost: ask for the same execution again, and it goes on at its step")
        : Problem.of(
                "E598",
                Problem.Category.LIMIT,
                "the time that the Stigmer server gives to one execution is over")
            .help("nothing is lost: ask for the same execution again, and it goes on at its step");
  }
}
