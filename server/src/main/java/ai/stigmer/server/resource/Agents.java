package ai.stigmer.server.resource;

import ai.stigmer.agentic.agent.v1.Agent;
import ai.stigmer.agentic.agentinstance.v1.AgentInstance;
import ai.stigmer.agentic.agentinstance.v1.AgentInstanceSpec;
import ai.stigmer.commons.apiresource.ApiResourceMetadata;
import ai.stigmer.commons.apiresource.ApiResourceReference;
import ai.stigmer.graphton.error.ProblemException;

/** Agents, each with the instance that is used when none is named. */
public final class Agents {
  private final Shelves shelves;

  public Agents(Shelves shelves) {
    this.shelves = shelves;
  }

  /** Makes an agent and its default instance. */
  public Agent create(Agent given) {
    return withInstance(shelves.agents().create(specified(given)));
  }

  /** As {@link Shelf#apply}. */
  public Agent apply(Agent given) {
    return withInstance(shelves.agents().apply(specified(given)));
  }

  /** As {@link Shelf#update}. */
  public Agent update(Agent given) {
    return shelves.agents().update(specified(given));
  }

  /** Without a spec it would have no instructions, and lose those that it has. */
  private static Agent specified(Agent given) {
    if (!given.hasSpec()) {
      throw Shelf.invalid("spec: must be given").asException();
    }
    return given;
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
    AgentInstance named = instance(agent, agent.getMetadata().getSlug());
    String slug = named.getMetadata().getSlug();
    // A name of its own, where that of the agent does not lead to one that can be had.
    AgentInstance apart = instance(agent, agent.getMetadata().getId().replace('_', '-'));
    if (slug.length() > Shelf.LONGEST_SLUG) {
      return shelves.instances().apply(apart);
    }
    try {
      return shelves.instances().create(named);
    } catch (ProblemException e) {
      if (!e.problem().code().equals("E550")) {
        throw e;
      }
    }
    AgentInstance there = shelves.instances().clear(reference(named.getMetadata()));
    String owner = there.getSpec().getAgentId();
    if (owner.equals(agent.getMetadata().getId())) {
      return there;
    }
    // Only one of an agent that was deleted is free to be taken.
    return shelves.instances().apply(shelves.agents().find(owner).isPresent() ? apart : named);
  }

  private static AgentInstance instance(Agent agent, String name) {
    ApiResourceMetadata metadata = agent.getMetadata();
    return AgentInstance.newBuilder()
        .setMetadata(
            ApiResourceMetadata.newBuilder()
                .setName(metadata.getName() + " (default)")
                .setSlug(name + "-default")
                .setOrg(metadata.getOrg())
                .setOwnerScope(metadata.getOwnerScope()))
        .setSpec(AgentInstanceSpec.newBuilder().setAgentId(metadata.getId()))
        .build();
  }

  private static ApiResourceReference reference(ApiResourceMetadata metadata) {
    return ApiResourceReference.newBuilder()
        .setScope(metadata.getOwnerScope())
        .setOrg(metadata.getOrg())
        .setSlug(metadata.getSlug())
        .build();
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
