package ai.stigmer.models.ollama;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.LineReader;
import ai.stigmer.graphton.model.ModelEvent;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.graphton.model.ModelResult;
import ai.stigmer.graphton.model.ModelSettings;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One model of one Ollama server.
 *
 * <p>Thread contract: thread-safe; a call reads its answer on the calling thread.
 */
final class OllamaChatModel implements ChatModel {
  private static final int MAX_ERROR_BODY = 64 * 1024;
  private static final String CANNOT_THINK = "does not support thinking";

  private final ModelSettings settings;
  private volatile ModelSettings sent;
  private final Endpoint endpoint;
  private final Connections connections;
  private final OllamaServer server;
  private final Exchange.Patience patience;
  private final ContextWindow window;
  private final Failures failures;
  private final AtomicBoolean toldPrintedCalls = new AtomicBoolean();
  private final LoadedModels loaded;
  private final FitnessCheck fitness;
  private volatile @Nullable ContextCheck check;

  OllamaChatModel(
      ModelSettings settings, Contact contact, LoadedModels loaded, FitnessCheck fitness) {
    this.settings = settings;
    this.sent = settings;
    this.loaded = loaded;
    this.fitness = fitness;
    endpoint = contact.endpoint();
    connections = contact.connections();
    server = contact.server();
    patience =
        new Exchange.Patience(
            settings.connectTimeout(), settings.firstTokenTimeout(), settings.idleTimeout());
    window = new ContextWindow(settings, server);
    failures = new Failures(endpoint, settings.model());
  }

  /**
   * Loads the classes that a call needs and makes a connection, with a question whose answer is
   * needed anyway, or, for the provider's first model, with one that costs nothing.
   */
  void warmUp() {
    fitness.prefetch();
    if (settings.contextLength().isEmpty()) {
      window.prefetch();
    } else if (connections.isFirstUse()) {
      var _ = server.reached();
    }
    var _ = ChatBody.of(settings, 1, new ModelRequest("", List.of(), List.of()));
    var _ = Json.objectOrEmpty("{}");
  }

  @Override
  public String provider() {
    return OllamaProvider.ID;
  }

  @Override
  public String model() {
    return settings.model();
  }

  /** What the server has allocated, or what it is asked for. */
  @Override
  public OptionalLong contextWindow() {
    int asked = window.known();
    if (asked == 0) {
      return OptionalLong.empty();
    }
    int allocated = loaded.context(new LoadedModels.Load(endpoint.base(), settings.model(), asked));
    return OptionalLong.of(allocated == LoadedModels.UNTOLD ? asked : Math.min(asked, allocated));
  }

  @Override
  public ModelResult call(ModelRequest request, CancelToken cancel, Consumer<ModelEvent> events) {
    if (cancel.isCancelled()) {
      return new ModelResult.Cancelled();
    }
    return switch (window.size(cancel)) {
      case ContextWindow.Size.Cancelled() -> new ModelResult.Cancelled();
      case ContextWindow.Size.Failed(ModelFailure failure) ->
          new ModelResult.Failed(withInstalled(failure));
      case ContextWindow.Size.Tokens(int tokens) -> {
        if (!request.tools().isEmpty()) {
          fitness.tell(tokens, cancel, events);
        }
        yield ask(request, tokens, cancel, events);
      }
    };
  }

  /** The same failure with the installed models named, where they are what the user needs. */
  private ModelFailure withInstalled(ModelFailure failure) {
    return failure.kind() == ModelFailure.Kind.MODEL_MISSING
        ? failures.refused(404, "model not found", 0, server.fitForTools())
        : failure;
  }

  private ModelResult ask(
      ModelRequest request, int tokens, CancelToken cancel, Consumer<ModelEvent> events) {
    byte[] body = ChatBody.of(sent, tokens, request);
    Request http = endpoint.post("/api/chat", body);
    try (Exchange exchange = new Exchange(connections, http, patience, cancel)) {
      try {
        Answer answer = exchange.answer();
        if (answer.status() != 200) {
          ModelFailure failure = refused(exchange, answer, tokens);
          return effortRefused(failure, events)
              ? ask(request, tokens, cancel, events)
              : new ModelResult.Failed(failure);
        }
        Reading reading = new Reading(request, new TurnAssembly(request, events), tokens);
        ModelResult result = read(exchange, reading);
        if (result instanceof ModelResult.Turn) {
          notice(reading.assembly(), events);
        }
        return result;
      } catch (IOException e) {
        return ended(exchange, e);
      }
    }
  }

