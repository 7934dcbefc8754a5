package ai.stigmer.server.resource;

import ai.stigmer.agentic.agent.v1.Agent;
import ai.stigmer.agentic.agentinstance.v1.AgentInstance;
import ai.stigmer.agentic.agentinstance.v1.AgentInstanceSpec;
import ai.stigmer.commons.apiresource.ApiResourceMetadata;
import ai.stigmer.graphton.error.ProblemException;

/** Agents, each with the instance that is used when none is named. */
public final class Agents {
  private final Shelves shelves;

  public Agents(Shelves shelves) {
    this.shelves = shelves;
  }

  /** Makes an agent and its default instance. */
  public Agent create(Agent given) {
    return withInstance(shelves.agents().create(given));
  }

  /** As {@link Shelf#apply}. */
  public Agent apply(Agent given) {
    return withInstance(shelves.agents().apply(given));
  }

  private Agent withInstance(Agent agent) {
    var _ = defaultInstance(agent);
    return shelves.agents().get(agent.getMetadata().getId());
  }

  /** The id of an agent's default instance, which is made when it is not there. */
  public String defaultInstance(Agent agent) {
    String known = agent.getStatus().getDefaultInstanceId();
    if (!known.isEmpty() && shelves.instances().find(known).isPresent()) {
      return known;
    }
    String id = instance(agent).getMetadata().getId();
    var _ =
        shelves
            .agents()
            .change(
                agent.getMetadata().getId(),
                stored ->
                    stored.toBuilder()
                        .setStatus(stored.getStatus().toBuilder().setDefaultInstanceId(id))
                        .build());
    return id;
  }

  private AgentInstance instance(Agent agent) {
    ApiResourceMetadata metadata = agent.getMetadata();
    AgentInstance wanted =
        AgentInstance.newBuilder()
            .setMetadata(
                ApiResourceMetadata.newBuilder()
                    .setName(metadata.getName() + " (default)")
                    .setSlug(metadata.getSlug() + "-default")
                    .setOrg(metadata.getOrg())
                    .setOwnerScope(metadata.getOwnerScope()))
            .setSpec(AgentInstanceSpec.newBuilder().setAgentId(metadata.getId()))
            .build();
    try {
      return shelves.instances().create(wanted);
    } catch (ProblemException e) {
      if (!e.problem().code().equals("E550")) {
        throw e;
      }
      // One of that name is there, perhaps of an agent that was deleted.
      return shelves.instances().apply(wanted);
    }
  }

  /** Removes an agent and its default instance; sessions of it can be read and not gone on with. */
  public Agent delete(String id) {
    Agent agent = shelves.agents().delete(id);
    String instance = agent.getStatus().getDefaultInstanceId();
    if (!instance.isEmpty() && shelves.instances().find(instance).isPresent()) {
      var _ = shelves.instances().delete(instance);
    }
    return agent;
  }
}
