package ai.stigmer.mcp;

import static java.util.Objects.requireNonNull;

import ai.stigmer.mcp.McpServer.Connection.Http;
import ai.stigmer.mcp.McpServer.Connection.Stdio;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A server with the tools that the user accepted of it. */
public record AcceptedServer(McpServer server, ToolList tools) {
  public AcceptedServer {
    requireNonNull(server, "server is null");
    requireNonNull(tools, "tools is null");
  }

  /** What a model calls a tool of it, in the order of its tools. */
  public List<String> toolNames() {
    return tools.offers().stream().map(offer -> ToolNames.of(server.name(), offer.name())).toList();
  }

  /** As the journal keeps it. */
  public ObjectNode toJson() {
    ObjectNode json = definition(server);
    json.put("name", server.name());
    json.set("offers", tools.toJson());
    return json;
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws IllegalArgumentException when it is something else
   */
  public static AcceptedServer parse(JsonNode json) {
    return new AcceptedServer(
        server(json.path("name").asText(), json), ToolList.parse(json.path("offers")));
  }

  /** A server's definition without its name. */
  static ObjectNode definition(McpServer server) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    switch (server.connection()) {
      case Stdio stdio -> {
        json.put("command", stdio.command());
        stdio.args().forEach(json.putArray("args")::add);
        stdio.env().forEach(json.putObject("env")::put);
        stdio.workingDir().ifPresent(folder -> json.put("working_dir", folder.toString()));
        stdio.sandbox().ifPresent(sandbox -> sandbox.write(json.putObject("sandbox")));
      }
      case Http http -> {
        json.put("url", http.url());
        http.headers().forEach(json.putObject("headers")::put);
        http.query().forEach(json.putObject("query_params")::put);
        json.put("allow_private", http.privateAllowed());
      }
    }
    server.enabledTools().forEach(json.putArray("enabled_tools")::add);
    return json.put("timeout_seconds", server.timeout().toSeconds());
  }

  /** Reads what {@link #definition} wrote, or somebody by hand. */
  static McpServer server(String name, JsonNode json) {
    McpServer.Connection connection =
        json.has("url")
            ? new Http(
                json.path("url").asText(),
                map(json.path("headers")),
                map(json.path("query_params")),
                json.path("allow_private").asBoolean())
            : new Stdio(
                json.path("command").asText(),
                list(json.path("args")),
                map(json.path("env")),
                json.has("working_dir")
                    ? Optional.of(Path.of(json.path("working_dir").asText()))
                    : Optional.empty(),
                json.has("sandbox")
                    ? Optional.of(ServerSandbox.of(json.path("sandbox")))
                    : Optional.empty());
    long seconds = json.path("timeout_seconds").asLong(McpServer.DEFAULT_TIMEOUT.toSeconds());
    return new McpServer(
        name, connection, list(json.path("enabled_tools")), Duration.ofSeconds(seconds));
  }

  /** SHA-256 over a definition, in hex: another command is another server. */
  static String fingerprint(McpServer server) {
    try {
      byte[] text = (server.name() + definition(server)).getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Several, as one JSON array. */
  public static ArrayNode toJson(List<AcceptedServer> servers) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    servers.forEach(server -> array.add(server.toJson()));
    return array;
  }

  private static List<String> list(JsonNode array) {
    var texts = new ArrayList<String>();
    array.forEach(item -> texts.add(item.asText()));
    return texts;
  }

  private static Map<String, String> map(JsonNode object) {
    var texts = new TreeMap<String, String>();
    object.properties().forEach(field -> texts.put(field.getKey(), field.getValue().asText()));
    return texts;
  }
}
