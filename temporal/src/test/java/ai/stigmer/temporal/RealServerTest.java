package ai.stigmer.temporal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.JournalEntry.ToolOutcome;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.temporal.RunOutcome.Kind;
import ai.stigmer.testkit.Await;
import io.temporal.common.Priority;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The contract on the real server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RealServerTest extends TemporalContract {
  private Server server;

  @BeforeAll
  void start(@TempDir Path serverFolder) {
    server = Server.real(serverFolder);
  }

  @Override
  Server server() {
    return server;
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @Test
  void aWaitingRunThatIsCancelledEndsAsCancelledInItsJournalToo() throws Exception {
    try (Temporal temporal = new Temporal(server, site.process(), folder, Duration.ofMinutes(1))) {
      site.begin(temporal.process(), run, false, Site.command("echo ran >> log"), Site.says("x"));
      temporal.engine().start(run);
      var _ = site.approval(run);
      // When
      temporal.engine().cancel(run);
      // Then
      assertThat(temporal.engine().result(run).kind()).isEqualTo(Kind.CANCELLED);
      assertThat(site.end(run)).isInstanceOf(RunEnd.Cancelled.class);
      assertThat(site.lines(run, "log")).isEmpty();
      temporal.replays(run, "cancelled-while-waiting");
    }
  }

  @Test
  void aStepThatIsUnderWayWhenItsWorkerStopsIsFinishedThereThoughItTakesLongerThanAHeartbeat() {
    long seconds = Temporal.HEARTBEAT.multipliedBy(2).toSeconds();
    Temporal first = new Temporal(server, site.process(), folder, Duration.ofMinutes(1));
    site.begin(
        first.process(),
        run,
        true,
        Site.command("echo began >> log; sleep " + seconds + "; echo ended >> log"),
        Site.says("done"));
    first.engine().start(run);
    Await.until("the command", () -> site.lines(run, "log").contains("began"));
    try (Temporal second = new Temporal(server, site.process(), folder, Duration.ofMinutes(1))) {
      // When
      first.close();
      // Then
      assertThat(second.engine().result(run).kind()).isEqualTo(Kind.COMPLETED);
    }
    assertThat(site.lines(run, "log")).containsExactly("began", "ended");
    assertThat(site.entries(run))
        .filteredOn(ToolOutcome.class::isInstance)
        .extracting(entry -> ((ToolOutcome) entry).result().status())
        .containsExactly(ToolResult.Status.OK);
  }

  @Test
  void runsOfTenantsHaveTheirNamesAsFairnessKeysAndLongOnesAKeyOfTheirOwn() {
    try (Temporal temporal = new Temporal(server, site.process(), folder, Duration.ofMinutes(1))) {
      for (String tenant : List.of("acme", "x".repeat(65), "")) {
        String one = run + "-" + tenant.length();
        site.begin(temporal.process(), one, true, Site.says("done"));
        // When
        temporal.engine().start(one, tenant);
        // Then
        String key =
            temporal
                .history(one)
                .getEvents(0)
                .getWorkflowExecutionStartedEventAttributes()
                .getPriority()
                .getFairnessKey();
        assertThat(key.length()).isLessThanOrEqualTo(64);
        assertThat(key.equals(tenant)).as(tenant).isEqualTo(tenant.length() <= 64);
        assertThat(key.isEmpty()).isEqualTo(tenant.isEmpty());
        assertThat(temporal.engine().result(one).kind()).isEqualTo(Kind.COMPLETED);
      }
    }
  }

  @Test
  void whatIsBegunHasThePriorityAndTheFairnessKeyOfTheSettingsAndATenantGoesFirst() {
    try (TemporalConnection connection = connection("urgent", 2, "team")) {
      TemporalEngine engine = new TemporalEngine(connection);
      engine.start(run);
      engine.start(run + "-x", "acme");
      assertThat(priority(connection, run)).isEqualTo(urgency(2, "team"));
      assertThat(priority(connection, run + "-x")).isEqualTo(urgency(2, "acme"));
    }
  }

  @Test
  void aNamespaceThatIsNotThereIsToldWithWhatMakesIt() {
    var settings =
        new TemporalSettings(
            Optional.of(server.address()),
            Optional.of("nowhere"),
            "queue",
            1,
            Temporal.HEARTBEAT,
            Duration.ofMinutes(1),
            Map.of("TEMPORAL_CONFIG_FILE", folder.resolve("none.toml").toString()));
    assertThatThrownBy(() -> TemporalConnection.open(settings, server.client()))
        .isInstanceOfSatisfying(
            ProblemException.class,
            e ->
                assertThat(e.problem().toString())
                    .contains("E599", "has no namespace nowhere", "create --namespace nowhere"));
  }

  private TemporalConnection connection(String queue, int priority, String key) {
    return TemporalConnection.open(
        new TemporalSettings(
            Optional.of(server.address()),
            Optional.of("default"),
            queue + "-" + run,
            1,
            Temporal.HEARTBEAT,
            Duration.ofMinutes(1),
            urgency(priority, key),
            Map.of("TEMPORAL_CONFIG_FILE", folder.resolve("none.toml").toString())),
        server.client());
  }

  private static Priority urgency(int priority, String key) {
    return Priority.newBuilder().setPriorityKey(priority).setFairnessKey(key).build();
  }

  private static Priority priority(TemporalConnection connection, String runId) {
    var said =
        connection
            .client()
            .fetchHistory(TemporalEngine.workflowId(runId))
            .getHistory()
            .getEvents(0)
            .getWorkflowExecutionStartedEventAttributes()
            .getPriority();
    return urgency(said.getPriorityKey(), said.getFairnessKey());
  }

  @Test
  void aWorkflowThatSomebodyTerminatedIsToldToBeGivenUpAndOneThatGoesOnIsNot() {
    try (Temporal temporal = new Temporal(server, site.process(), folder, Duration.ofMinutes(1))) {
      assertThat(temporal.engine().givenUp(run)).as("unknown").isEmpty();
      assertThat(temporal.engine().isForgotten(run)).isTrue();
      site.begin(temporal.process(), run, false, Site.command("echo ran >> log"), Site.says("x"));
      temporal.engine().start(run);
      var _ = site.approval(run);
      assertThat(temporal.engine().givenUp(run)).as("waiting").isEmpty();
      assertThat(temporal.engine().isForgotten(run)).isFalse();
      // When
      temporal.terminate(run);
      // Then
      assertThat(temporal.engine().givenUp(run).orElseThrow().code()).isEqualTo("E592");
      String nobodyBegan = run + "-x";
      temporal.engine().start(nobodyBegan);
      assertThat(temporal.engine().result(nobodyBegan).kind()).isEqualTo(Kind.FAILED);
      assertThat(temporal.engine().givenUp(nobodyBegan).orElseThrow().toString())
          .contains("E593", "E501");
    }
  }
}
