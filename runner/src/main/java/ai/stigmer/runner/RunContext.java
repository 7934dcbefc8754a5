package ai.stigmer.runner;

import static java.util.Objects.requireNonNull;

import ai.stigmer.mcp.AcceptedServer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a run was given besides its agent, frozen at its start: MCP servers with the tools that were
 * accepted, where its variables come from, and the skills that it can load.
 */
public record RunContext(
    List<AcceptedServer> servers, RunVariables variables, List<KnownSkill> skills) {

  /** Nothing. */
  public static final RunContext NONE = new RunContext(List.of(), RunVariables.NONE, List.of());

  /**
   * A skill that can be loaded.
   *
   * @param file its SKILL.md, absolute
   */
  public record KnownSkill(String name, Path file) {
    public KnownSkill {
      requireNonNull(name, "name is null");
      requireNonNull(file, "file is null");
    }
  }

  public RunContext {
    servers = List.copyOf(servers);
    requireNonNull(variables, "variables is null");
    skills = List.copyOf(skills);
  }

  ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.set("mcp_servers", servers.isEmpty() ? json.arrayNode() : AcceptedServer.toJson(servers));
    json.set("variables", variables.toJson());
    ArrayNode list = json.putArray("skills");
    skills.forEach(
        skill -> list.addObject().put("name", skill.name()).put("file", skill.file().toString()));
    return json;
  }

  static RunContext parse(JsonNode json) {
    var servers = new ArrayList<AcceptedServer>();
    json.path("mcp_servers").forEach(server -> servers.add(AcceptedServer.parse(server)));
    var skills = new ArrayList<KnownSkill>();
    for (JsonNode skill : json.path("skills")) {
      skills.add(new KnownSkill(skill.path("name").asText(), Path.of(skill.path("file").asText())));
    }
    return new RunContext(servers, RunVariables.parse(json.path("variables")), skills);
  }
}
