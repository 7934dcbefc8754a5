package ai.stigmer.temporal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** An MCP server as a process of its own, with one tool that tells two of its variables. */
final class TokenServer {
  private static final ObjectMapper JSON = new ObjectMapper();

  private TokenServer() {}

  public static void main(String[] args) throws IOException {
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      JsonNode request = JSON.readTree(line);
      if (request.has("id")) {
        ObjectNode answer = JSON.createObjectNode().put("jsonrpc", "2.0");
        answer.set("id", request.get("id"));
        answer.set("result", result(request));
        out.println(answer);
      }
    }
  }

  private static ObjectNode result(JsonNode request) {
    ObjectNode result = JSON.createObjectNode();
    switch (request.path("method").asText()) {
      case "initialize" -> {
        result.put("protocolVersion", request.at("/params/protocolVersion").asText());
        result.putObject("capabilities").putObject("tools");
        result.putObject("serverInfo").put("name", "tracker").put("version", "1");
      }
      case "tools/list" -> {
        ObjectNode tool = result.putArray("tools").addObject();
        tool.put("name", "where").put("description", "Tells where it is.");
        tool.putObject("inputSchema").put("type", "object").putObject("properties");
        tool.putObject("annotations").put("readOnlyHint", true);
      }
      case "tools/call" ->
          result
              .putArray("content")
              .addObject()
              .put("type", "text")
              .put("text", "place=" + System.getenv("PLACE") + " token=" + System.getenv("TOKEN"));
      default -> {}
    }
    return result;
  }
}
