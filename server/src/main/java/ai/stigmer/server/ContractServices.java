package ai.stigmer.server;

import ai.stigmer.agentic.agent.v1.AgentCommandControllerGrpc;
import ai.stigmer.agentic.agent.v1.AgentQueryControllerGrpc;
import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionCommandControllerGrpc;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionList;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionQueryControllerGrpc;
import ai.stigmer.agentic.agentexecution.v1.ListAgentExecutionsRequest;
import ai.stigmer.agentic.agentinstance.v1.AgentInstance;
import ai.stigmer.agentic.agentinstance.v1.AgentInstanceCommandControllerGrpc;
import ai.stigmer.agentic.agentinstance.v1.AgentInstanceList;
import ai.stigmer.agentic.agentinstance.v1.AgentInstanceQueryControllerGrpc;
import ai.stigmer.agentic.agentinstance.v1.GetAgentInstancesByAgentRequest;
import ai.stigmer.agentic.environment.v1.EnvironmentCommandControllerGrpc;
import ai.stigmer.agentic.environment.v1.EnvironmentQueryControllerGrpc;
import ai.stigmer.agentic.executioncontext.v1.ExecutionContextCommandControllerGrpc;
import ai.stigmer.agentic.executioncontext.v1.ExecutionContextQueryControllerGrpc;
import ai.stigmer.agentic.mcpserver.v1.McpServerCommandControllerGrpc;
import ai.stigmer.agentic.mcpserver.v1.McpServerQueryControllerGrpc;
import ai.stigmer.agentic.session.v1.ListSessionsByAgentRequest;
import ai.stigmer.agentic.session.v1.Session;
import ai.stigmer.agentic.session.v1.SessionCommandControllerGrpc;
import ai.stigmer.agentic.session.v1.SessionList;
import ai.stigmer.agentic.session.v1.SessionQueryControllerGrpc;
import ai.stigmer.agentic.skill.v1.SkillCommandControllerGrpc;
import ai.stigmer.agentic.skill.v1.SkillQueryControllerGrpc;
import ai.stigmer.server.resource.Agents;
import ai.stigmer.server.resource.Shelf;
import ai.stigmer.server.resource.Shelves;
import ai.stigmer.server.rpc.Errors;
import ai.stigmer.server.rpc.Service;
import ai.stigmer.server.run.Executions;
import ai.stigmer.server.run.StreamSubscriber;
import ai.stigmer.server.run.TraceParent;
import ai.stigmer.server.skill.SkillShelf;
import io.grpc.ServerServiceDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Every service of the contract, method by method. */
final class ContractServices {
  private final Shelves shelves;
  private final SkillShelf skills;
  private final Executions executions;
  private final Errors errors;

  ContractServices(Shelves shelves, SkillShelf skills, Executions executions, Errors errors) {
    this.shelves = shelves;
    this.skills = skills;
    this.executions = executions;
    this.errors = errors;
  }

  List<ServerServiceDefinition> all() {
    return List.of(
        agentCommands(),
        agentQueries(),
        instanceCommands(),
        instanceQueries(),
        sessionCommands(),
        sessionQueries(),
        executionCommands(),
        executionQueries(),
        environmentCommands(),
        environmentQueries(),
        contextCommands(),
        contextQueries(),
        skillCommands(),
        skillQueries(),
        serverCommands(),
        serverQueries());
  }

  private ServerServiceDefinition agentCommands() {
    var agents = new Agents(shelves);
    return new Service(AgentCommandControllerGrpc.getServiceDescriptor(), errors)
        .method(AgentCommandControllerGrpc.getApplyMethod(), agents::apply)
        .method(AgentCommandControllerGrpc.getCreateMethod(), agents::create)
        .method(AgentCommandControllerGrpc.getUpdateMethod(), agents::update)
        .method(AgentCommandControllerGrpc.getDeleteMethod(), id -> agents.delete(id.getValue()))
        .build();
  }

  private ServerServiceDefinition agentQueries() {
    return new Service(AgentQueryControllerGrpc.getServiceDescriptor(), errors)
        .method(AgentQueryControllerGrpc.getGetMethod(), id -> shelves.agents().get(id.getValue()))
        .method(AgentQueryControllerGrpc.getGetByReferenceMethod(), shelves.agents()::byReference)
        .build();
  }

  private ServerServiceDefinition instanceCommands() {
    Shelf<AgentInstance> instances = shelves.instances();
    return new Service(AgentInstanceCommandControllerGrpc.getServiceDescriptor(), errors)
        .method(AgentInstanceCommandControllerGrpc.getApplyMethod(), instances::apply)
        .method(AgentInstanceCommandControllerGrpc.getCreateMethod(), instances::create)
        .method(AgentInstanceCommandControllerGrpc.getUpdateMethod(), instances::update)
        .method(
            AgentInstanceCommandControllerGrpc.getDeleteMethod(),
            id -> instances.delete(id.getValue()))
        .build();
  }

