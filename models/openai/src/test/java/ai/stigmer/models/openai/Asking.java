package ai.stigmer.models.openai;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.ModelEvent;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.graphton.model.ModelResult;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.graphton.model.ModelSettings.Dialect;
import ai.stigmer.graphton.model.ModelSettings.Effort;
import ai.stigmer.graphton.model.Secret;
import ai.stigmer.graphton.model.ToolSpec;
import ai.stigmer.testkit.openai.FakeChatCompletions;
import ai.stigmer.testkit.openai.FakeResponses;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** One model against a fake server, with the events of all its calls. */
final class Asking {
  static final String SOL = "gpt-6.1-sol";
  static final String LOCAL = "local-model";
  static final ToolSpec LS =
      new ToolSpec(
          "ls",
          "Lists a folder.",
          "{\"type\":\"object\",\"properties\":{\"path\":{\"type\":\"string\"},\"depth\":{\"type\":\"integer\"}}}");
  private static final Duration LONG = Duration.ofSeconds(20);

  final List<ModelEvent> events = new ArrayList<>();
  final ChatModel model;

  Asking(FakeResponses server) {
    this(Wish.responses(server.baseUrl()).settings());
  }

  Asking(FakeChatCompletions server) {
    this(Wish.chat(server.baseUrl()).settings());
  }

  Asking(ModelSettings settings) {
    this(new OpenAiProvider().open(settings));
  }

  Asking(ChatModel model) {
    this.model = model;
  }

  /** Settings to be changed one by one. */
  record Wish(
      String model,
      String url,
      Dialect dialect,
      Optional<Secret> key,
      OptionalInt maxTokens,
      OptionalDouble temperature,
      Optional<Effort> effort,
      Duration connect,
      Duration first,
      Duration idle) {

    static Wish responses(String url) {
      return of(SOL, url, Dialect.RESPONSES);
    }

    static Wish chat(String url) {
      return of(LOCAL, url, Dialect.CHAT);
    }

    static Wish of(String model, String url, Dialect dialect) {
      return new Wish(
          model,
          url,
          dialect,
          Optional.empty(),
          OptionalInt.of(8192),
          OptionalDouble.empty(),
          Optional.empty(),
          Duration.ofSeconds(5),
          LONG,
          LONG);
    }

    Wish model(String id) {
      return new Wish(id, url, dialect, key, maxTokens, temperature, effort, connect, first, idle);
    }

    Wish key(String secret) {
      return new Wish(
          model,
          url,
          dialect,
          Optional.of(Secret.of(secret)),
          maxTokens,
          temperature,
          effort,
          connect,
          first,
          idle);
    }

    Wish temperature(double value) {
      return new Wish(
          model,
          url,
          dialect,
          key,
          maxTokens,
          OptionalDouble.of(value),
          effort,
          connect,
          first,
          idle);
    }

    Wish effort(Effort value) {
      return new Wish(
          model,
          url,
          dialect,
          key,
          maxTokens,
          temperature,
          Optional.of(value),
          connect,
          first,
          idle);
    }

    Wish patience(Duration connecting, Duration firstToken, Duration silence) {
      return new Wish(
          model,
          url,
          dialect,
          key,
          maxTokens,
          temperature,
          effort,
          connecting,
          firstToken,
          silence);
    }

    ModelSettings settings() {
      return new ModelSettings(
          "openai",
          model,
          Optional.of(url),
          key,
          maxTokens,
          temperature,
          OptionalInt.empty(),
          effort,
          Optional.of(dialect),
          connect,
          first,
          idle);
    }

    /** The model as if the fake server were one of the vendor's or Azure's. */
    Asking at(Endpoint.Host host) {
      Endpoint endpoint = new Endpoint(java.net.URI.create(url), host, key);
      LazySdk sdk =
          new LazySdk(
              () ->
                  new Sdk(
                      new Transport(new SharedConnections().pool(), endpoint, connect), endpoint));
      return new Asking(new OpenAiChatModel(settings(), endpoint, sdk.begin()));
    }
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
      case ModelResult.Failed(ModelFailure failure) -> throw new AssertionError(failure);
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

  String shownText() {
    StringBuilder text = new StringBuilder();
    for (ModelEvent event : events) {
      if (event instanceof ModelEvent.TextDelta(String delta)) {
        text.append(delta);
      }
    }
    return text.toString();
  }

  List<String> notices() {
    return events.stream()
        .filter(ModelEvent.Notice.class::isInstance)
        .map(event -> ((ModelEvent.Notice) event).text())
        .toList();
  }
}
