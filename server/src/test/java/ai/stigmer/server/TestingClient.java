package ai.stigmer.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;

/** Calls a server over HTTP with the JDK's client, which is not of the server's maker. */
final class TestingClient implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final TestingServer server;

  TestingClient(TestingServer server) {
    this.server = server;
  }

  /** An answer whose body is JSON. */
  record Answer(int status, String type, String text) {
    JsonNode json() {
      try {
        return JSON.readTree(text);
      } catch (JsonProcessingException e) {
        throw new AssertionError(status + ": " + text, e);
      }
    }
  }

  Answer get(String path) throws IOException, InterruptedException {
    return call("GET", path, "");
  }

  Answer call(String verb, String path, String body) throws IOException, InterruptedException {
    return send(
        request(path)
            .header("content-type", "application/json")
            .method(verb, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build());
  }

  /** A request with the token. */
  HttpRequest.Builder request(String path) {
    return bare(path).header("authorization", "Bearer " + server.token());
  }

  HttpRequest.Builder bare(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
  }

  Answer send(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
    return new Answer(
        response.statusCode(),
        response.headers().firstValue("content-type").orElse(""),
        response.body());
  }

  HttpResponse<InputStream> open(HttpRequest request) throws IOException, InterruptedException {
    return open(request, BodyHandlers.ofInputStream());
  }

  /** The whole answer, headers too. */
  <T> HttpResponse<T> open(HttpRequest request, HttpResponse.BodyHandler<T> body)
      throws IOException, InterruptedException {
    return http.send(request, body);
  }

  /** The events of an execution behind that one, to the end of the stream. */
  List<SentEvent> events(String id, String after) throws IOException, InterruptedException {
    HttpRequest.Builder request = request("/api/executions/" + id + "/events");
    if (!after.isEmpty()) {
      request.header("last-event-id", after);
    }
    return SentEvent.all(send(request.build()).text());
  }

  @Override
  public void close() {
    // close() would wait for streams that a test has left.
    http.shutdownNow();
  }
}
