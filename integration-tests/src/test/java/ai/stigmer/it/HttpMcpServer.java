package ai.stigmer.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An MCP server over HTTP whose only tool tells everything that a request brought with it. */
final class HttpMcpServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpServer http;
  private final String word;
  private final List<String> authorizations = new CopyOnWriteArrayList<>();

  /**
   * @param word stands beside what it tells
   */
  HttpMcpServer(String word) throws IOException {
    this.word = word;
    this.http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.createContext("/mcp", this::answer);
    http.start();
  }

  String url() {
    return "http://127.0.0.1:" + http.getAddress().getPort() + "/mcp";
  }

  /** The header of each call of the tool. */
  List<String> authorizations() {
    return authorizations;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (!exchange.getRequestMethod().equals("POST")) {
        exchange.sendResponseHeaders(405, -1);
        return;
      }
      JsonNode asked = JSON.readTree(exchange.getRequestBody());
      if (!asked.has("id")) {
        exchange.sendResponseHeaders(202, -1);
        return;
      }
      ObjectNode said = JsonNodeFactory.instance.objectNode().put("jsonrpc", "2.0");
      said.set("id", asked.path("id"));
      said.set("result", result(asked, exchange));
      byte[] body = said.toString().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("content-type", "application/json");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private ObjectNode result(JsonNode asked, HttpExchange exchange) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    switch (asked.path("method").asText()) {
      case "initialize" -> {
        result.set("protocolVersion", asked.at("/params/protocolVersion"));
        result.putObject("capabilities").putObject("tools");
        result.putObject("serverInfo").put("name", "hub").put("version", "1");
      }
      case "tools/list" ->
          result
              .putArray("tools")
              .addObject()
              .put("name", "tell")
              .put("description", "Tells.")
              .putObject("inputSchema")
              .put("type", "object");
      case "tools/call" -> {
        String authorization = exchange.getRequestHeaders().getFirst("authorization");
        authorizations.add(authorization);
        result
            .putArray("content")
            .addObject()
            .put("type", "text")
            .put("text", word + " " + authorization);
      }
      default -> {}
    }
    return result;
  }

  @Override
  public void close() {
    http.stop(0);
  }
}
