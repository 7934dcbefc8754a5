package ai.stigmer.temporal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.temporal.RunOutcome.Kind;
import ai.stigmer.testkit.Await;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.failure.CanceledFailure;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.worker.Worker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the workflow asks of its segments, with segments that only listen. */
@Timeout(60)
class SegmentWorkflowTest {
  private static final String QUEUE = "queue";

  /** Waits until it is cancelled. */
  private static final class Listening implements SegmentActivities {
    private final List<SegmentInput> asked = new CopyOnWriteArrayList<>();

    @Override
    public RunOutcome drive(SegmentInput input) {
      asked.add(input);
      return new RunOutcome(input.cancelled() ? Kind.CANCELLED : Kind.WAITING, "r.1", 0);
    }

    @Override
    public boolean isDecided(String runId, String approval) {
      return false;
    }
  }

  @Test
  void aWorkflowThatIsCancelledWhileItWaitsHasItsRunEndedByASegmentThatKnowsIt() {
    var segments = new Listening();
    try (TestWorkflowEnvironment server = TestWorkflowEnvironment.newInstance()) {
      Worker worker = server.newWorker(QUEUE);
      worker.registerWorkflowImplementationTypes(SegmentWorkflow.class);
      worker.registerActivitiesImplementations(segments);
      server.start();
      WorkflowStub workflow = begun(server.getWorkflowClient());
      Await.until(
          "waiting", () -> workflow.query("state", RunState.class).phase().equals("WAITING"));
      // When
      workflow.cancel();
      // Then
      assertThatThrownBy(() -> workflow.getResult(RunOutcome.class))
          .hasRootCauseInstanceOf(CanceledFailure.class);
    }
    assertThat(segments.asked).extracting(SegmentInput::cancelled).containsExactly(false, true);
  }

  /** Waits once, until the first look. */
  private record Looking(String awaited, LongSupplier clock, List<Long> looks)
      implements SegmentActivities {
    @Override
    public RunOutcome drive(SegmentInput input) {
      return looks.isEmpty()
          ? new RunOutcome(Kind.WAITING, awaited, 0)
          : new RunOutcome(Kind.COMPLETED, "", 0);
    }

    @Override
    public boolean isDecided(String runId, String approval) {
      looks.add(clock.getAsLong());
      return true;
    }
  }

  @ParameterizedTest
  @CsvSource({"r.1,60,120", "r_aaaaaaaa,1,2"})
  void whoWaitsForASubAgentLooksSoonerThanWhoWaitsForAnApproval(
      String awaited, int from, int until) {
    var looks = new CopyOnWriteArrayList<Long>();
    try (TestWorkflowEnvironment server = TestWorkflowEnvironment.newInstance()) {
      Worker worker = server.newWorker(QUEUE);
      worker.registerWorkflowImplementationTypes(SegmentWorkflow.class);
      worker.registerActivitiesImplementations(
          new Looking(awaited, server::currentTimeMillis, looks));
      server.start();
      long began = server.currentTimeMillis();
      // When
      RunOutcome outcome = begun(server.getWorkflowClient()).getResult(RunOutcome.class);
      // Then: by the server's clock, which skips what nobody works in
      assertThat(outcome.kind()).isEqualTo(Kind.COMPLETED);
      assertThat(looks).hasSize(1);
      assertThat(Duration.ofMillis(looks.getFirst() - began))
          .isBetween(Duration.ofMinutes(from), Duration.ofMinutes(until + 10));
    }
  }

  private static WorkflowStub begun(WorkflowClient client) {
    WorkflowStub workflow =
        client.newUntypedWorkflowStub(
            RunWorkflow.TYPE,
            WorkflowOptions.newBuilder().setTaskQueue(QUEUE).setWorkflowId("r").build());
    var _ = workflow.start(new RunInput("r", 3_000, 60_000));
    return workflow;
  }
}
