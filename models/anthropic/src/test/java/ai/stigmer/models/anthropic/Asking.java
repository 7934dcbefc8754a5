package ai.stigmer.models.anthropic;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.ModelEvent;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.graphton.model.ModelResult;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.graphton.model.Secret;
import ai.stigmer.graphton.model.ToolSpec;
import ai.stigmer.testkit.anthropic.FakeAnthropic;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** One model against a fake server, with the events of all its calls. */
final class Asking {
  static final String KEY = "sk-ant-api03-not-a-real-key";
  static final String MODEL = "claude-opus-5-5";
  static final ToolSpec LS =
      new ToolSpec(
          "ls",
          "Lists a folder.",
          "{\"type\":\"object\",\"properties\":{\"path\":{\"type\":\"string\"},\"depth\":{\"type\":\"integer\"}}}");

  final List<ModelEvent> events = new ArrayList<>();
  private final ChatModel model;

  Asking(FakeAnthropic server) {
    this(settings(server.baseUrl()));
  }

  Asking(ModelSettings settings) {
    model = new AnthropicProvider().open(settings);
  }

  static ModelSettings settings(String url) {
    return settings(url, MODEL, Optional.empty());
  }

  static ModelSettings settings(String url, Duration connect) {
    return settings(url, connect, Duration.ofMinutes(5), Duration.ofMinutes(5));
  }

  static ModelSettings settings(String url, Duration firstToken, Duration idle) {
    return settings(url, Duration.ofSeconds(5), firstToken, idle);
  }

  private static ModelSettings settings(
      String url, Duration connect, Duration firstToken, Duration idle) {
    return new ModelSettings(
        "anthropic",
        MODEL,
        Optional.of(url),
        Optional.of(Secret.of(KEY)),
        OptionalInt.of(8192),
        OptionalDouble.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        Optional.empty(),
        connect,
        firstToken,
        idle);
  }

  static ModelSettings settings(String url, String model, Optional<ModelSettings.Effort> effort) {
    return new ModelSettings(
        "anthropic",
        model,
        Optional.of(url),
        Optional.of(Secret.of(KEY)),
        OptionalInt.of(8192),
        OptionalDouble.empty(),
        OptionalInt.empty(),
        effort,
        Optional.empty(),
        Duration.ofSeconds(5),
        Duration.ofSeconds(20),
        Duration.ofSeconds(20));
  }

  static ModelRequest request(Message... messages) {
    return new ModelRequest("You are terse.", List.of(messages), List.of(LS));
  }

  static ModelRequest hello() {
    return request(new Message.User("hello"));
  }

  /** The request that follows a turn whose calls were all answered with "ok". */
  static ModelRequest after(ModelTurn turn) {
    List<Message> messages = new ArrayList<>();
    messages.add(new Message.User("hello"));
    messages.add(new Message.Assistant(turn));
    turn.calls().forEach(call -> messages.add(new Message.ToolAnswer(call, ToolResult.ok("ok"))));
    if (turn.calls().isEmpty()) {
      messages.add(new Message.User("go on"));
    }
    return request(messages.toArray(Message[]::new));
  }

  /** A recorded stream of the tests' resources. */
  static String recorded(String name) {
    try (InputStream stream = Asking.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(stream).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
      case ModelResult.Failed(ModelFailure failure) -> throw new AssertionError(failure.toString());
      case ModelResult.Cancelled cancelled -> throw new AssertionError("cancelled");
    };
  }

  ModelFailure failure(ModelRequest request) {
    return switch (ask(request)) {
      case ModelResult.Failed(ModelFailure failure) -> failure;
      case ModelResult.Turn(ModelTurn turn) -> throw new AssertionError(turn.toString());
      case ModelResult.Cancelled cancelled -> throw new AssertionError("cancelled");
    };
  }

  List<String> notices() {
    return events.stream()
        .filter(ModelEvent.Notice.class::isInstance)
        .map(event -> ((ModelEvent.Notice) event).code())
        .toList();
  }
}
