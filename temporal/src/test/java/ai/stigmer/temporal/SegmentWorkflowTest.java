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
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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

  private static WorkflowStub begun(WorkflowClient client) {
    WorkflowStub workflow =
        client.newUntypedWorkflowStub(
            RunWorkflow.TYPE,
            WorkflowOptions.newBuilder().setTaskQueue(QUEUE).setWorkflowId("r").build());
    var _ = workflow.start(new RunInput("r", 3_000, 60_000));
    return workflow;
  }
}
