package ai.stigmer.runner.contract;

import ai.stigmer.agentic.agentexecution.v1.AgentExecutionStatus;
import ai.stigmer.agentic.agentexecution.v1.ExecutionPhase;

/** How a report changes a status. */
public final class StatusMerge {
  private StatusMerge() {}

  /**
   * The status after a report: lists that are not empty and texts that are set replace what is
   * stored, a phase does unless it is unspecified; the audit stays.
   */
  public static AgentExecutionStatus of(AgentExecutionStatus stored, AgentExecutionStatus report) {
    AgentExecutionStatus.Builder merged = stored.toBuilder();
    if (report.getMessagesCount() > 0) {
      merged.clearMessages().addAllMessages(report.getMessagesList());
    }
    if (report.getToolCallsCount() > 0) {
      merged.clearToolCalls().addAllToolCalls(report.getToolCallsList());
    }
    if (report.getSubAgentExecutionsCount() > 0) {
      merged.clearSubAgentExecutions().addAllSubAgentExecutions(report.getSubAgentExecutionsList());
    }
    if (report.getTodosCount() > 0) {
      merged.clearTodos().putAllTodos(report.getTodosMap());
    }
    if (report.getPhaseValue() != 0) {
      merged.setPhaseValue(report.getPhaseValue());
    }
    if (!report.getError().isEmpty()) {
      merged.setError(report.getError());
    }
    if (!report.getStartedAt().isEmpty()) {
      merged.setStartedAt(report.getStartedAt());
    }
    if (!report.getCompletedAt().isEmpty()) {
      merged.setCompletedAt(report.getCompletedAt());
    }
    return merged.build();
  }

  /** Whether nothing comes after this phase. */
  public static boolean isTerminal(ExecutionPhase phase) {
    return switch (phase) {
      case EXECUTION_COMPLETED, EXECUTION_FAILED, EXECUTION_CANCELLED -> true;
      case EXECUTION_PHASE_UNSPECIFIED, EXECUTION_PENDING, EXECUTION_IN_PROGRESS, UNRECOGNIZED ->
          false;
    };
  }
}
