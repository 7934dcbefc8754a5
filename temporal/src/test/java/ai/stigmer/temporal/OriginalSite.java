package ai.stigmer.temporal;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionStatus;
import ai.stigmer.config.Cascade;
import ai.stigmer.config.ConfigInput;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.runner.ReclaimingJournal;
import ai.stigmer.runner.Runner;
import ai.stigmer.store.SqliteJournal;
import ai.stigmer.temporal.original.InvokeWorkflow;
import ai.stigmer.temporal.original.OriginalWorker;
import ai.stigmer.temporal.original.OriginalWorker.Workflows;
import ai.stigmer.temporal.original.RunnerActivities;
import io.temporal.activity.ActivityCancellationType;
import io.temporal.activity.ActivityOptions;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.common.RetryOptions;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerFactoryOptions;
import io.temporal.worker.WorkerOptions;
import io.temporal.workflow.Workflow;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A Stigmer server with its workflows, as the original has them, and workers in place of its
 * runner, on a Temporal server in memory.
 */
final class OriginalSite implements AutoCloseable {
  private final Server server;
  private final Path folder;
  private final FakeBackend backend = new FakeBackend();
  private final Map<String, String> env = new HashMap<>();
  private final List<Runnable> open = new ArrayList<>();
  private final List<String> log = new CopyOnWriteArrayList<>();
  private final TemporalConnection connection;
  private Duration heartbeat = Duration.ofSeconds(30);

  OriginalSite(Server server, Path folder) {
    this.server = server;
    this.folder = folder;
    env.put("STIGMER_HOME", folder.resolve("home").toString());
    env.put("PATH", "/usr/local/bin:/usr/bin:/bin");
    env.put("MODE", "local");
    env.put("STIGMER_BACKEND_ENDPOINT", backend.endpoint());
    env.put("STIGMER_API_KEY", FakeBackend.KEY);
    env.put("SANDBOX_ROOT_DIR", folder.resolve("work").toString());
    env.put("TEMPORAL_AGENT_EXECUTION_RUNNER_TASK_QUEUE", "runner-" + folder.getFileName());
    env.put("TEMPORAL_AGENT_EXECUTION_STIGMER_TASK_QUEUE", "server-" + folder.getFileName());
    env.put("STIGMER_EXECUTION_MODE", "local");
    env.put("STIGMER_PERMISSIONS_ALLOW", "execute(*)");
    this.connection = connect();
  }

  FakeBackend backend() {
    return backend;
  }

  OriginalSite with(String variable, String value) {
    env.put(variable, value);
    return this;
  }

  /** How long a runner may be silent, as the server's workflows have it. */
  OriginalSite heartbeat(Duration time) {
    heartbeat = time;
    return this;
  }

  List<String> log() {
    return List.copyOf(log);
  }

  Path workspace(String thread) {
    return folder.resolve("work").resolve(thread);
  }

  private TemporalConnection connect() {
    return TemporalConnection.open(
        TemporalSettings.of(
            Cascade.resolve(
                    ConfigInput.of(
                        Map.of(
                            "STIGMER_HOME",
                            folder.resolve("home").toString(),
                            "TEMPORAL_SERVICE_ADDRESS",
                            server.address(),
                            "TEMPORAL_NAMESPACE",
                            "default"),
                        "stigmer worker"))
                .temporal(),
            Map.of("TEMPORAL_CONFIG_FILE", folder.resolve("none.toml").toString())),
        server.client());
  }

  /** A name that no other test has. */
  String queue() {
    return String.valueOf(folder.getFileName());
  }

  /** Starts a worker in place of the runner; the server runs the workflows. */
  OriginalWorker worker() {
    WorkerFactory theirs =
        WorkerFactory.newInstance(
            connection.client(),
            WorkerFactoryOptions.newBuilder().setUsingVirtualWorkflowThreads(true).build());
    theirs
        .newWorker(
            value("TEMPORAL_AGENT_EXECUTION_STIGMER_TASK_QUEUE"),
            WorkerOptions.newBuilder().setUsingVirtualThreads(true).build())
        .registerWorkflowImplementationTypes(TheirWorkflow.class);
    theirs.start();
    open.add(theirs::shutdownNow);
    return runner(Workflows.SERVERS);
  }

