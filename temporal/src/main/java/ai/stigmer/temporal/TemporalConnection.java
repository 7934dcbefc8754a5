package ai.stigmer.temporal;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Problem.Category;
import ai.stigmer.graphton.error.ProblemException;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckResponse;
import io.temporal.api.workflowservice.v1.DescribeNamespaceRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.envconfig.ClientConfigProfile;
import io.temporal.envconfig.LoadClientConfigProfileOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.worker.WorkerFactory;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * A connection to Temporal, configured as every Temporal client is, with our own settings on top.
 *
 * <p>Thread contract: thread-safe.
 */
public final class TemporalConnection implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final WorkflowServiceStubs stubs;
  private final WorkflowClient client;
  private final TemporalSettings settings;

  private TemporalConnection(
      WorkflowServiceStubs stubs, WorkflowClientOptions options, TemporalSettings settings) {
    this.stubs = stubs;
    this.client = WorkflowClient.newInstance(stubs, options);
    this.settings = settings;
  }

  /**
   * Connects.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E590} when the server cannot be
   *     reached, {@code E591} when Temporal's own configuration cannot be used, {@code E599} when
   *     the server has no such namespace
   */
  public static TemporalConnection open(TemporalSettings settings) {
    return open(settings, UnaryOperator.identity());
  }

  static TemporalConnection open(
      TemporalSettings settings, UnaryOperator<WorkflowServiceStubsOptions.Builder> more) {
    ClientConfigProfile profile = profile(settings);
    WorkflowServiceStubsOptions options;
    try {
      options =
          more.apply(
                  WorkflowServiceStubsOptions.newBuilder(profile.toWorkflowServiceStubsOptions()))
              .validateAndBuildWithDefaults();
    } catch (RuntimeException e) {
      throw unusable(e);
    }
    WorkflowServiceStubs stubs = WorkflowServiceStubs.newServiceStubs(options);
    try {
      stubs.connect(PATIENCE);
      var connection = new TemporalConnection(stubs, profile.toWorkflowClientOptions(), settings);
      connection.lookAtNamespace();
      return connection;
    } catch (ProblemException e) {
      stubs.shutdownNow();
      throw e;
    } catch (RuntimeException e) {
      stubs.shutdownNow();
      throw unreachable(options.getTarget(), e);
    }
  }

  /** A server may forbid the look, or not know it: only a namespace that is not there is told. */
  private void lookAtNamespace() {
    String namespace = client.getOptions().getNamespace();
    var question = DescribeNamespaceRequest.newBuilder().setNamespace(namespace).build();
    try {
      var _ =
          stubs
              .blockingStub()
              .withDeadlineAfter(PATIENCE.toSeconds(), TimeUnit.SECONDS)
              .describeNamespace(question);
    } catch (StatusRuntimeException e) {
      switch (e.getStatus().getCode()) {
        case NOT_FOUND -> throw nowhere(stubs.getOptions().getTarget(), namespace);
        case UNAVAILABLE, DEADLINE_EXCEEDED -> throw e;
        default -> {}
      }
    }
  }

  /** The client of the SDK, for other workers over the same connection. */
  public WorkflowClient client() {
    return client;
  }

  /** What it was opened with. */
  public TemporalSettings settings() {
    return settings;
  }

  /**
   * Has workers take their tasks.
   *
   * @throws ProblemException {@code E590} when the server does not answer, or refuses
   */
  public void begin(WorkerFactory workers) {
    var _ =
        TemporalEngine.asked(
            () -> {
              workers.start();
              return "";
            });
  }

  /** Asks the server how it is; fails when it does not answer. */
  HealthCheckResponse.ServingStatus health() {
    return stubs.healthCheck().getStatus();
  }

  /** Host and port, namespace and task queue, for people. */
  public String words() {
    return stubs.getOptions().getTarget()
        + ", namespace "
        + client.getOptions().getNamespace()
        + ", queue "
        + settings.taskQueue();
  }

  /**
   * The name under which every worker of the namespace writes: Temporal settles which of them
   * drives a run, so each takes over from the one before.
   */
  public String owner() {
    return "temporal " + client.getOptions().getNamespace();
  }

  @Override
  public void close() {
    stubs.shutdown();
    if (!stubs.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      stubs.shutdownNow();
    }
  }

  private static ClientConfigProfile profile(TemporalSettings settings) {
    ClientConfigProfile.Builder profile = profile(settings.env()).toBuilder();
    settings.address().ifPresent(profile::setAddress);
    settings.namespace().ifPresent(profile::setNamespace);
    return profile.build();
  }

  /**
   * What the file and the variables of every Temporal client say.
   *
   * @throws ProblemException {@code E591}
   */
  static ClientConfigProfile profile(Map<String, String> env) {
    try {
      return ClientConfigProfile.load(
          LoadClientConfigProfileOptions.newBuilder().setEnvOverrides(env).build());
    } catch (IOException | RuntimeException e) {
      throw unusable(e);
    }
  }

  /** The words of the SDK may quote the file, and a key may stand there. */
  private static ProblemException unusable(Exception e) {
    return Problem.of(
            "E591",
            Category.CONFIGURATION,
            "Temporal's own configuration cannot be used: " + e.getClass().getSimpleName())
        .from(
            "temporal.toml, or the file that TEMPORAL_CONFIG_FILE names, and TEMPORAL_* variables")
        .help("see docs/temporal.md for what is read")
        .asException();
  }

  private static ProblemException nowhere(String target, String namespace) {
    return Problem.of(
            "E599",
            Category.CONFIGURATION,
            "Temporal at " + target + " has no namespace " + namespace)
        .help(
            "make it: temporal operator namespace create --namespace " + namespace,
            "another one: TEMPORAL_NAMESPACE=NAME; where this one comes from: stigmer config"
                + " explain temporal.namespace")
        .asException();
  }

  private static ProblemException unreachable(String target, RuntimeException e) {
    String why =
        e instanceof StatusRuntimeException status
            ? status.getStatus().getCode().name()
            : e.getClass().getSimpleName();
    return Problem.of("E590", Category.RUN, "Temporal cannot be reached at " + target + ": " + why)
        .help(
            "is it running there? a local one: temporal server start-dev",
            "another address: TEMPORAL_SERVICE_ADDRESS=HOST:PORT")
        .asException();
  }
}
