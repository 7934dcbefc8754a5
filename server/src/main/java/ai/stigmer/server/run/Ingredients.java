package ai.stigmer.server.run;

import ai.stigmer.agentic.agent.v1.Agent;
import ai.stigmer.agentic.agent.v1.McpServerDefinition;
import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentinstance.v1.AgentInstance;
import ai.stigmer.agentic.agentinstance.v1.AgentInstanceSpec;
import ai.stigmer.agentic.environment.v1.EnvironmentSpec;
import ai.stigmer.agentic.executioncontext.v1.ExecutionContext;
import ai.stigmer.agentic.executioncontext.v1.ExecutionValue;
import ai.stigmer.agentic.mcpserver.v1.McpServerSpec;
import ai.stigmer.agentic.session.v1.Session;
import ai.stigmer.commons.apiresource.ApiResourceReference;
import ai.stigmer.commons.apiresource.apiresourcekind.ApiResourceKind;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.runner.contract.ContractServers;
import ai.stigmer.runner.contract.ContractVariables;
import ai.stigmer.server.resource.Shelves;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What an execution is made of: its agent and its variables, gathered from the shelves. */
final class Ingredients {
  private final Shelves shelves;

  Ingredients(Shelves shelves) {
    this.shelves = shelves;
  }

  /** The id of the context that keeps the variables of an execution. */
  static String contextId(String execution) {
    return "ctx" + execution.substring(execution.indexOf('_'));
  }

  private AgentInstance instance(AgentExecution execution) {
    String id = execution.getSpec().getSessionId();
    if (id.isEmpty()) {
      return defaultInstance(execution.getSpec().getAgentId());
    }
    Session session = shelves.sessions().clear(id);
    return shelves.instances().clear(session.getSpec().getAgentInstanceId());
  }

  /**
   * What the session of an execution will have that has none yet; one that is gone is made anew.
   */
  private AgentInstance defaultInstance(String agent) {
    return shelves
        .instances()
        .find(shelves.agents().clear(agent).getStatus().getDefaultInstanceId())
        .orElseGet(
            () ->
                AgentInstance.newBuilder()
                    .setSpec(AgentInstanceSpec.newBuilder().setAgentId(agent))
                    .build());
  }

  /**
   * The agent, with the definitions of the MCP servers that it only names.
   *
   * @throws ProblemException {@code E560} when a part of it is gone
   */
  Agent agent(AgentExecution execution) {
    Agent agent = shelves.agents().clear(instance(execution).getSpec().getAgentId());
    List<McpServerDefinition> servers = new ArrayList<>();
    for (McpServerDefinition server : agent.getSpec().getMcpServersList()) {
      servers.add(ContractServers.isOnlyNamed(server) ? named(agent, server) : server);
    }
    return agent.toBuilder()
        .setSpec(agent.getSpec().toBuilder().clearMcpServers().addAllMcpServers(servers))
        .build();
  }

  private McpServerDefinition named(Agent agent, McpServerDefinition server) {
    McpServerSpec spec =
        shelves
            .servers()
            .clear(
                ApiResourceReference.newBuilder()
                    .setKind(ApiResourceKind.mcp_server)
                    .setScope(agent.getMetadata().getOwnerScope())
                    .setOrg(agent.getMetadata().getOrg())
                    .setSlug(server.getName())
                    .build())
            .getSpec();
    return ContractServers.definition(server, spec);
  }

  /**
   * The variables: of the agent, of each environment of its instance, of the execution as far as it
   * is stored.
   *
   * @throws ProblemException {@code E560} when an environment is gone
   */
  ContractVariables variables(AgentExecution execution) {
    AgentInstance instance = instance(execution);
    Agent agent = shelves.agents().clear(instance.getSpec().getAgentId());
    List<EnvironmentSpec> environments =
        instance.getSpec().getEnvironmentRefsList().stream()
            .map(reference -> shelves.environments().clear(reference).getSpec())
            .toList();
    String id = execution.getMetadata().getId();
    Optional<ExecutionContext> context =
        id.isEmpty() ? Optional.empty() : shelves.contexts().find(contextId(id));
    Map<String, ExecutionValue> own =
        context.map(found -> found.getSpec().getDataMap()).orElse(Map.of());
    return ContractVariables.merge(agent.getSpec().getEnvSpec(), environments, own);
  }
}
