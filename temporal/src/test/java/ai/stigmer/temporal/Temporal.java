package ai.stigmer.temporal;

import io.temporal.api.history.v1.History;
import io.temporal.client.WorkflowClient;
import io.temporal.common.WorkflowExecutionHistory;
import io.temporal.testing.WorkflowReplayer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** An engine and one worker of a server, each with what a process of its own would have. */
final class Temporal implements AutoCloseable {
  static final Duration HEARTBEAT = Duration.ofSeconds(3);

  /** It names the machine. */
  private static final String IDENTITY = "\"[0-9]+@[^\"]*\"";

  private final Site.Peer process;
  private final TemporalConnection connection;
  private final TemporalEngine engine;
  private final TemporalWorker worker;
  private final List<String> troubles = new CopyOnWriteArrayList<>();

  Temporal(Server server, Site.Peer process, Path folder, Duration segment) {
    this(server, process, folder, segment, 10);
  }

  /**
   * The same with a worker of so many places.
   *
   * @param concurrency at least 1
   */
  Temporal(Server server, Site.Peer process, Path folder, Duration segment, int concurrency) {
    this.process = process;
    this.connection =
        TemporalConnection.open(
            new TemporalSettings(
                Optional.of(server.address()),
                Optional.of("default"),
                "stigmer-" + folder.getFileName(),
                concurrency,
                HEARTBEAT,
                segment,
                Map.of("TEMPORAL_CONFIG_FILE", folder.resolve("none.toml").toString())),
            server.client());
    this.engine = new TemporalEngine(connection);
    this.worker =
        TemporalWorker.start(
            connection,
            process.driver(),
            process.journal(),
            (runId, problem) -> troubles.add(problem.code()),
            Duration.ofSeconds(30));
  }

  Site.Peer process() {
    return process;
  }

  WorkflowClient client() {
    return connection.client();
  }

  TemporalEngine engine() {
    return engine;
  }

  /** The codes of what kept runs from being driven. */
  List<String> troubles() {
    return List.copyOf(troubles);
  }

  /** Ends the run's workflow as an operator does. */
  void terminate(String runId) {
    connection
        .client()
        .newUntypedWorkflowStub(TemporalEngine.workflowId(runId))
        .terminate("by an operator");
  }

  /** One look of another worker for words that nobody was told of, at a later time. */
  void remind(Duration later) {
    new Reminders(
            connection.client(),
            process.journal(),
            InstantSource.offset(InstantSource.system(), later))
        .look();
  }

  History history(String runId) {
    return kept(runId).getHistory();
  }

  WorkflowExecutionHistory kept(String runId) {
    return connection.client().fetchHistory(TemporalEngine.workflowId(runId));
  }

  /**
   * Replays the run's history with the workflow as it is now; with {@code
   * -Dstigmer.histories=VERSION} it is also kept under that version, unless there is one of the
   * name already.
   */
  void replays(String runId, String name) throws Exception {
    WorkflowExecutionHistory history = kept(runId);
    WorkflowReplayer.replayWorkflowExecution(history, SegmentWorkflow.class);
    String version = System.getProperty("stigmer.histories");
    if (version != null) {
      Path file = Path.of("src/test/resources/histories", version, name + ".json");
      Files.createDirectories(file.getParent());
      if (!Files.exists(file)) {
        String unnamed = history.toJson(true).replaceAll(IDENTITY, "\"worker\"");
        Files.writeString(file, unnamed + "\n");
      }
    }
  }

  @Override
  public void close() {
    worker.close();
    engine.close();
  }
}
