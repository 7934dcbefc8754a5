package ai.stigmer.models.ollama;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.graphton.model.Secret;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Questions about a server and its models, and the order to get one. Every question takes at most
 * two seconds; failures are values.
 *
 * <p>Thread contract: thread-safe; the methods block.
 */
public final class OllamaServer {
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final int MAX_BODY = 16 * 1024 * 1024;

  private final Endpoint endpoint;
  private final Connections connections;
  private final Exchange.Patience patience;

  /**
   * A model that is installed.
   *
   * @param size bytes on disk
   * @param digest of its content, in hexadecimal; empty when the server does not tell
   * @param remoteHost where it really runs; empty for the server's own machine
   * @param capabilities for example {@code tools}; empty when an old server does not tell
   */
  public record Installed(
      String name,
      long size,
      String digest,
      Optional<String> remoteHost,
      List<String> capabilities) {
    public Installed {
      capabilities = List.copyOf(capabilities);
    }

    /** Whether it runs on a machine other than the server's. */
    public boolean isRemote() {
      return remoteHost.isPresent() || name.endsWith(":cloud") || name.endsWith("-cloud");
    }

    /** Whether people mean it by this name; a name without a tag means the tag latest. */
    public boolean isNamed(String text) {
      return name.equals(text) || name.equals(text + ":latest");
    }
  }

  /**
   * What a model can do.
   *
   * @param contextLength the trained context in tokens, where the server knows it
   */
  public record Card(OptionalInt contextLength, List<String> capabilities) {
    public Card {
      capabilities = List.copyOf(capabilities);
    }
  }

  /**
   * How a model is loaded.
   *
   * @param contextLength the context in effect in tokens, where the server tells
   * @param gpuPercent how much of it lies in the graphics card's memory, where the server tells
   */
  public record Running(OptionalInt contextLength, OptionalInt gpuPercent) {}

  OllamaServer(Endpoint endpoint, Connections connections, Duration connectTimeout) {
    this.endpoint = endpoint;
    this.connections = connections;
    Duration connect = connectTimeout.compareTo(TIMEOUT) < 0 ? connectTimeout : TIMEOUT;
    patience = new Exchange.Patience(connect, TIMEOUT, TIMEOUT);
  }

  /**
   * A server at a base URL.
   *
   * @throws ai.stigmer.graphton.error.ProblemException when the URL is none
   */
  public static OllamaServer at(String baseUrl, Optional<Secret> key) {
    return new OllamaServer(
        Endpoint.of(Optional.of(baseUrl), key),
        new Connections(),
        ModelSettings.DEFAULT_CONNECT_TIMEOUT);
  }

  /** The server's version, for example {@code 0.33.0}. */
  public Reply<String> version() {
    return reached().join();
  }

  CompletableFuture<Reply<String>> reached() {
    return ask(endpoint.get("/api/version"), "", body -> body.path("version").asText());
  }

  /** All installed models. */
  public Reply<List<Installed>> installed() {
    return installing().join();
  }

  /** An installed model by the name that people call it. */
  Optional<Installed> installed(String name) {
    return installed() instanceof Reply.Ok<List<Installed>>(List<Installed> models)
        ? models.stream().filter(model -> model.isNamed(name)).findFirst()
        : Optional.empty();
  }

  CompletableFuture<Reply<List<Installed>>> installing() {
    return ask(endpoint.get("/api/tags"), "", OllamaServer::models);
  }

  /** What an installed model can do. */
  public Reply<Card> show(String model) {
    return showing(model).join();
  }

  /**
   * Has the server get a model, and blocks until it has, for hours if need be.
   *
   * @param cancel breaks off; what has arrived is kept
   * @param progress told of each step on the calling thread, some times a second
   */
  public PullEnd pull(String model, CancelToken cancel, Consumer<PullProgress> progress) {
    return new Pulling(connections, endpoint, model, patience.connect()).run(cancel, progress);
  }

  /** The names of installed models that can call tools; empty when nobody knows. */
  List<String> fitForTools() {
    return switch (installed()) {
      case Reply.Ok<List<Installed>>(List<Installed> models) ->
          models.stream()
              .filter(model -> model.capabilities().contains("tools"))
              .map(Installed::name)
              .toList();
      case Reply.Failed<List<Installed>> failed -> List.of();
    };
  }

  /** The context that the server has given to a running model, where it tells. */
  CompletableFuture<OptionalInt> allocating(String model) {
    return running(model)
        .thenApply(
            reply ->
                reply instanceof Reply.Ok<Optional<Running>>(Optional<Running> running)
                        && running.isPresent()
                    ? running.get().contextLength()
                    : OptionalInt.empty());
  }

