package ai.stigmer.server.run;

import ai.stigmer.agentic.agent.v1.Agent;
import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionSpec;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionStatus;
import ai.stigmer.agentic.agentexecution.v1.ExecutionPhase;
import ai.stigmer.agentic.executioncontext.v1.ExecutionContext;
import ai.stigmer.agentic.executioncontext.v1.ExecutionContextSpec;
import ai.stigmer.agentic.session.v1.Session;
import ai.stigmer.agentic.session.v1.SessionSpec;
import ai.stigmer.commons.apiresource.ApiResourceMetadata;
import ai.stigmer.server.resource.Agents;
import ai.stigmer.server.resource.Shelf;
import ai.stigmer.server.resource.Shelves;

/**
 * Stores what was asked for: an execution, the session of one that names none, and its variables.
 *
 * <p>Thread contract: thread-safe.
 */
final class NewExecutions {
  private static final int SUBJECT = 80;

  private final Shelves shelves;
  private final Agents agents;
  private final Launch launch;

  NewExecutions(Shelves shelves, Launch launch) {
    this.shelves = shelves;
    this.agents = new Agents(shelves);
    this.launch = launch;
  }

  /**
   * Returns it as it is stored.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E560} when there is no such session
   *     or agent, {@code E561} when nothing is asked
   */
  AgentExecution store(AgentExecution asked) {
    if (asked.getSpec().getMessage().isBlank()) {
      throw Shelf.invalid("spec.message: must not be blank").asException();
    }
    AgentExecution given = withoutSecrets(asked);
    AgentExecutionSpec spec = given.getSpec();
    String id = shelves.executions().nextId();
    String session =
        spec.getSessionId().isEmpty()
            ? newSession(spec, given.getMetadata())
            : shelves.sessions().clear(spec.getSessionId()).getMetadata().getId();
    if (spec.getRuntimeEnvCount() > 0) {
      keepVariables(id, given);
    }
    AgentExecution pending =
        given.toBuilder()
            .setSpec(spec.toBuilder().setSessionId(session))
            .setStatus(AgentExecutionStatus.newBuilder().setPhase(ExecutionPhase.EXECUTION_PENDING))
            .build();
    return shelves.executions().insertWhole(shelves.executions().masked(pending), id);
  }

  /** What is asked for stands in the row and in the session's subject for all to read. */
  private AgentExecution withoutSecrets(AgentExecution asked) {
    String message = launch.redactor(asked).text(asked.getSpec().getMessage());
    return asked.toBuilder().setSpec(asked.getSpec().toBuilder().setMessage(message)).build();
  }

  private String newSession(AgentExecutionSpec spec, ApiResourceMetadata metadata) {
    Agent agent = shelves.agents().clear(spec.getAgentId());
    String message = spec.getMessage().strip();
    return shelves
        .sessions()
        .create(
            Session.newBuilder()
                .setMetadata(
                    ApiResourceMetadata.newBuilder()
                        .setOrg(metadata.getOrg())
                        .setOwnerScope(metadata.getOwnerScope()))
                .setSpec(
                    SessionSpec.newBuilder()
                        .setAgentInstanceId(agents.defaultInstance(agent))
                        .setSubject(message.substring(0, Math.min(message.length(), SUBJECT))))
                .build())
        .getMetadata()
        .getId();
  }

  /** Apart from the execution, because they may be secret and that is not. */
  private void keepVariables(String id, AgentExecution given) {
    var _ =
        shelves
            .contexts()
            .insert(
                ExecutionContext.newBuilder()
                    .setMetadata(
                        ApiResourceMetadata.newBuilder().setOrg(given.getMetadata().getOrg()))
                    .setSpec(
                        ExecutionContextSpec.newBuilder()
                            .setExecutionId(id)
                            .putAllData(given.getSpec().getRuntimeEnvMap()))
                    .build(),
                Ingredients.contextId(id));
  }
}
