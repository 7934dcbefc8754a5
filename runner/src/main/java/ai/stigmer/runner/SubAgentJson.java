package ai.stigmer.runner;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

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
      put(agent.parts(), json);
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
                  : Optional.empty(),
              parts(json)));
    }
    return agents;
  }

  private static void put(SubAgentParts parts, ObjectNode json) {
    parts.servers().ifPresent(names -> names.forEach(json.putArray("mcp_servers")::add));
    parts
        .selections()
        .forEach(
            (server, tools) ->
                tools.forEach(json.withObject("/mcp_tool_selections").putArray(server)::add));
    parts.skillRefs().forEach(json.withArray("/skill_refs")::add);
    json.set("skills", RunContext.skillsJson(parts.skills()));
  }

  /** One of an earlier version has what its parent has. */
  private static SubAgentParts parts(JsonNode json) {
    var selections = new TreeMap<String, List<String>>();
    json.path("mcp_tool_selections")
        .properties()
        .forEach(field -> selections.put(field.getKey(), RunEnvironment.texts(field.getValue())));
    return new SubAgentParts(
        json.has("mcp_servers")
            ? Optional.of(RunEnvironment.texts(json.path("mcp_servers")))
            : Optional.empty(),
        selections,
        RunEnvironment.texts(json.path("skill_refs")),
        RunContext.skills(json.path("skills")));
  }
}