  /**
   * Whether the model cannot think at all; then nothing more is said of thinking to it. The server
   * tells only when it is asked.
   */
  private boolean effortRefused(ModelFailure failure, Consumer<ModelEvent> events) {
    boolean refused =
        sent.effort().isPresent() && failure.problem().toString().contains(CANNOT_THINK);
    if (refused) {
      events.accept(
          new ModelEvent.Notice(
              "W211", settings.model() + " cannot think, so llm.effort has no effect on it"));
      sent = settings.withoutEffort();
    }
    return refused;
  }

  private ModelResult ended(Exchange exchange, IOException cause) {
    return switch (exchange.stopped()) {
      case CANCELLED -> new ModelResult.Cancelled();
      case NO_ANSWER -> new ModelResult.Failed(failures.noAnswer(settings.firstTokenTimeout()));
      case SILENCE -> new ModelResult.Failed(failures.silence(settings.idleTimeout()));
      case null -> new ModelResult.Failed(failures.connection(cause));
    };
  }

  private ModelFailure refused(Exchange exchange, Answer answer, int tokens) throws IOException {
    String text = OllamaServer.errorText(exchange.readUpTo(MAX_ERROR_BODY));
    ModelFailure failure = failures.refused(answer.status(), text, tokens, List.of());
    return switch (failure.kind()) {
      case MODEL_MISSING, MODEL_UNFIT ->
          failures.refused(answer.status(), text, tokens, server.fitForTools());
      case RATE_LIMITED, OVERLOADED -> Failures.withRetryAfter(failure, retryAfter(answer));
      case UNREACHABLE,
          UNAVAILABLE,
          TIMEOUT,
          STREAM_BROKEN,
          SERVER_ERROR,
          CONTEXT_OVERFLOW,
          CREDENTIALS,
          BAD_REQUEST,
          BAD_RESPONSE ->
          failure;
    };
  }

  private static Optional<Duration> retryAfter(Answer answer) {
    return answer
        .header("retry-after")
        .filter(text -> text.matches("\\d{1,6}"))
        .map(text -> Duration.ofSeconds(Long.parseLong(text)));
  }

  /**
   * What an answer is read with.
   *
   * @param tokens the context that was asked for
   */
  private record Reading(ModelRequest request, TurnAssembly assembly, int tokens) {}

  private ModelResult read(Exchange exchange, Reading reading) throws IOException {
    ContextCheck context = check(reading.tokens());
    LineReader lines = new LineReader(exchange::read);
    boolean first = true;
    for (byte[] bytes = lines.next(); bytes != null; bytes = lines.next()) {
      JsonNode line;
      try {
        line = Json.MAPPER.readTree(bytes);
      } catch (JsonProcessingException e) {
        return new ModelResult.Failed(garbled(first));
      }
      if (line.isMissingNode()) {
        continue;
      }
      if (!line.isObject()) {
        return new ModelResult.Failed(garbled(first));
      }
      if (first) {
        context.begin();
      }
      first = false;
      if (line.hasNonNull("error")) {
        return new ModelResult.Failed(
            failures.refused(200, OllamaServer.errorText(bytes), reading.tokens(), List.of()));
      }
      reading.assembly().add(line.path("message"));
      if (line.path("done").asBoolean()) {
        exchange.drain();
        return finished(reading, context, line);
      }
    }
    return new ModelResult.Failed(failures.broken("Ollama's answer ended before it was complete"));
  }

  private ModelResult finished(Reading reading, ContextCheck context, JsonNode last) {
    return context
        .verdict(reading.request(), last)
        .<ModelResult>map(ModelResult.Failed::new)
        .orElseGet(
            () ->
                new ModelResult.Turn(
                    reading.assembly().finish(settings.model(), last, reading.tokens())));
  }

  private ContextCheck check(int tokens) {
    ContextCheck known = check;
    if (known == null) {
      LoadedModels.Load load = new LoadedModels.Load(endpoint.base(), settings.model(), tokens);
      known = new ContextCheck(server, loaded, load, failures);
      check = known;
    }
    return known;
  }

  private ModelFailure garbled(boolean first) {
    return first
        ? failures.notOllama("what answers at " + endpoint.base() + " does not speak Ollama's API")
        : failures.broken("Ollama's answer is garbled");
  }

  private void notice(TurnAssembly assembly, Consumer<ModelEvent> events) {
    if (assembly.hasPrintedCalls() && toldPrintedCalls.compareAndSet(false, true)) {
      events.accept(
          new ModelEvent.Notice(
              TurnAssembly.PRINTED,
              settings.model()
                  + " prints tool calls as text; they are recognised, but a model such as qwen3.5"
                  + " calls tools properly"));
    }
  }
}
