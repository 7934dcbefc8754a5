package ai.stigmer.server.openai;

import ai.stigmer.agentic.agent.v1.Agent;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.server.resource.Shelf;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The agents, as OpenAI's API names models: by their slugs; by its id where a newer agent has the
 * same slug in another organisation.
 *
 * <p>Thread contract: thread-safe.
 */
public final class Models {
  private static final int PAGE = 500;

  private final Shelf<Agent> agents;

  public Models(Shelf<Agent> agents) {
    this.agents = agents;
  }

  /** The list of models. */
  ObjectNode list() {
    ObjectNode list = JsonNodeFactory.instance.objectNode().put("object", "list");
    ArrayNode data = list.putArray("data");
    var slugs = new HashSet<String>();
    for (Agent agent : all()) {
      ObjectNode model = model(agent);
      data.add(
          slugs.add(agent.getMetadata().getSlug())
              ? model
              : model.put("id", agent.getMetadata().getId()));
    }
    return list;
  }

  /** The newest first. */
  private List<Agent> all() {
    var all = new ArrayList<Agent>();
    List<Agent> page = agents.list(Set.of(), PAGE, "").entries();
    while (!page.isEmpty()) {
      all.addAll(page);
      page = agents.list(Set.of(), PAGE, page.getLast().getMetadata().getId()).entries();
    }
    return all;
  }

  /** One model. */
  static ObjectNode model(Agent agent) {
    String org = agent.getMetadata().getOrg();
    return JsonNodeFactory.instance
        .objectNode()
        .put("id", agent.getMetadata().getSlug())
        .put("object", "model")
        .put("created", agent.getStatus().getAudit().getSpecAudit().getCreatedAt().getSeconds())
        .put("owned_by", org.isEmpty() ? "stigmer" : org);
  }

  /**
   * The agent of that slug or id.
   *
   * @throws ProblemException {@code E560} when there is none
   */
  Agent find(String name) {
    return agents
        .find(name)
        .or(
            () ->
                all().stream().filter(one -> one.getMetadata().getSlug().equals(name)).findFirst())
        .orElseThrow(
            () ->
                Problem.of(
                        "E560",
                        Problem.Category.USAGE,
                        "there is no agent of the name that is given as model")
                    .help("GET /v1/models lists them")
                    .asException());
  }
}