  private ServerServiceDefinition instanceQueries() {
    Shelf<AgentInstance> instances = shelves.instances();
    return new Service(AgentInstanceQueryControllerGrpc.getServiceDescriptor(), errors)
        .method(AgentInstanceQueryControllerGrpc.getGetMethod(), id -> instances.get(id.getValue()))
        .method(AgentInstanceQueryControllerGrpc.getGetByAgentMethod(), this::instancesOf)
        .method(AgentInstanceQueryControllerGrpc.getGetByReferenceMethod(), instances::byReference)
        .build();
  }

  /** Pages by number, which the contract counts from 1 here. */
  private AgentInstanceList instancesOf(GetAgentInstancesByAgentRequest request) {
    int size = request.getPageInfo().getSize();
    Set<String> labels = Set.of("agent=" + request.getAgentId());
    Shelf.Listed<AgentInstance> page = shelves.instances().list(labels, size, "");
    for (int i = 1; i < request.getPageInfo().getNum() && !page.entries().isEmpty(); i++) {
      page = shelves.instances().list(labels, size, page.entries().getLast().getMetadata().getId());
    }
    return AgentInstanceList.newBuilder()
        .addAllItems(page.entries())
        .setTotalCount((int) page.total())
        .build();
  }

  private ServerServiceDefinition sessionCommands() {
    Shelf<Session> sessions = shelves.sessions();
    return new Service(SessionCommandControllerGrpc.getServiceDescriptor(), errors)
        .method(SessionCommandControllerGrpc.getApplyMethod(), sessions::apply)
        .method(SessionCommandControllerGrpc.getCreateMethod(), sessions::create)
        .method(SessionCommandControllerGrpc.getUpdateMethod(), sessions::update)
        .method(
            SessionCommandControllerGrpc.getDeleteMethod(), id -> sessions.delete(id.getValue()))
        .build();
  }

  private ServerServiceDefinition sessionQueries() {
    return new Service(SessionQueryControllerGrpc.getServiceDescriptor(), errors)
        .method(
            SessionQueryControllerGrpc.getGetMethod(), id -> shelves.sessions().get(id.getValue()))
        .method(
            SessionQueryControllerGrpc.getListMethod(),
            request ->
                sessions(
                    shelves
                        .sessions()
                        .list(
                            tags(request.getTagsList()),
                            request.getPageSize(),
                            request.getPageToken())))
        .method(SessionQueryControllerGrpc.getListByAgentMethod(), this::sessionsOf)
        .build();
  }

  /** A session names the instance, not the agent; so those of each instance are put together. */
  private SessionList sessionsOf(ListSessionsByAgentRequest request) {
    int size = Shelf.limit(request.getPageSize());
    var all = new ArrayList<Session>();
    long total = 0;
    for (String instance : shelves.instances().ids("agent=" + request.getAgentId())) {
      Shelf.Listed<Session> page =
          shelves.sessions().list(Set.of("instance=" + instance), size, request.getPageToken());
      all.addAll(page.entries());
      total += page.total();
    }
    all.sort((a, b) -> b.getMetadata().getId().compareTo(a.getMetadata().getId()));
    return SessionList.newBuilder()
        .addAllEntries(all.subList(0, Math.min(size, all.size())))
        .setTotalPages((int) ((total + size - 1) / size))
        .build();
  }

  private static SessionList sessions(Shelf.Listed<Session> page) {
    return SessionList.newBuilder()
        .addAllEntries(page.entries())
        .setTotalPages(page.pages())
        .build();
  }

  private ServerServiceDefinition executionCommands() {
    return new Service(AgentExecutionCommandControllerGrpc.getServiceDescriptor(), errors)
        .method(
            AgentExecutionCommandControllerGrpc.getCreateMethod(),
            asked -> executions.create(TraceParent.noted(asked)))
        .method(AgentExecutionCommandControllerGrpc.getUpdateMethod(), executions::update)
        .method(
            AgentExecutionCommandControllerGrpc.getUpdateStatusMethod(),
            request -> executions.report(request.getExecutionId(), request.getStatus()))
        .method(
            AgentExecutionCommandControllerGrpc.getDeleteMethod(),
            id -> executions.delete(id.getValue()))
        .build();
  }

  private ServerServiceDefinition executionQueries() {
    return new Service(AgentExecutionQueryControllerGrpc.getServiceDescriptor(), errors)
            .method(
                AgentExecutionQueryControllerGrpc.getGetMethod(),
                id -> executions.get(id.getValue()))
            .method(
                AgentExecutionQueryControllerGrpc.getListMethod(),
                request ->
                    list(
                        executions.list(
                            labels(request), request.getPageSize(), request.getPageToken())))
            .method(
                AgentExecutionQueryControllerGrpc.getListBySessionMethod(),
                request ->
                    list(
                        executions.list(
                            Set.of("session=" + request.getSessionId()),
                            request.getPageSize(),
                            request.getPageToken())))
            .stream(
                AgentExecutionQueryControllerGrpc.getSubscribeMethod(),
                (id, observer) -> StreamSubscriber.follow(executions, id.getValue(), observer))
            .build();
  }

