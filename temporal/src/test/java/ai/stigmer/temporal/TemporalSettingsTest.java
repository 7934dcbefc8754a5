package ai.stigmer.temporal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.config.Cascade;
import ai.stigmer.config.ConfigInput;
import ai.stigmer.config.SettingInfo;
import ai.stigmer.config.TemporalConfig;
import ai.stigmer.graphton.RunIds;
import ai.stigmer.graphton.error.ProblemException;
import io.temporal.api.enums.v1.EventType;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.worker.WorkerFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From variables and the configuration file to what the server is told. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
class TemporalSettingsTest {
  /** Values that are no default, by key. */
  private static final Map<String, String> VALUES =
      Map.of(
          "temporal.address", "",
          "temporal.namespace", "default",
          "temporal.task_queue", "elsewhere",
          "temporal.max_concurrency", "1",
          "temporal.heartbeat", "7s",
          "temporal.segment", "13s",
          "temporal.priority", "2",
          "temporal.fairness_key", "team");

  @TempDir Path folder = Path.of("");

  private Server server;

  @BeforeAll
  void start() {
    server = Server.inMemory();
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @Test
  void everySettingOfTemporalIsLookedAt() {
    assertThat(SettingInfo.all().stream().map(SettingInfo::key))
        .filteredOn(key -> key.startsWith("temporal."))
        .as("those of other queues are looked at by OriginalServerTest")
        .filteredOn(key -> !key.endsWith("_task_queue"))
        .as("what is recorded with the run is looked at by ChildWorkflowsProcessTest")
        .filteredOn(key -> !key.equals(TemporalConfig.SUB_AGENT_WORKFLOWS))
        .containsExactlyInAnyOrderElementsOf(VALUES.keySet());
  }

  @TestFactory
  List<DynamicTest> everyVariableAndTheFileReachTheServer() {
    return List.of(
        DynamicTest.dynamicTest("our variables", () -> reaches(variables(0))),
        DynamicTest.dynamicTest("the usual variables", () -> reaches(variables(1))),
        DynamicTest.dynamicTest("the file", () -> reaches(file())));
  }

  @Test
  void theNamespaceIsToldAndOwnsWhatItsWorkersWrite() {
    Map<String, String> env = new HashMap<>(variables(0));
    env.put("STIGMER_TEMPORAL_NAMESPACE", "ours");
    try (TemporalConnection connection = TemporalConnection.open(settings(env), server.client());
        TemporalEngine engine = new TemporalEngine(connection)) {
      assertThat(connection.words()).contains("namespace ours");
      assertThat(connection.owner()).isEqualTo("temporal ours");
      assertThat(engine.givenUp("r")).isEmpty();
    }
  }

  @Test
  void aWorkerThatTemporalDoesNotAnswerIsTold() {
    Server leaving = Server.inMemory();
    Map<String, String> env = new HashMap<>(variables(0));
    env.put("STIGMER_TEMPORAL_ADDRESS", leaving.address());
    try (TemporalConnection connection = TemporalConnection.open(settings(env), leaving.client())) {
      var workers = WorkerFactory.newInstance(connection.client());
      workers.newWorker("q").registerWorkflowImplementationTypes(SegmentWorkflow.class);
      // When
      leaving.close();
      // Then
      assertThatThrownBy(() -> connection.begin(workers))
          .isInstanceOf(ProblemException.class)
          .hasMessageContaining("E590");
    }
  }

  private void reaches(Map<String, String> env) {
    String run = RunIds.next(Instant.now());
    TemporalSettings settings = settings(env);
    assertThat(settings.concurrency()).isEqualTo(1);
    assertThat(settings.priority().getPriorityKey()).isEqualTo(2);
    assertThat(settings.priority().getFairnessKey()).isEqualTo("team");
    try (TemporalEngine engine =
        new TemporalEngine(TemporalConnection.open(settings, server.client()))) {
      // When
      engine.start(run);
      // Then
      try (TemporalConnection looking = TemporalConnection.open(settings, server.client())) {
        List<HistoryEvent> events =
            looking
                .client()
                .fetchHistory(TemporalEngine.workflowId(run))
                .getHistory()
                .getEventsList();
        var started = events.getFirst().getWorkflowExecutionStartedEventAttributes();
        assertThat(started.getTaskQueue().getName()).isEqualTo("elsewhere");
        assertThat(started.getInput().getPayloads(0).getData().toStringUtf8())
            .contains("\"heartbeatMillis\":7000", "\"segmentMillis\":13000");
        assertThat(events)
            .extracting(HistoryEvent::getEventType)
            .contains(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED);
      }
    }
  }

  @Test
  void anAddressWhereNobodyListensIsTold() {
    Map<String, String> env = new HashMap<>(variables(0));
    env.put("STIGMER_TEMPORAL_ADDRESS", "127.0.0.1:" + Server.freePort());
    assertThatThrownBy(() -> TemporalConnection.open(settings(env), server.client()))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("E590");
  }

  /** The n-th variable of each setting, or its last one. */
  private Map<String, String> variables(int n) {
    var env = new HashMap<String, String>();
    for (SettingInfo setting : SettingInfo.all()) {
      if (VALUES.containsKey(setting.key())) {
        int at = Math.min(n, setting.variables().size() - 1);
        env.put(setting.variables().get(at).name(), value(setting.key()));
      }
    }
    return env;
  }

  private Map<String, String> file() throws IOException {
    var text = new StringBuilder("temporal:\n");
    VALUES
        .keySet()
        .forEach(
            key ->
                text.append("  ")
                    .append(key.substring("temporal.".length()))
                    .append(": ")
                    .append(value(key))
                    .append('\n'));
    Path home = Files.createDirectories(folder.resolve("home"));
    Files.writeString(home.resolve("config.yaml"), text.toString());
    return Map.of("STIGMER_HOME", home.toString());
  }

  private String value(String key) {
    return key.equals("temporal.address") ? server.address() : VALUES.getOrDefault(key, "");
  }

  private TemporalSettings settings(Map<String, String> given) {
    var env = new HashMap<>(given);
    env.putIfAbsent("STIGMER_HOME", folder.resolve("empty").toString());
    env.put("TEMPORAL_CONFIG_FILE", folder.resolve("none.toml").toString());
    return TemporalSettings.of(
        Cascade.resolve(ConfigInput.of(env, "stigmer worker")).temporal(), env);
  }
}
