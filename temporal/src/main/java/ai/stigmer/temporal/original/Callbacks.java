package ai.stigmer.temporal.original;

import static java.util.Objects.requireNonNull;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionStatus;
import ai.stigmer.agentic.agentexecution.v1.ExecutionPhase;
import io.temporal.client.ActivityCompletionClient;
import io.temporal.client.ActivityNotExistsException;
import io.temporal.failure.ApplicationFailure;

/**
 * Completes activities of other workflows by their tokens. The server takes one completion of each,
 * so asking twice is no harm.
 *
 * <p>Thread contract: thread-safe.
 */
final class Callbacks implements CallbackActivities {
  /** The type of the failure that an execution without a result completes with. */
  static final String FAILED = "AgentExecutionFailed";

  private final ActivityCompletionClient client;

  Callbacks(ActivityCompletionClient client) {
    this.client = requireNonNull(client, "client is null");
  }

  @Override
  public void complete(AgentExecution execution, AgentExecutionStatus status) {
    byte[] token = execution.getSpec().getCallbackToken().toByteArray();
    try {
      if (status.getPhase() == ExecutionPhase.EXECUTION_COMPLETED) {
        client.complete(token, status);
      } else {
        String why = status.getError().isEmpty() ? status.getPhase().name() : status.getError();
        client.completeExceptionally(
            token, ApplicationFailure.newNonRetryableFailure(why, FAILED, status));
      }
    } catch (ActivityNotExistsException e) {
      // It was completed before, or nobody waits any more.
    }
  }
}