  private static Set<String> labels(ListAgentExecutionsRequest request) {
    Set<String> labels = tags(request.getTagsList());
    if (request.getPhaseValue() != 0) {
      labels.add("phase=" + request.getPhase().name());
    }
    return labels;
  }

  private static Set<String> tags(List<String> tags) {
    var labels = new TreeSet<String>();
    tags.forEach(tag -> labels.add("tag=" + tag));
    return labels;
  }

  private static AgentExecutionList list(Shelf.Listed<AgentExecution> page) {
    return AgentExecutionList.newBuilder()
        .addAllEntries(page.entries())
        .setTotalPages(page.pages())
        .build();
  }

  private ServerServiceDefinition environmentCommands() {
    return new Service(EnvironmentCommandControllerGrpc.getServiceDescriptor(), errors)
        .method(EnvironmentCommandControllerGrpc.getApplyMethod(), shelves.environments()::apply)
        .method(EnvironmentCommandControllerGrpc.getCreateMethod(), shelves.environments()::create)
        .method(EnvironmentCommandControllerGrpc.getUpdateMethod(), shelves.environments()::update)
        .method(
            EnvironmentCommandControllerGrpc.getDeleteMethod(),
            request -> shelves.environments().delete(request.getResourceId()))
        .build();
  }

  private ServerServiceDefinition environmentQueries() {
    return new Service(EnvironmentQueryControllerGrpc.getServiceDescriptor(), errors)
        .method(
            EnvironmentQueryControllerGrpc.getGetMethod(),
            id -> shelves.environments().get(id.getValue()))
        .method(
            EnvironmentQueryControllerGrpc.getGetByReferenceMethod(),
            shelves.environments()::byReference)
        .build();
  }

  private ServerServiceDefinition contextCommands() {
    return new Service(ExecutionContextCommandControllerGrpc.getServiceDescriptor(), errors)
        .method(ExecutionContextCommandControllerGrpc.getApplyMethod(), shelves.contexts()::apply)
        .method(ExecutionContextCommandControllerGrpc.getCreateMethod(), shelves.contexts()::create)
        .method(
            ExecutionContextCommandControllerGrpc.getDeleteMethod(),
            request -> shelves.contexts().delete(request.getResourceId()))
        .build();
  }

  private ServerServiceDefinition contextQueries() {
    return new Service(ExecutionContextQueryControllerGrpc.getServiceDescriptor(), errors)
        .method(
            ExecutionContextQueryControllerGrpc.getGetMethod(),
            id -> shelves.contexts().get(id.getValue()))
        .method(
            ExecutionContextQueryControllerGrpc.getGetByReferenceMethod(),
            shelves.contexts()::byReference)
        .build();
  }

  private ServerServiceDefinition skillCommands() {
    return new Service(SkillCommandControllerGrpc.getServiceDescriptor(), errors)
        .method(SkillCommandControllerGrpc.getPushMethod(), skills::push)
        .method(
            SkillCommandControllerGrpc.getDeleteMethod(),
            id -> shelves.skills().delete(id.getValue()))
        .build();
  }

  private ServerServiceDefinition skillQueries() {
    return new Service(SkillQueryControllerGrpc.getServiceDescriptor(), errors)
        .method(SkillQueryControllerGrpc.getGetMethod(), id -> shelves.skills().get(id.getValue()))
        .method(SkillQueryControllerGrpc.getGetByReferenceMethod(), skills::byReference)
        .method(SkillQueryControllerGrpc.getGetArtifactMethod(), skills::artifact)
        .build();
  }

  private ServerServiceDefinition serverCommands() {
    return new Service(McpServerCommandControllerGrpc.getServiceDescriptor(), errors)
        .method(McpServerCommandControllerGrpc.getApplyMethod(), shelves.servers()::apply)
        .method(McpServerCommandControllerGrpc.getCreateMethod(), shelves.servers()::create)
        .method(McpServerCommandControllerGrpc.getUpdateMethod(), shelves.servers()::update)
        .method(
            McpServerCommandControllerGrpc.getDeleteMethod(),
            request -> shelves.servers().delete(request.getResourceId()))
        .build();
  }

  private ServerServiceDefinition serverQueries() {
    return new Service(McpServerQueryControllerGrpc.getServiceDescriptor(), errors)
        .method(
            McpServerQueryControllerGrpc.getGetMethod(), id -> shelves.servers().get(id.getValue()))
        .method(
            McpServerQueryControllerGrpc.getGetByReferenceMethod(), shelves.servers()::byReference)
        .build();
  }
}
