package ai.stigmer.server.resource;

import ai.stigmer.agentic.agent.v1.Agent;
import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentinstance.v1.AgentInstance;
import ai.stigmer.agentic.environment.v1.Environment;
import ai.stigmer.agentic.executioncontext.v1.ExecutionContext;
import ai.stigmer.agentic.mcpserver.v1.McpServer;
import ai.stigmer.agentic.session.v1.Session;
import ai.stigmer.agentic.skill.v1.Skill;
import ai.stigmer.commons.apiresource.apiresourcekind.ApiResourceKind;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.subagent.ChildIds;
import ai.stigmer.server.resource.Kind.Naming;
import ai.stigmer.store.resource.Resource.Protection;
import ai.stigmer.store.resource.ResourceStore;
import com.google.protobuf.Message;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** A shelf for each kind of the contract, over one store. */
public record Shelves(
    Shelf<Agent> agents,
    Shelf<AgentInstance> instances,
    Shelf<Session> sessions,
    Shelf<AgentExecution> executions,
    Shelf<Environment> environments,
    Shelf<ExecutionContext> contexts,
    Shelf<Skill> skills,
    Shelf<McpServer> servers) {

  /** The shelves of a store. */
  public static Shelves of(ResourceStore store, InstantSource clock) {
    var ids = new Ids(clock);
    return new Shelves(
        new Shelf<>(store, AGENT, ids, clock),
        new Shelf<>(store, INSTANCE, ids, clock),
        new Shelf<>(store, SESSION, ids, clock),
        new Shelf<>(store, EXECUTION, ids, clock),
        new Shelf<>(store, ENVIRONMENT, ids, clock),
        new Shelf<>(store, CONTEXT, ids, clock),
        new Shelf<>(store, SKILL, ids, clock),
        new Shelf<>(store, MCP_SERVER, ids, clock));
  }

  /** Whether an id is that of an execution. */
  public static boolean isExecution(String id) {
    return id.startsWith(EXECUTION.prefix() + "_");
  }

  /**
   * Whether a run is that of an execution, or of a sub-agent of one, that was deleted. Runs that no
   * execution stands behind are not.
   */
  public boolean isDeleted(String runId) {
    String id = ChildIds.root(runId);
    return isExecution(id) && executions.find(id).isEmpty();
  }

  /**
   * Refuses such a run: its journal is a record, and nobody goes on with it.
   *
   * @throws ProblemException {@code E560}
   */
  public void refuseDeleted(String runId) {
    if (isDeleted(runId)) {
      String id = ChildIds.root(runId);
      throw Problem.of(
              "E560", Problem.Category.USAGE, "there is no execution " + id + "; it was deleted")
          .help("what its run did: GET /api/runs/" + id + "/entries")
          .asException();
    }
  }

  private static final Kind<Agent> AGENT =
      new Kind<>(
          Agent.getDefaultInstance(),
          "agt",
          ApiResourceKind.agent,
          Naming.GIVEN,
          Protection.ENCRYPTED,
          agent -> tags(agent));

  private static final Kind<AgentInstance> INSTANCE =
      new Kind<>(
          AgentInstance.getDefaultInstance(),
          "ain",
          ApiResourceKind.agent_instance,
          Naming.GIVEN,
          Protection.PLAIN,
          instance -> tags(instance, "agent=" + instance.getSpec().getAgentId()));

  private static final Kind<Session> SESSION =
      new Kind<>(
          Session.getDefaultInstance(),
          "ses",
          ApiResourceKind.session,
          Naming.BY_ID,
          Protection.PLAIN,
          session -> tags(session, "instance=" + session.getSpec().getAgentInstanceId()));

  private static final Kind<AgentExecution> EXECUTION =
      new Kind<>(
          AgentExecution.getDefaultInstance(),
          "aex",
          ApiResourceKind.agent_execution,
          Naming.BY_ID,
          Protection.PLAIN,
          execution ->
              tags(
                  execution,
                  "session=" + execution.getSpec().getSessionId(),
                  "phase=" + execution.getStatus().getPhase().name()));

  private static final Kind<Environment> ENVIRONMENT =
      new Kind<>(
          Environment.getDefaultInstance(),
          "env",
          ApiResourceKind.environment,
          Naming.GIVEN,
          Protection.ENCRYPTED,
          environment -> tags(environment));

  private static final Kind<ExecutionContext> CONTEXT =
      new Kind<>(
          ExecutionContext.getDefaultInstance(),
          "ctx",
          ApiResourceKind.execution_context,
          Naming.BY_ID,
          Protection.ENCRYPTED,
          context -> tags(context, "execution=" + context.getSpec().getExecutionId()));

  private static final Kind<Skill> SKILL =
      new Kind<>(
          Skill.getDefaultInstance(),
          "skl",
          ApiResourceKind.skill,
          Naming.GIVEN_ALONE,
          Protection.PLAIN,
          skill -> tags(skill));

  private static final Kind<McpServer> MCP_SERVER =
      new Kind<>(
          McpServer.getDefaultInstance(),
          "mcp",
          ApiResourceKind.mcp_server,
          Naming.GIVEN,
          Protection.ENCRYPTED,
          server -> tags(server));

  private static Set<String> tags(Message resource, String... labels) {
    var all = new TreeSet<>(List.of(labels));
    Fields.metadata(resource).getTagsList().forEach(tag -> all.add("tag=" + tag));
    return all;
  }
}
