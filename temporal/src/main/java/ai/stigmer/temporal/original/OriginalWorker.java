package ai.stigmer.temporal.original;

import static java.util.Objects.requireNonNull;

import ai.stigmer.config.Cascade;
import ai.stigmer.config.ConfigInput;
import ai.stigmer.config.LogLevel;
import ai.stigmer.config.Mode;
import ai.stigmer.config.Resolved;
import ai.stigmer.config.WorkerConfig;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.runner.Runner;
import ai.stigmer.temporal.TemporalConnection;
import io.temporal.client.WorkflowClient;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerFactoryOptions;
import io.temporal.worker.WorkerOptions;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * Serves an existing Stigmer server in place of its original agent runner. Any number of them share
 * a namespace and a journal.
 *
 * <p>Thread contract: thread-safe. Its threads are virtual: the caller keeps the process alive.
 */
public final class OriginalWorker implements AutoCloseable {
  private static final Duration LOOK = Duration.ofMillis(50);
  private static final Duration LAST_WORDS = Duration.ofSeconds(5);
  private static final Duration OFTEN = Duration.ofSeconds(2);

  private final WorkerFactory factory;
  private final RunnerService service;
  private final Backend backend;
  private final Duration grace;
  private final String words;
  private OptionalLong lastMoment = OptionalLong.empty();

  private OriginalWorker(
      WorkerFactory factory, RunnerService service, Backend backend, Duration grace, String words) {
    this.factory = factory;
    this.service = service;
    this.backend = backend;
    this.grace = grace;
    this.words = words;
  }

  /**
   * What runs are made of and written to.
   *
   * @param configuration the cascade's input, without requests
   * @param env the environment of this process
   * @param runner begins and drives runs in {@code journal}
   */
  public record Site(
      ConfigInput configuration, Map<String, String> env, Journal journal, Runner runner) {
    public Site {
      requireNonNull(configuration, "configuration is null");
      env = Map.copyOf(env);
      requireNonNull(journal, "journal is null");
      requireNonNull(runner, "runner is null");
    }
  }

  /** Who runs the workflows of executions. */
  public enum Workflows {
    /** The Stigmer server, as ever. */
    SERVERS,
    /** This worker. */
    OURS
  }

  /**
   * Starts to take what the server's workflows ask for.
   *
   * @param grace how long {@link #close} lets executions go on before it lets go of them
   * @throws ProblemException {@code E169} when the configuration says what cannot be served, {@code
   *     E590} when Temporal does not answer
   */
  public static OriginalWorker start(
      TemporalConnection connection,
      Site site,
      Workflows workflows,
      RunnerLog log,
      Duration grace) {
    Resolved resolved = Cascade.resolve(site.configuration());
    WorkerConfig config = resolved.worker();
    refuseOtherSandbox(config.sandbox());
    String endpoint = endpoint(resolved);
    Backend backend = Backend.open(endpoint, config.apiKey());
    if (config.apiKey().isPresent() && !Backend.isEncrypted(endpoint)) {
      log.say(
          LogLevel.WARNING,
          "the key for " + endpoint + " is sent unencrypted: its port is not 443");
    }
    var service = new RunnerService(new Workplace(site, backend, log));
    WorkflowClient client = connection.client();
    WorkerFactory factory =
        WorkerFactory.newInstance(
            client,
            WorkerFactoryOptions.newBuilder()
                .setUsingVirtualWorkflowThreads(true)
                .setShutdownCheckInterval(LOOK)
                .build());
    Worker worker =
        factory.newWorker(config.runnerQueue(), options(connection.settings().concurrency()));
    worker.registerActivitiesImplementations(service);
    if (workflows == Workflows.OURS) {
      Worker invoking =
          factory.newWorker(config.invokeQueue(), options(connection.settings().concurrency()));
      invoking.registerWorkflowImplementationTypes(Invocation.class);
      invoking.registerActivitiesImplementations(
          new Callbacks(client.newActivityCompletionClient()));
    }
    connection.begin(factory);
    return new OriginalWorker(
        factory, service, backend, grace, endpoint + ", queue " + config.runnerQueue());
  }

  private static WorkerOptions options(int concurrency) {
    return WorkerOptions.newBuilder()
        .setUsingVirtualThreads(true)
        .setMaxConcurrentActivityExecutionSize(concurrency)
        .setMaxHeartbeatThrottleInterval(OFTEN)
        .setAllowActivityHeartbeatDuringShutdown(true)
        .build();
  }

  private static String endpoint(Resolved resolved) {
    return resolved
        .worker()
        .endpoint()
        .orElse(resolved.mode() == Mode.LOCAL ? "localhost:50051" : "localhost:8080");
  }

  private static void refuseOtherSandbox(String sandbox) {
    if (!sandbox.equals("filesystem")) {
      throw Problem.of(
              "E169",
              Problem.Category.CONFIGURATION,
              "worker.sandbox is \"" + sandbox + "\", and workspaces are on this machine only")
          .from("SANDBOX_TYPE, or worker.sandbox in the file")
          .help(
              "unset it, or say filesystem",
              "how commands are kept in is another setting: STIGMER_EXECUTION_MODE=sandbox")
          .asException();
    }
  }

  /** Which server it serves, and where it waits, for people. */
  public String words() {
    return words;
  }

  /** Takes no more executions; the grace for those under way begins. */
  public synchronized void takeNoMore() {
    if (lastMoment.isEmpty()) {
      factory.shutdown();
      lastMoment = OptionalLong.of(System.nanoTime() + grace.toNanos());
    }
  }

  /**
   * Takes no more executions, waits for those under way as long as the grace, and then lets go of
   * them between two steps; they go on when they are asked for again.
   */
  @Override
  public synchronized void close() {
    takeNoMore();
    long left = lastMoment.orElseThrow() - System.nanoTime();
    factory.awaitTermination(Math.max(0, left), TimeUnit.NANOSECONDS);
    service.letGo();
    factory.awaitTermination(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS);
    backend.close();
  }
}
