package ai.stigmer.testkit.ollama;

import ai.stigmer.testkit.http.Fault;
import ai.stigmer.testkit.http.Latency;
import ai.stigmer.testkit.http.LoopbackServer;
import ai.stigmer.testkit.http.RecordedRequest;
import ai.stigmer.testkit.http.Wire;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A fake Ollama server: real HTTP/1.1 with kept-alive connections on a loopback port, a virtual
 * thread per connection.
 *
 * <p>It serves {@code POST /api/chat}, {@code GET /api/tags}, {@code POST /api/show}, {@code GET
 * /api/ps} and {@code GET /api/version}, also beneath a path prefix, and checks every chat request:
 * each tool call is answered exactly once before the next assistant turn; the messages begin with
 * those of the conversation's previous request; only offered tools are called; {@code num_ctx} is
 * present and constant; {@code stream} is true, {@code truncate} and {@code shift} are false; no
 * upgrade of HTTP/1.1 is asked for.
 *
 * <p>Thread contract: thread-safe.
 */
public final class FakeOllama implements AutoCloseable {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final Scenario scenario;
  private final LoopbackServer server;
  private final List<RecordedRequest> requests = new CopyOnWriteArrayList<>();
  private final ChatInvariants invariants = new ChatInvariants();
  private final Semaphore abandoned = new Semaphore(0);
  private volatile long lastWindow = 4096;

  private FakeOllama(Scenario scenario) {
    this.scenario = scenario;
    server = LoopbackServer.start(this::respond);
  }

  /** Starts a server on a free port of 127.0.0.1. */
  public static FakeOllama start(Scenario scenario) {
    return new FakeOllama(scenario);
  }

  /** For example {@code http://127.0.0.1:40123}, without a slash at the end. */
  public String baseUrl() {
    return server.baseUrl();
  }

  /** Every request so far, oldest first. */
  public List<RecordedRequest> requests() {
    return List.copyOf(requests);
  }

  /** The requests to {@code /api/chat} so far, oldest first. */
  public List<RecordedRequest> chats() {
    return requests.stream().filter(request -> request.path().endsWith("/api/chat")).toList();
  }

  /** What was wrong with the requests so far, one line each; empty when nothing was. */
  public List<String> violations() {
    return invariants.violations();
  }