  /** Starts a worker alone. */
  OriginalWorker runner(Workflows workflows) {
    Journal journal =
        new ReclaimingJournal(
            SqliteJournal.open(
                folder.resolve("home").resolve("stigmer.db"), InstantSource.system()));
    Runner runner = new Runner(journal, "temporal test", env);
    OriginalWorker worker =
        OriginalWorker.start(
            connection,
            new OriginalWorker.Site(ConfigInput.of(env, "stigmer worker"), env, journal, runner),
            workflows,
            (level, line) -> log.add(level.id() + " " + line),
            Duration.ofMillis(1));
    open.add(runner::close);
    open.add(worker::close);
    return worker;
  }

  private String value(String name) {
    return env.getOrDefault(name, "");
  }

  /** An execution of the session. */
  static AgentExecution execution(String id, String message) {
    AgentExecution.Builder execution = AgentExecution.newBuilder();
    execution.getMetadataBuilder().setId(id);
    execution.getSpecBuilder().setSessionId(FakeBackend.SESSION).setMessage(message);
    return execution.build();
  }

  /** Starts its workflow, as the server does. */
  WorkflowStub invoke(AgentExecution execution) {
    backend.knows(execution);
    WorkflowStub workflow =
        connection
            .client()
            .newUntypedWorkflowStub(
                InvokeWorkflow.TYPE,
                WorkflowOptions.newBuilder()
                    .setWorkflowId(
                        InvokeWorkflow.TYPE + "/" + queue() + execution.getMetadata().getId())
                    .setTaskQueue(value("TEMPORAL_AGENT_EXECUTION_STIGMER_TASK_QUEUE"))
                    .setMemo(
                        Map.of(
                            "activityTaskQueue",
                            value("TEMPORAL_AGENT_EXECUTION_RUNNER_TASK_QUEUE"),
                            "heartbeat",
                            heartbeat.toMillis()))
                    .build());
    var _ = workflow.start(execution);
    return workflow;
  }

  /** Runs an execution to its end. */
  AgentExecutionStatus run(AgentExecution execution) {
    return result(invoke(execution));
  }

  static AgentExecutionStatus result(WorkflowStub workflow) {
    return workflow.getResult(AgentExecutionStatus.class);
  }

  TemporalConnection connection() {
    return connection;
  }

  @Override
  public void close() {
    open.reversed().forEach(Runnable::run);
    connection.close();
    backend.close();
  }

  /** The workflow as the original server has it: one attempt, and no second chance. */
  public static final class TheirWorkflow implements InvokeWorkflow {
    @Override
    public AgentExecutionStatus invoke(AgentExecution execution) {
      String queue = String.valueOf(Workflow.getMemo("activityTaskQueue", String.class));
      Object heartbeat = Workflow.getMemo("heartbeat", Long.class);
      long millis = heartbeat instanceof Long number ? number : 30_000;
      RunnerActivities runner =
          Workflow.newActivityStub(
              RunnerActivities.class,
              ActivityOptions.newBuilder()
                  .setTaskQueue(queue)
                  .setStartToCloseTimeout(Duration.ofMinutes(10))
                  .setScheduleToStartTimeout(Duration.ofMinutes(1))
                  .setHeartbeatTimeout(Duration.ofMillis(millis))
                  .setCancellationType(ActivityCancellationType.WAIT_CANCELLATION_COMPLETED)
                  .setRetryOptions(RetryOptions.newBuilder().setMaximumAttempts(1).build())
                  .build());
      String thread =
          runner.ensureThread(execution.getSpec().getSessionId(), execution.getSpec().getAgentId());
      return runner.executeGraphton(execution, thread);
    }
  }

  Optional<AgentExecutionStatus> lastUpdate(String id) {
    List<AgentExecutionStatus> all = backend.updates(id);
    return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
  }
}
