package ai.stigmer.temporal.original;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionStatus;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;
import org.jspecify.annotations.Nullable;

/** What the workflows of a Stigmer server ask of its agent runner; names and arguments are its. */
@ActivityInterface
public interface RunnerActivities {

  /**
   * The id of the conversation that an execution belongs to.
   *
   * @param session empty for an execution without a session
   */
  @ActivityMethod(name = "EnsureThread")
  String ensureThread(@Nullable String session, @Nullable String agent);

  /**
   * Runs an execution to its end, or goes on with one that was begun. Every failure is part of the
   * status; nothing is thrown.
   */
  @ActivityMethod(name = "ExecuteGraphton")
  AgentExecutionStatus executeGraphton(AgentExecution execution, @Nullable String thread);

  /** Removes a workspace that this runner made; what is not its own is left alone. Never throws. */
  @ActivityMethod(name = "CleanupSandbox")
  void cleanupSandbox(@Nullable String sandbox);
}
