package ai.stigmer.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * The floor of a step: the shortest loop over the JDK's HttpClient and Jackson that has the same
 * exchange with the server. It checks nothing, keeps no time limits and can recover nothing.
 */
final class BareLoop {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient client;
  private final URI uri;
  private final JsonNode tools;
  private final Consumer<String> journal;

  /**
   * @param tools the tools as they go on the wire
   * @param journal gets every entry, and returns when it is durable
   */
  BareLoop(HttpClient client, String url, JsonNode tools, Consumer<String> journal) {
    this.client = client;
    this.uri = URI.create(url + "/api/chat");
    this.tools = tools;
    this.journal = journal;
  }

  /** Runs to the end; returns the number of steps. */
  int run(String message) throws IOException, InterruptedException {
    ObjectNode body = JSON.createObjectNode().put("model", "bench").put("stream", true);
    body.put("truncate", false).put("shift", false);
    body.putObject("options").put("num_ctx", 32_768);
    body.set("tools", tools);
    ArrayNode messages = body.putArray("messages");
    messages.addObject().put("role", "system").put("content", StepOverhead.INSTRUCTIONS);
    messages.addObject().put("role", "user").put("content", message);
    journal.accept(messages.toString());
    int steps = 0;
    while (true) {
      ObjectNode turn = ask(body);
      messages.add(turn);
      journal.accept(turn.toString());
      JsonNode calls = turn.path("tool_calls");
      if (calls.isEmpty()) {
        journal.accept("{\"end\":true}");
        return steps;
      }
      for (JsonNode call : calls) {
        ObjectNode answer = messages.addObject().put("role", "tool");
        answer.put("content", add(call.path("function").path("arguments")));
        answer.put("tool_name", call.path("function").path("name").asText());
        answer.put("tool_call_id", call.path("id").asText());
        journal.accept(answer.toString());
      }
      steps++;
    }
  }

  private static String add(JsonNode arguments) {
    return String.valueOf(arguments.path("a").asInt() + arguments.path("b").asInt());
  }

  private ObjectNode ask(ObjectNode body) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)))
            .build();
    HttpResponse<java.io.InputStream> response =
        client.send(request, HttpResponse.BodyHandlers.ofInputStream());
    ObjectNode turn = JSON.createObjectNode().put("role", "assistant");
    StringBuilder text = new StringBuilder();
    ArrayNode calls = turn.putArray("tool_calls");
    try (var lines =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode part = JSON.readTree(line).path("message");
        text.append(part.path("content").asText());
        part.path("tool_calls").forEach(calls::add);
      }
    }
    return turn.put("content", text.toString());
  }
}
