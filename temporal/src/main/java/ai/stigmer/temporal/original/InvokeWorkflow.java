package ai.stigmer.temporal.original;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionStatus;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/** The workflow of an execution, as the Stigmer server knows it. */
@WorkflowInterface
public interface InvokeWorkflow {
  /** The name of the workflow's type. */
  String TYPE = "stigmer/agent-execution/invoke";

  /** Has an execution run, and completes the activity that waits for it, when there is one. */
  @WorkflowMethod(name = TYPE)
  AgentExecutionStatus invoke(AgentExecution execution);
}