  /** How a model is loaded; empty when it is not. */
  CompletableFuture<Reply<Optional<Running>>> running(String model) {
    return ask(endpoint.get("/api/ps"), model, body -> running(body, model));
  }

  CompletableFuture<Reply<Card>> showing(String model) {
    byte[] body =
        Json.NODES.objectNode().put("model", model).toString().getBytes(StandardCharsets.UTF_8);
    return ask(endpoint.post("/api/show", body), model, OllamaServer::card);
  }

  /**
   * Asks on a thread of its own. A platform thread: for a virtual one that waits for a socket the
   * JDK keeps a poller in native code, and a process waits for those when it ends.
   */
  private <T> CompletableFuture<Reply<T>> ask(
      Request request, String model, Function<JsonNode, T> read) {
    Failures failures = new Failures(endpoint, model);
    return CompletableFuture.supplyAsync(
            () -> answer(request, failures, read),
            task -> Thread.ofPlatform().daemon().name("ollama-question").start(task))
        .completeOnTimeout(
            new Reply.Failed<>(failures.noAnswer(TIMEOUT)),
            TIMEOUT.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  private <T> Reply<T> answer(Request request, Failures failures, Function<JsonNode, T> read) {
    try (Exchange exchange = new Exchange(connections, request, patience, new CancelToken())) {
      try {
        int status = exchange.answer().status();
        byte[] body = exchange.readUpTo(MAX_BODY);
        return read(status, body, failures, read);
      } catch (IOException e) {
        return new Reply.Failed<>(
            exchange.stopped() == null ? failures.connection(e) : failures.noAnswer(TIMEOUT));
      }
    }
  }

  private static <T> Reply<T> read(
      int status, byte[] bytes, Failures failures, Function<JsonNode, T> read) {
    if (status != 200) {
      return new Reply.Failed<>(failures.refused(status, errorText(bytes), 0, List.of()));
    }
    try {
      JsonNode body = Json.MAPPER.readTree(bytes);
      return body.isObject()
          ? new Reply.Ok<>(read.apply(body))
          : new Reply.Failed<>(failures.notOllama("the server's answer is not Ollama's"));
    } catch (IOException e) {
      return new Reply.Failed<>(failures.notOllama("the server's answer is not JSON"));
    }
  }

  /** The text of {@code {"error": …}}, or the body itself when it is something else. */
  static String errorText(byte[] body) {
    try {
      JsonNode error = Json.MAPPER.readTree(body).path("error");
      if (error.isTextual()) {
        return error.textValue();
      }
      if (error.path("message").isTextual()) {
        return error.path("message").textValue();
      }
    } catch (IOException e) {
      // The body is shown as it is.
    }
    return new String(body, StandardCharsets.UTF_8);
  }

  private static List<Installed> models(JsonNode body) {
    List<Installed> models = new ArrayList<>();
    for (JsonNode model : body.path("models")) {
      models.add(
          new Installed(
              model.path("name").asText(),
              model.path("size").asLong(),
              model.path("digest").asText("").replaceFirst("^sha256:", ""),
              Optional.of(model.path("remote_host").asText("")).filter(host -> !host.isEmpty()),
              capabilities(model)));
    }
    return models;
  }

  private static Card card(JsonNode body) {
    OptionalInt context = OptionalInt.empty();
    for (Map.Entry<String, JsonNode> field : body.path("model_info").properties()) {
      if (field.getKey().endsWith(".context_length") && field.getValue().canConvertToInt()) {
        context = OptionalInt.of(field.getValue().asInt());
      }
    }
    return new Card(context, capabilities(body));
  }

  private static List<String> capabilities(JsonNode model) {
    List<String> names = new ArrayList<>();
    model.path("capabilities").forEach(name -> names.add(name.asText()));
    return names;
  }

  private static Optional<Running> running(JsonNode body, String model) {
    for (JsonNode running : body.path("models")) {
      String name = running.path("name").asText();
      if (name.equals(model) || name.equals(model + ":latest")) {
        int context = running.path("context_length").asInt();
        return Optional.of(
            new Running(
                context > 0 ? OptionalInt.of(context) : OptionalInt.empty(),
                gpuPercent(running.path("size").asLong(), running.path("size_vram").asLong(-1))));
      }
    }
    return Optional.empty();
  }

  private static OptionalInt gpuPercent(long size, long onGpu) {
    return size > 0 && onGpu >= 0
        ? OptionalInt.of((int) Math.min(100, Math.round(100.0 * onGpu / size)))
        : OptionalInt.empty();
  }
}
