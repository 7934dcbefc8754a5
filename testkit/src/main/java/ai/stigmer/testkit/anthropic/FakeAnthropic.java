package ai.stigmer.testkit.anthropic;

import ai.stigmer.testkit.http.Fault;
import ai.stigmer.testkit.http.Latency;
import ai.stigmer.testkit.http.LoopbackServer;
import ai.stigmer.testkit.http.RecordedRequest;
import ai.stigmer.testkit.http.Wire;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A fake of Anthropic's API: real HTTP/1.1 with kept-alive connections on a loopback port.
 *
 * <p>It serves {@code POST /v1/messages} and {@code GET /v1/models[/ID]}, also beneath a path
 * prefix, under version {@code 2026-10-21}. A request that breaks a rule gets the real API's error
 * and is noted: key and version header; known model; {@code max_tokens}; no sampling parameters;
 * thinking, effort and tool choice that the model takes; at most four cache breakpoints; every tool
 * call answered at once and no answer without its call; unique ids; no empty text; no prefill;
 * thinking with the signature that it was given, before the calls that it led to, and beneath the
 * prefix to which it is bound. An assistant message may come last only to go on with an answer that
 * the server has paused.
 *
 * <p>Thread contract: thread-safe.
 */
public final class FakeAnthropic implements AutoCloseable {
  /** The id of every request. */
  public static final String REQUEST_ID = "req_fake";

  private static final String VERSION = "2026-10-21";
  private static final String BINDING = "thinking-binding-controls-2026-08-01";
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final Scenario scenario;
  private final LoopbackServer server;
  private final List<RecordedRequest> requests = new CopyOnWriteArrayList<>();
  private final List<String> violations = new CopyOnWriteArrayList<>();
  private final ThinkingLedger ledger = new ThinkingLedger();
  private final Set<String> paused = ConcurrentHashMap.newKeySet();
  private final Semaphore abandoned = new Semaphore(0);

  private FakeAnthropic(Scenario scenario) {
    this.scenario = scenario;
    server = LoopbackServer.start(this::respond);
  }

  /** Starts a server on a free port of 127.0.0.1. */
  public static FakeAnthropic start(Scenario scenario) {
    return new FakeAnthropic(scenario);
  }

  /** For example {@code http://127.0.0.1:40123}, without a slash at the end. */
  public String baseUrl() {
    return server.baseUrl();
  }

  /** How many connections were made so far. */
  public int connections() {
    return server.connections();
  }

  /** Every request so far, oldest first. */
  public List<RecordedRequest> requests() {
    return List.copyOf(requests);
  }

  /** The requests to {@code /v1/messages} so far, oldest first. */
  public List<RecordedRequest> messages() {
    return requests.stream().filter(request -> request.path().endsWith("/v1/messages")).toList();
  }

