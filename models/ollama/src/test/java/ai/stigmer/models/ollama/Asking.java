package ai.stigmer.models.ollama;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.ModelEvent;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.graphton.model.ModelResult;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.graphton.model.ToolSpec;
import ai.stigmer.testkit.ollama.FakeOllama;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** One model against a fake server, with the events of all its calls. */
final class Asking {
  static final ToolSpec LS =
      new ToolSpec(
          "ls",
          "Lists a folder.",
          "{\"type\":\"object\",\"properties\":{\"path\":{\"type\":\"string\"},\"depth\":{\"type\":\"integer\"}}}");

  final List<ModelEvent> events = new ArrayList<>();
  private final ChatModel model;

  Asking(FakeOllama server) {
    this(settings(server.baseUrl(), Duration.ofSeconds(20), Duration.ofSeconds(20)));
  }

  Asking(ModelSettings settings) {
    this(new OllamaProvider(), settings);
  }

  Asking(OllamaProvider provider, FakeOllama server) {
    this(provider, settings(server.baseUrl(), Duration.ofSeconds(20), Duration.ofSeconds(20)));
  }

  Asking(OllamaProvider provider, FakeOllama server, String model) {
    this(provider, named(model, server.baseUrl()));
  }

  private static ModelSettings named(String model, String url) {
    ModelSettings any = settings(url, Duration.ofSeconds(20), Duration.ofSeconds(20));
    return new ModelSettings(
        any.provider(),
        model,
        any.baseUrl(),
        any.apiKey(),
        any.maxTokens(),
        any.temperature(),
        any.contextLength(),
        any.effort(),
        any.dialect(),
        any.connectTimeout(),
        any.firstTokenTimeout(),
        any.idleTimeout());
  }

  Asking(OllamaProvider provider, ModelSettings settings) {
    model = provider.open(settings);
  }

  static ModelSettings settings(String url, Duration firstToken, Duration idle) {
    return new ModelSettings(
        "ollama",
        "qwen3.5",
        Optional.of(url),
        Optional.empty(),
        OptionalInt.of(8192),
        OptionalDouble.of(0.0),
        OptionalInt.of(16_384),
        Optional.empty(),
        Optional.empty(),
        Duration.ofSeconds(5),
        firstToken,
        idle);
  }

  static ModelRequest request(Message... messages) {
    return new ModelRequest("You are terse.", List.of(messages), List.of(LS));
  }

  static ModelRequest hello() {
    return request(new Message.User("hello"));
  }

  ModelResult ask(ModelRequest request) {
    return model.call(request, new CancelToken(), events::add);
  }

  ModelResult ask(ModelRequest request, CancelToken cancel) {
    return model.call(request, cancel, events::add);
  }

  ModelTurn turn(ModelRequest request) {
    return switch (ask(request)) {
      case ModelResult.Turn(ModelTurn turn) -> turn;
      case ModelResult.Failed(ModelFailure failure) -> throw new AssertionError(failure.problem());
      case ModelResult.Cancelled cancelled -> throw new AssertionError("cancelled");
    };
  }

  ModelFailure failure(ModelRequest request) {
    return switch (ask(request)) {
      case ModelResult.Failed(ModelFailure failure) -> failure;
      case ModelResult.Turn(ModelTurn turn) -> throw new AssertionError(turn);
      case ModelResult.Cancelled cancelled -> throw new AssertionError("cancelled");
    };
  }

  List<String> textDeltas() {
    return events.stream()
        .filter(ModelEvent.TextDelta.class::isInstance)
        .map(event -> ((ModelEvent.TextDelta) event).text())
        .toList();
  }

  List<String> notices() {
    return events.stream()
        .filter(ModelEvent.Notice.class::isInstance)
        .map(event -> ((ModelEvent.Notice) event).code())
        .toList();
  }
}
