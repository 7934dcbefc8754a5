package ai.stigmer.runner;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Sub-agents as the journal keeps them. */
final class SubAgentJson {
  private SubAgentJson() {}

  static ArrayNode of(List<SubAgentDefinition> agents) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (SubAgentDefinition agent : agents) {
      ObjectNode json =
          array
              .addObject()
              .put("name", agent.name())
              .put("description", agent.description())
              .put("instructions", agent.instructions());
      agent.tools().ifPresent(names -> names.forEach(json.putArray("tools")::add));
    }
    return array;
  }

  static List<SubAgentDefinition> read(JsonNode array) {
    var agents = new ArrayList<SubAgentDefinition>();
    for (JsonNode json : array) {
      agents.add(
          new SubAgentDefinition(
              json.path("name").asText(),
              json.path("description").asText(),
              json.path("instructions").asText(),
              json.has("tools")
                  ? Optional.of(RunEnvironment.texts(json.path("tools")))
                  : Optional.empty()));
    }
    return agents;
  }
}