  /** What was wrong with the requests so far, one line each; empty when nothing was. */
  public List<String> violations() {
    return List.copyOf(violations);
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
    if (!violations.isEmpty()) {
      throw new AssertionError("requests broke the API's rules:\n  " + violations);
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
    Optional<ApiError> wrong = checkHeaders(request);
    if (wrong.isPresent()) {
      return refuse(wire, wrong.get());
    }
    String path = request.path();
    String route = path.substring(Math.max(0, path.lastIndexOf("/v1/"))).replaceFirst("\\?.*", "");
    if (request.method().equals("POST") && route.equals("/v1/messages")) {
      return message(wire, request);
    }
    if (request.method().equals("GET") && route.startsWith("/v1/models")) {
      return models(wire, route);
    }
    return refuse(wire, new ApiError(404, "not_found_error", "Not found"));
  }

  private Optional<ApiError> checkHeaders(RecordedRequest request) {
    Map<String, String> headers = request.headers();
    String bearer = headers.getOrDefault("authorization", "").replaceFirst("^Bearer ", "");
    String key = bearer.isEmpty() ? headers.getOrDefault("x-api-key", "") : bearer;
    if (key.isEmpty() || scenario.key().filter(only -> !only.equals(key)).isPresent()) {
      return Optional.of(new ApiError(401, "authentication_error", "invalid x-api-key"));
    }
    String version = headers.getOrDefault("anthropic-version", "");
    if (version.isEmpty()) {
      return Optional.of(ApiError.invalid("anthropic-version: header is required"));
    }
    return version.equals(VERSION)
        ? Optional.empty()
        : Optional.of(ApiError.invalid("anthropic-version: \"" + version + "\" is not valid"));
  }

  private boolean refuse(Wire wire, ApiError error) throws IOException {
    violations.add(error.message());
    send(wire, error.status(), error.json(), Map.of());
    return true;
  }

  private static void send(Wire wire, int status, String body, Map<String, String> more)
      throws IOException {
    Map<String, String> headers = new HashMap<>();
    headers.put("Content-Type", body.startsWith("{") ? "application/json" : "text/html");
    headers.put("request-id", REQUEST_ID);
    headers.putAll(more);
    wire.whole(status, headers, body);
  }

  private boolean message(Wire wire, RecordedRequest request) throws IOException {
    JsonNode body = request.body();
    String model = body.path("model").asText();
    ModelRules rules = ModelRules.of(model);
    ThinkingLedger.Verdict verdict =
        new ThinkingLedger.Verdict(Optional.empty(), NODES.arrayNode());
    if (scenario.recording() == Scenario.Recording.ON) {
      if (offered(model).isEmpty()) {
        return unknown(wire, model);
      }
      boolean header = request.headers().getOrDefault("anthropic-beta", "").contains(BINDING);
      Optional<ApiError> wrong =
          MessageRules.check(body, paused).or(() -> rules.check(body, header));
      verdict = ledger.check(body, rules.bindsThinking());
      Optional<ApiError> first = wrong.or(verdict::error);
      if (first.isPresent()) {
        return refuse(wire, first.get());
      }
    }
    Optional<Answer> answer = scenario.answers().apply(body);
    return answer.isPresent()
        ? send(wire, body, answer.get(), verdict.transformations())
        : refuse(wire, ApiError.of(500, "the scenario is over"));
  }

  /** A model that is unknown is the user's mistake, not the client's. */
  private static boolean unknown(Wire wire, String model) throws IOException {
    send(wire, 404, new ApiError(404, "not_found_error", "model: " + model).json(), Map.of());
    return true;
  }

  private boolean send(Wire wire, JsonNode body, Answer answer, JsonNode transformations)
      throws IOException {
    List<Fault> faults =
        answer.faults().stream().filter(fault -> !(fault instanceof Fault.Delay)).toList();
    try {
      for (Fault fault : answer.faults()) {
        if (fault instanceof Fault.Delay(Duration time)) {
          Latency.of(time);
        }
      }
      if (answer.status() != 200) {
        send(wire, answer.status(), answer.body().orElse(""), answer.headers());
        return true;
      }
      Map<String, String> headers = new HashMap<>();
      headers.put("Content-Type", "text/event-stream; charset=utf-8");
      headers.put("request-id", REQUEST_ID);
      headers.putAll(answer.headers());
      boolean reusable = wire.stream(headers, events(body, answer, transformations), faults);
      if (!reusable && faults.stream().anyMatch(Fault.StallAt.class::isInstance)) {
        abandoned.release();
      }
      return reusable;
    } catch (IOException e) {
      abandoned.release();
      throw e;
    }
  }

  private List<byte[]> events(JsonNode body, Answer answer, JsonNode transformations) {
    if (answer.body().isPresent()) {
      return List.of(answer.body().get().getBytes(StandardCharsets.UTF_8));
    }
    String model = body.path("model").asText();
    String prefix = ThinkingLedger.prefix(body, body.path("messages").size());
    List<String> signatures = new ArrayList<>();
    List<byte[]> events =
        MessageStream.of(
            model,
            answer,
            text -> {
              String signature = ledger.sign(model, text, prefix);
              signatures.add(signature);
              return signature;
            },
            transformations);
    ledger.noteCalls(answer, signatures);
    notePause(answer);
    return events;
  }

  private void notePause(Answer answer) {
    if (answer.stopReason().equals(Optional.of("pause_turn"))) {
      StringBuilder text = new StringBuilder();
      for (Answer.Part part : answer.parts()) {
        if (part instanceof Answer.Part.Text(List<String> chunks)) {
          chunks.forEach(text::append);
        }
      }
      paused.add(text.toString());
    }
  }

  private boolean models(Wire wire, String route) throws IOException {
    if (route.equals("/v1/models")) {
      ObjectNode list = NODES.objectNode().put("has_more", false);
      scenario.models().forEach(model -> list.withArray("data").add(card(model)));
      send(wire, 200, list.toString(), Map.of());
      return true;
    }
    String id = route.substring("/v1/models/".length());
    Optional<OfferedModel> model = offered(id);
    if (model.isEmpty()) {
      return unknown(wire, id);
    }
    send(wire, 200, card(model.get()).toString(), Map.of());
    return true;
  }

  private static ObjectNode card(OfferedModel model) {
    ObjectNode card = NODES.objectNode().put("type", "model").put("id", model.id());
    card.put("display_name", model.id()).put("created_at", "2026-01-01T00:00:00Z");
    card.put("max_input_tokens", model.maxInputTokens()).put("max_tokens", model.maxTokens());
    card.put("lifecycle", model.lifecycle());
    model.retiresAt().ifPresent(at -> card.put("retires_at", at));
    return card;
  }

  private Optional<OfferedModel> offered(String id) {
    return scenario.models().stream().filter(model -> model.id().equals(id)).findFirst();
  }
}
