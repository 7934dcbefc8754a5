package ai.stigmer.runner;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.mcp.McpServer;
import ai.stigmer.mcp.McpServer.Connection.Http;
import ai.stigmer.mcp.McpServer.Connection.Stdio;
import ai.stigmer.mcp.ServerSandbox;
import ai.stigmer.runner.AgentParts.Variable;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.Node;

/** Makes an agent of a file whose shape is right. */
final class AgentReader {
  private AgentReader() {}

  /** What a shape cannot say. */
  static List<Problem> check(String file, Node root) {
    JsonNode spec = YamlJson.of(root).path("spec");
    var wrong = new ArrayList<String>();
    for (JsonNode server : spec.path("mcp_servers")) {
      if (server.has("stdio") && server.has("http")) {
        wrong.add("the MCP server " + server.path("name").asText() + " is both stdio and http");
      } else if (server.has("stdio") || server.has("http")) {
        LiteralSecrets.in(server(server).connection())
            .ifPresent(why -> wrong.add("MCP server " + server.path("name").asText() + ": " + why));
      }
    }
    for (Variable variable : variables(spec.path("env_spec").path("data"))) {
      if (variable.secret() && variable.value().isPresent()) {
        wrong.add(
            "\"spec.env_spec.data."
                + variable.name()
                + "\" is a secret and has its value in the agent file");
      }
    }
    twice(spec.path("mcp_servers")).forEach(n -> wrong.add("two MCP servers are named " + n));
    subAgentsTwice(spec).forEach(n -> wrong.add("two sub-agents are named " + n));
    subAgents(spec).forEach(child -> wrong.addAll(foreign(child, parts(spec))));
    return wrong.stream().map(message -> ShapeCheck.problem(file, root, message)).toList();
  }

  /** What a sub-agent names that its agent does not have. */
  private static List<String> foreign(SubAgentDefinition child, AgentParts parts) {
    var servers = new ArrayList<>(parts.namedServers());
    parts.servers().forEach(server -> servers.add(server.name()));
    List<String> named = child.parts().servers().orElse(List.of());
    var wrong = new ArrayList<String>();
    for (String server : named) {
      if (!servers.contains(server)) {
        wrong.add(
            "the sub-agent "
                + child.name()
                + " names the MCP server "
                + server
                + ", which the agent does not have");
      }
    }
    for (String server : child.parts().selections().keySet()) {
      if (!named.contains(server)) {
        wrong.add(
            "the sub-agent "
                + child.name()
                + " chooses tools of the MCP server "
                + server
                + ", which it does not name in mcp_servers");
      }
    }
    return wrong;
  }

  private static List<String> subAgentsTwice(JsonNode spec) {
    return names(subAgents(spec).stream().map(SubAgentDefinition::name).toList());
  }

  private static List<String> twice(JsonNode list) {
    var all = new ArrayList<String>();
    list.forEach(item -> all.add(item.path("name").asText()));
    return names(all);
  }

  private static List<String> names(List<String> all) {
    return all.stream().filter(n -> all.indexOf(n) != all.lastIndexOf(n)).distinct().toList();
  }

  static AgentDefinition agent(JsonNode root) {
    JsonNode spec = root.path("spec");
    return new AgentDefinition(
        root.path("metadata").path("name").asText(),
        spec.path("description").asText(),
        spec.path("instructions").asText(),
        optional(spec, "tools"),
        subAgents(spec),
        parts(spec));
  }

  private static AgentParts parts(JsonNode spec) {
    var servers = new ArrayList<McpServer>();
    var named = new ArrayList<String>();
    for (JsonNode server : spec.path("mcp_servers")) {
      if (server.has("stdio") || server.has("http")) {
        servers.add(server(server));
      } else {
        named.add(server.path("name").asText());
      }
    }
    Optional<List<String>> skills =
        spec.has("skill_refs") ? Optional.of(slugs(spec.path("skill_refs"))) : Optional.empty();
    return new AgentParts(servers, named, skills, variables(spec.path("env_spec").path("data")));
  }

  private static McpServer server(JsonNode json) {
    JsonNode stdio = json.path("stdio");
    JsonNode http = json.path("http");
    McpServer.Connection connection =
        json.has("stdio")
            ? new Stdio(
                stdio.path("command").asText(),
                texts(stdio.path("args")),
                map(stdio.path("env_placeholders")),
                stdio.has("working_dir")
                    ? Optional.of(Path.of(stdio.path("working_dir").asText()))
                    : Optional.empty(),
                stdio.has("sandbox")
                    ? Optional.of(ServerSandbox.of(stdio.path("sandbox")))
                    : Optional.empty())
            : new Http(
                http.path("url").asText(),
                map(http.path("headers")),
                map(http.path("query_params")),
                false);
    long seconds = http.path("timeout_seconds").asLong(McpServer.DEFAULT_TIMEOUT.toSeconds());
    return new McpServer(
        json.path("name").asText(),
        connection,
        texts(json.path("enabled_tools")),
        Duration.ofSeconds(seconds));
  }

  private static List<SubAgentDefinition> subAgents(JsonNode spec) {
    var agents = new ArrayList<SubAgentDefinition>();
    for (String key : List.of("sub_agents", "subagents")) {
      for (JsonNode agent : spec.path(key)) {
        agents.add(
            new SubAgentDefinition(
                agent.path("name").asText(),
                agent.path("description").asText(),
                agent.path("instructions").asText(),
                optional(agent, "tools"),
                SubAgentParts.named(
                    texts(agent.path("mcp_servers")),
                    selections(agent.path("mcp_tool_selections")),
                    slugs(agent.path("skill_refs")))));
      }
    }
    return agents;
  }

  private static Map<String, List<String>> selections(JsonNode servers) {
    var selections = new LinkedHashMap<String, List<String>>();
    for (Map.Entry<String, JsonNode> server : servers.properties()) {
      if (server.getValue().has("enabled_tools")) {
        selections.put(server.getKey(), texts(server.getValue().path("enabled_tools")));
      }
    }
    return selections;
  }

  static List<Variable> variables(JsonNode data) {
    var variables = new ArrayList<Variable>();
    for (Map.Entry<String, JsonNode> field : data.properties()) {
      JsonNode value = field.getValue().path("value");
      variables.add(
          new Variable(
              field.getKey(),
              value.isMissingNode() || value.asText().isEmpty()
                  ? Optional.empty()
                  : Optional.of(value.asText()),
              field.getValue().path("is_secret").asText().equals("true")));
    }
    return variables;
  }

  private static List<String> slugs(JsonNode references) {
    var slugs = new ArrayList<String>();
    references.forEach(
        item -> slugs.add(item.isTextual() ? item.asText() : item.path("slug").asText()));
    return slugs;
  }

  private static Optional<List<String>> optional(JsonNode json, String key) {
    return json.has(key) ? Optional.of(texts(json.path(key))) : Optional.empty();
  }

  private static List<String> texts(JsonNode array) {
    var texts = new ArrayList<String>();
    array.forEach(item -> texts.add(item.asText()));
    return texts;
  }

  private static Map<String, String> map(JsonNode object) {
    var texts = new LinkedHashMap<String, String>();
    object.properties().forEach(field -> texts.put(field.getKey(), field.getValue().asText()));
    return texts;
  }
}
