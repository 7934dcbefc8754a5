package ai.stigmer.temporal.original;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionStatus;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/** What our own workflow of an execution asks for besides. */
@ActivityInterface
public interface CallbackActivities {

  /**
   * Completes the activity that waits for an execution, with its status or with its error; one that
   * is completed already stays as it is.
   */
  @ActivityMethod(name = "stigmer/complete-callback")
  void complete(AgentExecution execution, AgentExecutionStatus status);
}
