package ai.stigmer.temporal.original;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionStatus;
import ai.stigmer.agentic.agentexecution.v1.ExecutionPhase;
import io.temporal.activity.ActivityCancellationType;
import io.temporal.activity.ActivityOptions;
import io.temporal.common.RetryOptions;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.workflow.Workflow;
import java.time.Duration;

/*
 * Replayed against what other versions of it have written: a change in what it asks for, or in which order, goes behind
 * Workflow.getVersion.
 */
/**
 * Our own workflow of an execution, for servers that leave it to their workers. A worker that is
 * lost costs a heartbeat's timeout: the next one goes on at the step.
 */
public final class Invocation implements InvokeWorkflow {
  private static final String QUEUE = "activityTaskQueue";
  private static final String USUAL_QUEUE = "agent_execution_runner";
  private static final RetryOptions PATIENCE =
      RetryOptions.newBuilder()
          .setInitialInterval(Duration.ofSeconds(1))
          .setMaximumInterval(Duration.ofSeconds(30))
          .build();

  @Override
  public AgentExecutionStatus invoke(AgentExecution execution) {
    AgentExecutionStatus status;
    try {
      status = executed(execution);
    } catch (ActivityFailure | CanceledFailure e) {
      status = ended(e);
    }
    if (!execution.getSpec().getCallbackToken().isEmpty()) {
      AgentExecutionStatus end = status;
      Workflow.newDetachedCancellationScope(() -> callbacks().complete(execution, end)).run();
    }
    return status;
  }

  private AgentExecutionStatus executed(AgentExecution execution) {
    RunnerActivities runner = runner();
    String thread =
        runner.ensureThread(execution.getSpec().getSessionId(), execution.getSpec().getAgentId());
    AgentExecutionStatus status = runner.executeGraphton(execution, thread);
    while (status.getError().startsWith("E598")) {
      // A worker let go of it between two steps.
      status = runner.executeGraphton(execution, thread);
    }
    return status;
  }

  private static AgentExecutionStatus ended(Exception e) {
    boolean isCancelled = e instanceof CanceledFailure || e.getCause() instanceof CanceledFailure;
    return AgentExecutionStatus.newBuilder()
        .setPhase(
            isCancelled ? ExecutionPhase.EXECUTION_CANCELLED : ExecutionPhase.EXECUTION_FAILED)
        .setError(isCancelled ? "" : "no worker could run the execution")
        .build();
  }

  private static RunnerActivities runner() {
    Object queue = Workflow.getMemo(QUEUE, String.class);
    return Workflow.newActivityStub(
        RunnerActivities.class,
        ActivityOptions.newBuilder()
            .setTaskQueue(queue instanceof String text && !text.isEmpty() ? text : USUAL_QUEUE)
            .setStartToCloseTimeout(Duration.ofHours(24))
            .setHeartbeatTimeout(Duration.ofSeconds(30))
            .setCancellationType(ActivityCancellationType.WAIT_CANCELLATION_COMPLETED)
            .setRetryOptions(PATIENCE)
            .build());
  }

  private static CallbackActivities callbacks() {
    return Workflow.newActivityStub(
        CallbackActivities.class,
        ActivityOptions.newBuilder()
            .setStartToCloseTimeout(Duration.ofSeconds(30))
            .setRetryOptions(PATIENCE)
            .build());
  }
}