  /**
   * Waits until a client has closed its connection in the middle of an answer. Each such close is
   * seen by one caller.
   *
   * @return false when none did within {@code limit}
   */
  public boolean awaitAbandoned(Duration limit) throws InterruptedException {
    return abandoned.tryAcquire(limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  /**
   * Stops the server and closes all connections.
   *
   * @throws AssertionError when a request broke a rule
   */
  @Override
  public void close() {
    closeIgnoringViolations();
    if (!violations().isEmpty()) {
      throw new AssertionError(
          "requests broke the protocol:\n  " + String.join("\n  ", violations()));
    }
  }

  /** Stops the server and closes all connections, whatever the requests were like. */
  public void closeIgnoringViolations() {
    server.close();
  }

  private boolean respond(Wire wire, RecordedRequest request) throws IOException {
    if (scenario.recording() == Scenario.Recording.ON) {
      requests.add(request);
    }
    String path = request.path();
    String route = request.method() + " " + path.substring(Math.max(0, path.lastIndexOf("/api/")));
    switch (route) {
      case "POST /api/chat" -> {
        return chat(wire, request);
      }
      case "GET /api/tags" -> wire.json(200, tags().toString());
      case "POST /api/show" -> show(wire, request);
      case "GET /api/ps" -> wire.json(200, running().toString());
      case "GET /api/version" ->
          wire.json(200, NODES.objectNode().put("version", scenario.version()).toString());
      default -> wire.json(404, error("404 page not found"));
    }
    return true;
  }

  private boolean chat(Wire wire, RecordedRequest request) throws IOException {
    boolean checked = scenario.recording() == Scenario.Recording.ON;
    if (checked) {
      invariants.check(request);
    }
    lastWindow = request.body().path("options").path("num_ctx").asLong(lastWindow);
    String name = request.body().path("model").asText();
    Optional<InstalledModel> model = installed(name);
    if (model.isEmpty()) {
      wire.json(404, error("model '" + name + "' not found"));
      return true;
    }
    JsonNode think = request.body().path("think");
    if ((think.isTextual() || think.asBoolean())
        && !model.get().capabilities().contains("thinking")) {
      wire.json(400, error("\"" + name + "\" does not support thinking"));
      return true;
    }
    if (!request.body().path("tools").isEmpty() && !model.get().capabilities().contains("tools")) {
      wire.json(400, error("registry.ollama.ai/library/" + name + " does not support tools"));
      return true;
    }
    Optional<Answer> answer = scenario.answers().apply(request.body());
    if (answer.isEmpty()) {
      invariants.report("a request too many: the scenario is over");
      wire.json(500, error("the scenario is over"));
      return true;
    }
    if (checked) {
      noteCalls(answer.get());
    }
    return send(wire, name, answer.get());
  }

  private void noteCalls(Answer answer) {
    for (Answer.Part part : answer.parts()) {
      if (part instanceof Answer.Part.Calls(List<Answer.Call> calls)) {
        calls.forEach(call -> invariants.answered(call.name()));
      }
    }
  }

  private boolean send(Wire wire, String model, Answer answer) throws IOException {
    List<Fault> faults =
        answer.faults().stream().filter(fault -> !(fault instanceof Fault.Delay)).toList();
    try {
      for (Fault fault : answer.faults()) {
        if (fault instanceof Fault.Delay(Duration time)) {
          Latency.of(time);
        }
      }
      if (answer.status() != 200) {
        wire.json(answer.status(), error(answer.error().orElse("")));
        return true;
      }
      boolean reusable = wire.stream(ChatStream.lines(model, answer), faults);
      if (!reusable && faults.stream().anyMatch(Fault.StallAt.class::isInstance)) {
        abandoned.release();
      }
      return reusable;
    } catch (IOException e) {
      abandoned.release();
      throw e;
    }
  }

  private void show(Wire wire, RecordedRequest request) throws IOException {
    String name = request.body().path("model").asText();
    Optional<InstalledModel> model = installed(name);
    if (model.isEmpty()) {
      wire.json(404, error("model '" + name + "' not found"));
      return;
    }
    ObjectNode answer = NODES.objectNode();
    answer.put("parameters", "temperature 0.7");
    ObjectNode info = answer.putObject("model_info").put("general.architecture", "fake");
    if (model.get().contextLength() > 0) {
      info.put("fake.context_length", model.get().contextLength());
    }
    capabilities(answer, model.get());
    wire.json(200, answer.toString());
  }

  private ObjectNode tags() {
    ObjectNode answer = NODES.objectNode();
    ArrayNode models = answer.putArray("models");
    for (InstalledModel model : scenario.models()) {
      ObjectNode node = models.addObject().put("name", model.name()).put("model", model.name());
      node.put("size", 4_683_087_332L);
      capabilities(node, model);
    }
    return answer;
  }

  private ObjectNode running() {
    ObjectNode answer = NODES.objectNode();
    ArrayNode models = answer.putArray("models");
    for (InstalledModel model : scenario.models()) {
      ObjectNode node = models.addObject().put("name", model.name()).put("model", model.name());
      scenario
          .allocated()
          .ifPresentOrElse(
              tokens -> node.put("context_length", tokens),
              () -> node.put("context_length", lastWindow));
    }
    return answer;
  }

  private static void capabilities(ObjectNode node, InstalledModel model) {
    model.capabilities().forEach(node.putArray("capabilities")::add);
  }

  private Optional<InstalledModel> installed(String name) {
    return scenario.models().stream().filter(model -> model.isNamed(name)).findFirst();
  }

  private static String error(String text) {
    return NODES.objectNode().put("error", text).toString();
  }
}
