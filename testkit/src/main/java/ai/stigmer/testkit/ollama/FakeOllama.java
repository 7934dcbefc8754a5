package ai.stigmer.testkit.ollama;

import ai.stigmer.testkit.http.Fault;
import ai.stigmer.testkit.http.Latency;
import ai.stigmer.testkit.http.LoopbackServer;
import ai.stigmer.testkit.http.RecordedRequest;
import ai.stigmer.testkit.http.Wire;
import com.fasterxml.jackson.databind.JsonNode;
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
 * /api/ps}, {@code POST /api/pull} and {@code GET /api/version}, also beneath a path prefix, and
 * checks every chat request: each tool call is answered exactly once before the next assistant
 * turn; the messages begin with those of the conversation's previous request, or with a summary;
 * only offered tools are called; {@code num_ctx} is present and constant; {@code stream} is true,
 * {@code truncate} and {@code shift} are false; no upgrade of HTTP/1.1 is asked for. A request that
 * offers one tool whose name ends in {@value #PROBE} asks whether the model calls tools: it is
 * answered by the model's {@link InstalledModel.ToolUse}, and the scenario goes on as if it had not
 * been.
 *
 * <p>Thread contract: thread-safe.
 */
public final class FakeOllama implements AutoCloseable {
  private static final String PROBE = "_probe";

  /** What the first answer of a model reports for loading it. */
  private static final Duration LOAD_TIME = Duration.ofMillis(900);

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final Scenario scenario;
  private final LoopbackServer server;
  private final List<RecordedRequest> requests = new CopyOnWriteArrayList<>();
  private final ChatInvariants invariants = new ChatInvariants();
  private final Semaphore abandoned = new Semaphore(0);
  private final Installation installation;

  private FakeOllama(Scenario scenario, int port) {
    this.scenario = scenario;
    installation = new Installation(scenario);
    server = LoopbackServer.start(this::respond, port);
  }

  /** Starts a server on a free port of 127.0.0.1. */
  public static FakeOllama start(Scenario scenario) {
    return start(scenario, 0);
  }

  /**
   * Starts a server on a port of 127.0.0.1.
   *
   * @param port 0 for a free one
   */
  public static FakeOllama start(Scenario scenario, int port) {
    return new FakeOllama(scenario, port);
  }

  /** For example {@code http://127.0.0.1:40123}, without a slash at the end. */
  public String baseUrl() {
    return server.baseUrl();
  }

  /** Every request so far, oldest first. */
  public List<RecordedRequest> requests() {
    return List.copyOf(requests);
  }

  /** The requests to {@code /api/chat} so far, oldest first, without probes. */
  public List<RecordedRequest> chats() {
    return to("/api/chat").stream().filter(request -> !isProbe(request)).toList();
  }

  /** The requests so far that asked whether a model calls tools, oldest first. */
  public List<RecordedRequest> probes() {
    return to("/api/chat").stream().filter(FakeOllama::isProbe).toList();
  }

  /** The requests so far to a path, oldest first. */
  public List<RecordedRequest> to(String path) {
    return requests.stream().filter(request -> request.path().endsWith(path)).toList();
  }

  /** Takes all models out of the memory, as the server does after some minutes without use. */
  public void unload() {
    installation.unload();
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
      case "POST /api/pull" -> {
        return pull(wire, request);
      }
      case "GET /api/tags" -> wire.json(200, installation.tags().toString());
      case "POST /api/show" -> show(wire, request);
      case "GET /api/ps" -> wire.json(200, installation.running().toString());
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
    String name = request.body().path("model").asText();
    Optional<InstalledModel> model = installation.named(name);
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
    boolean load =
        installation.load(model.get(), request.body().path("options").path("num_ctx").asLong(4096));
    Optional<Answer> answer =
        isProbe(request)
            ? Optional.of(probed(request, model.get()))
            : scenario.answers().apply(request.body());
    if (answer.isEmpty()) {
      invariants.report("a request too many: the scenario is over");
      wire.json(500, error("the scenario is over"));
      return true;
    }
    if (request.body().has("format")
        && answer.get().parts().stream().anyMatch(Answer.Part.Calls.class::isInstance)) {
      invariants.report("a model that is held to a format calls no tool");
    }
    if (checked) {
      noteCalls(answer.get());
    }
    return send(wire, load ? answer.get().loading(LOAD_TIME) : answer.get(), name);
  }

  private static boolean isProbe(RecordedRequest request) {
    JsonNode tools = request.body().path("tools");
    return tools.size() == 1 && tools.get(0).path("function").path("name").asText().endsWith(PROBE);
  }

  private static Answer probed(RecordedRequest request, InstalledModel model) {
    String tool = request.body().path("tools").get(0).path("function").path("name").asText();
    return switch (model.toolUse()) {
      case CALLS -> Answer.call(tool, "{\"value\":7}");
      case PRINTS -> Answer.text("{\"name\": \"" + tool + "\", \"arguments\": {\"value\": 7}}");
      case TALKS -> Answer.text("I would rather talk about the weather.");
      case RAMBLES -> Answer.empty().andThinking("Let me think.").doneReason("length");
    };
  }

  private boolean pull(Wire wire, RecordedRequest request) throws IOException {
    try {
      Wire.Lines lines = wire.lines();
      installation.pull(request.body().path("model").asText(), lines);
      lines.end();
      return true;
    } catch (IOException e) {
      abandoned.release();
      throw e;
    }
  }

  private void noteCalls(Answer answer) {
    for (Answer.Part part : answer.parts()) {
      if (part instanceof Answer.Part.Calls(List<Answer.Call> calls)) {
        calls.forEach(call -> invariants.answered(call.name()));
      }
    }
  }

  private boolean send(Wire wire, Answer answer, String model) throws IOException {
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
    Optional<InstalledModel> model = installation.named(name);
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

  private static void capabilities(ObjectNode node, InstalledModel model) {
    model.capabilities().forEach(node.putArray("capabilities")::add);
  }

  private static String error(String text) {
    return NODES.objectNode().put("error", text).toString();
  }
}
