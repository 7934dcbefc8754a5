package ai.stigmer.temporal.original;

import ai.stigmer.agentic.agent.v1.Agent;
import ai.stigmer.agentic.agent.v1.McpServerDefinition;
import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionSpec;
import ai.stigmer.agentic.agentinstance.v1.AgentInstance;
import ai.stigmer.agentic.environment.v1.EnvironmentSpec;
import ai.stigmer.agentic.session.v1.Session;
import ai.stigmer.commons.apiresource.ApiResourceReference;
import ai.stigmer.commons.apiresource.apiresourcekind.ApiResourceKind;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.runner.contract.ContractServers;
import ai.stigmer.runner.contract.ContractVariables;
import com.google.protobuf.util.Timestamps;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What an execution is made of, as the Stigmer server has it: session, instance, agent,
 * environments.
 *
 * @param agent with the definitions of the MCP servers that it only names
 * @param earlier the ids of the executions of its session before it, the newest first
 */
record Ingredients(Agent agent, ContractVariables variables, List<String> earlier) {
  /** Ids begin alike and end with the time of their making. */
  private static final Comparator<AgentExecution> BY_TIME =
      Comparator.<AgentExecution, com.google.protobuf.Timestamp>comparing(
              execution -> execution.getStatus().getAudit().getSpecAudit().getCreatedAt(),
              Timestamps.comparator())
          .thenComparing(execution -> execution.getMetadata().getId());

  Ingredients {
    earlier = List.copyOf(earlier);
  }

  /**
   * Asks the server for them.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E579} when it cannot be reached,
   *     {@code E596} when it does not have or give one of them, {@code E597} when the execution
   *     names neither session nor agent
   */
  static Ingredients of(AgentExecution execution, Backend backend, CancelToken token) {
    AgentExecutionSpec spec = execution.getSpec();
    AgentInstance instance = AgentInstance.getDefaultInstance();
    Agent agent;
    if (spec.getSessionId().isEmpty()) {
      agent = backend.agent(named(spec.getAgentId(), "session_id or agent_id"), token);
      String usual = agent.getStatus().getDefaultInstanceId();
      instance = usual.isEmpty() ? instance : backend.instance(usual, token);
    } else {
      Session session = backend.session(spec.getSessionId(), token);
      instance =
          backend.instance(
              named(session.getSpec().getAgentInstanceId(), "the session's agent_instance_id"),
              token);
      agent =
          backend.agent(named(instance.getSpec().getAgentId(), "the instance's agent_id"), token);
    }
    List<EnvironmentSpec> environments =
        instance.getSpec().getEnvironmentRefsList().stream()
            .map(reference -> backend.environment(reference, token).getSpec())
            .toList();
    return new Ingredients(
        withServers(agent, backend, token),
        ContractVariables.merge(
            agent.getSpec().getEnvSpec(), environments, spec.getRuntimeEnvMap()),
        earlier(execution, backend, token));
  }

  private static String named(String id, String what) {
    if (id.isEmpty()) {
      throw Problem.of(
              "E597", Problem.Category.USAGE, "the execution cannot be run: it lacks " + what)
          .help("make it with a session, or with an agent")
          .asException();
    }
    return id;
  }

  private static Agent withServers(Agent agent, Backend backend, CancelToken token) {
    var servers = new ArrayList<McpServerDefinition>();
    for (McpServerDefinition server : agent.getSpec().getMcpServersList()) {
      servers.add(
          ContractServers.isOnlyNamed(server)
              ? ContractServers.definition(
                  server, backend.mcpServer(reference(agent, server), token).getSpec())
              : server);
    }
    return agent.toBuilder()
        .setSpec(agent.getSpec().toBuilder().clearMcpServers().addAllMcpServers(servers))
        .build();
  }

  private static ApiResourceReference reference(Agent agent, McpServerDefinition server) {
    return ApiResourceReference.newBuilder()
        .setKind(ApiResourceKind.mcp_server)
        .setScope(agent.getMetadata().getOwnerScope())
        .setOrg(agent.getMetadata().getOrg())
        .setSlug(server.getName())
        .build();
  }

  /** A server that cannot list a session's executions has conversations of one message each. */
  private static List<String> earlier(
      AgentExecution execution, Backend backend, CancelToken token) {
    String session = execution.getSpec().getSessionId();
    if (session.isEmpty()) {
      return List.of();
    }
    List<AgentExecution> all =
        new ArrayList<>(backend.executions(session, token).orElse(List.of()));
    all.sort(BY_TIME);
    List<String> ids = all.stream().map(one -> one.getMetadata().getId()).toList();
    int own = ids.indexOf(execution.getMetadata().getId());
    return (own < 0 ? ids : ids.subList(0, own)).reversed();
  }
}
