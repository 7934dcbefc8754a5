package ai.stigmer.testkit.openai;

import ai.stigmer.testkit.http.Fault;
import ai.stigmer.testkit.http.Latency;
import ai.stigmer.testkit.http.RecordedRequest;
import ai.stigmer.testkit.http.Wire;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * What the two fakes share: real HTTP/1.1 with kept-alive connections on a loopback port, a virtual
 * thread per connection, the check of the key, the list of models.
 *
 * <p>Thread contract: thread-safe.
 */
public abstract sealed class FakeServer implements AutoCloseable
    permits FakeResponses, FakeChatCompletions {
  private static final int BACKLOG = 4096;
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final Scenario scenario;
  private final String route;
  private final ServerSocket listener;
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
  private final List<RecordedRequest> requests = new CopyOnWriteArrayList<>();
  private final List<String> violations = new CopyOnWriteArrayList<>();
  private final Semaphore abandoned = new Semaphore(0);
  private volatile boolean closed;

  FakeServer(Scenario scenario, String route) {
    this.scenario = scenario;
    this.route = route;
    try {
      listener = new ServerSocket();
      listener.bind(
          new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0), BACKLOG);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on a loopback port", e);
    }
  }

  final void begin() {
    Thread.ofVirtual().name("fake-openai-accept").start(this::accept);
  }

  /** What the real API would say to this request instead of answering. */
  abstract Optional<Errors.Refusal> check(JsonNode body);

  /** The stream for an answer, in pieces. */
  abstract List<byte[]> stream(JsonNode body, Answer answer);

  /** For example {@code http://127.0.0.1:40123/v1}, without a slash at the end. */
  public final String baseUrl() {
    return "http://127.0.0.1:" + listener.getLocalPort() + "/v1";
  }

  /** Every request so far, oldest first. */
  public final List<RecordedRequest> requests() {
    return List.copyOf(requests);
  }

  /** The requests for answers so far, oldest first. */
  public final List<RecordedRequest> asked() {
    return requests.stream().filter(request -> request.method().equals("POST")).toList();
  }

  /** How many connections are open. */
  public final int connections() {
    return connections.size();
  }

  /**
   * Waits until so many connections are open.
   *
   * @return false when it did not come to that within five seconds
   */
  public final boolean awaitConnections(int count) throws InterruptedException {
    long until = System.nanoTime() + Duration.ofSeconds(5).toNanos();
    while (connections.size() != count && System.nanoTime() < until) {
      Thread.sleep(Duration.ofMillis(5));
    }
    return connections.size() == count;
  }

  /** What was wrong with the requests so far, one line each; empty when nothing was. */
  public final List<String> violations() {
    return List.copyOf(violations);
  }

  final void expect(boolean holds, String violation) {
    if (!holds) {
      violations.add(violation);
    }
  }

  /**
   * Waits until a client has closed its connection in the middle of an answer. Each such close is
   * seen by one caller.
   *
   * @return false when none did within {@code limit}
   */
  public final boolean awaitAbandoned(Duration limit) throws InterruptedException {
    return abandoned.tryAcquire(limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  /**
   * Stops the server and closes all connections.
   *
   * @throws AssertionError when a request broke a rule
   */
  @Override
  public final void close() {
    closeIgnoringViolations();
    if (!violations.isEmpty()) {
      throw new AssertionError(
          "requests broke the protocol:\n  " + String.join("\n  ", violations));
    }
  }

  /** Stops the server and closes all connections, whatever the requests were like. */
  public final void closeIgnoringViolations() {
    closed = true;
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot stop listening", e);
    }
    connections.forEach(FakeServer::closeQuietly);
  }

  private void accept() {
    while (!closed) {
      try {
        Socket socket = listener.accept();
        connections.add(socket);
        Thread.ofVirtual().name("fake-openai-connection").start(() -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try {
      socket.setTcpNoDelay(true);
      Wire wire = new Wire(socket);
      boolean open = true;
      while (open && !closed) {
        RecordedRequest request = wire.read();
        open = request != null && respond(wire, request);
      }
    } catch (IOException e) {
      // A client that goes away ends its connection and nothing else.
    } finally {
      connections.remove(socket);
      closeQuietly(socket);
    }
  }

  private boolean respond(Wire wire, RecordedRequest request) throws IOException {
    requests.add(request);
    expect(!request.headers().containsKey("upgrade"), "the request asks for an upgrade");
    String key = key(request);
    if (scenario.key().isPresent() && !scenario.key().get().equals(key)) {
      refuse(wire, Errors.wrongKey(key));
      return true;
    }
    if (request.method().equals("POST") && request.path().endsWith(route)) {
      return answer(wire, request.body());
    }
    if (request.method().equals("GET") && request.path().endsWith("/models")) {
      wire.json(200, models().toString());
    } else {
      String what = "Invalid URL (" + request.method() + " " + request.path() + ")";
      refuse(wire, new Errors.Refusal(404, Errors.invalid("", what).body()));
    }
    return true;
  }

  /** What the client sent as a key, in either way. */
  private static String key(RecordedRequest request) {
    String bearer = request.headers().getOrDefault("authorization", "");
    return bearer.startsWith("Bearer ")
        ? bearer.substring("Bearer ".length())
        : request.headers().getOrDefault("api-key", "");
  }

  private boolean answer(Wire wire, JsonNode body) throws IOException {
    String model = body.path("model").asText();
    if (!scenario.models().contains(model)) {
      refuse(wire, Errors.noSuchModel(model));
      return true;
    }
    Optional<Errors.Refusal> refusal = check(body);
    if (refusal.isPresent()) {
      refuse(wire, refusal.get());
      return true;
    }
    Optional<Answer> answer = scenario.answers().apply(body);
    if (answer.isEmpty()) {
      expect(false, "a request too many: the scenario is over");
      refuse(wire, new Errors.Refusal(500, Errors.invalid("", "the scenario is over").body()));
      return true;
    }
    return send(wire, body, answer.get());
  }

  private boolean send(Wire wire, JsonNode body, Answer answer) throws IOException {
    try {
      for (Fault fault : answer.faults()) {
        if (fault instanceof Fault.Delay(Duration time)) {
          Latency.of(time);
        }
      }
      if (answer.status() != 200) {
        wire.whole(
            answer.status(), with(answer.headers(), "application/json"), answer.error().orElse(""));
        return true;
      }
      List<Fault> faults =
          answer.faults().stream().filter(fault -> !(fault instanceof Fault.Delay)).toList();
      boolean reusable =
          wire.stream(
              with(answer.headers(), "text/event-stream; charset=utf-8"),
              stream(body, answer),
              faults);
      if (!reusable && faults.stream().anyMatch(Fault.StallAt.class::isInstance)) {
        abandoned.release();
      }
      return reusable;
    } catch (IOException e) {
      abandoned.release();
      throw e;
    }
  }

  private static Map<String, String> with(Map<String, String> headers, String contentType) {
    Map<String, String> all = new TreeMap<>(headers);
    all.putIfAbsent("Content-Type", contentType);
    return all;
  }

  private static void refuse(Wire wire, Errors.Refusal refusal) throws IOException {
    wire.whole(
        refusal.status(),
        Map.of("Content-Type", "application/json", "x-request-id", "req_fake"),
        refusal.body());
  }

  private ObjectNode models() {
    ObjectNode answer = NODES.objectNode().put("object", "list");
    ArrayNode data = answer.putArray("data");
    scenario
        .models()
        .forEach(
            id -> data.addObject().put("id", id).put("object", "model").put("owned_by", "fake"));
    return answer;
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // The connection is gone either way.
    }
  }
}
