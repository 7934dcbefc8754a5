package ai.stigmer.models.openai;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.ModelEvent;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.graphton.model.ModelResult;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.graphton.model.ModelSettings.Dialect;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.openai.core.http.HttpResponse;
import com.openai.errors.OpenAIIoException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * One model of one server, in one of the two APIs.
 *
 * <p>Thread contract: thread-safe; a call reads its answer on the calling thread.
 */
final class OpenAiChatModel implements ChatModel {
  private static final byte[] DONE = "[DONE]".getBytes(StandardCharsets.US_ASCII);

  private final ModelSettings settings;
  private final Dialect dialect;
  private final Endpoint endpoint;
  private final LazySdk sdk;
  private final ModelTraits traits;
  private final Exchange.Patience patience;
  private final Failures failures;
  private final AtomicReference<Set<Concession>> concessions = new AtomicReference<>(Set.of());
  private final AtomicBoolean toldUnsent = new AtomicBoolean();

  OpenAiChatModel(ModelSettings settings, Endpoint endpoint, LazySdk sdk) {
    this.settings = settings;
    this.endpoint = endpoint;
    this.sdk = sdk;
    dialect = settings.dialect().orElse(dialectOf(endpoint.host()));
    traits = ModelTraits.of(settings.model());
    patience =
        new Exchange.Patience(
            settings.connectTimeout(), settings.firstTokenTimeout(), settings.idleTimeout());
    failures = new Failures(endpoint, settings.model(), dialect);
  }

  /** The vendor's models call tools and reason in the Responses API only; others have the older. */
  private static Dialect dialectOf(Endpoint.Host host) {
    return switch (host) {
      case VENDOR, AZURE -> Dialect.RESPONSES;
      case COMPATIBLE -> Dialect.CHAT;
    };
  }

  @Override
  public String provider() {
    return OpenAiProvider.ID;
  }

  @Override
  public String model() {
    return settings.model();
  }

  @Override
  public ModelResult call(ModelRequest request, CancelToken cancel, Consumer<ModelEvent> events) {
    while (true) {
      if (cancel.isCancelled()) {
        return new ModelResult.Cancelled();
      }
      Ask ask = new Ask(settings, dialect, endpoint.host(), traits, request, concessions.get());
      ask.unsent()
          .filter(words -> toldUnsent.compareAndSet(false, true))
          .ifPresent(words -> events.accept(new ModelEvent.Notice("W220", words)));
      try (Exchange exchange = new Exchange(patience, cancel)) {
        return ask(exchange, ask, events);
      } catch (Transport.RefusedException e) {
        if (!conceded(e.refusal(), ask, events)) {
          return new ModelResult.Failed(failures.refused(e.refusal()));
        }
      }
    }
  }

  private boolean conceded(Refusal refusal, Ask ask, Consumer<ModelEvent> events) {
    return Concession.to(refusal, ask)
        .map(
            concession -> {
              concessions.updateAndGet(made -> plus(made, concession));
              events.accept(new ModelEvent.Notice("W221", concession.notice(settings.model())));
              return true;
            })
        .orElse(false);
  }

  private static Set<Concession> plus(Set<Concession> made, Concession further) {
    Set<Concession> all = EnumSet.of(further);
    all.addAll(made);
    return Set.copyOf(all);
  }

  private ModelResult ask(Exchange exchange, Ask ask, Consumer<ModelEvent> events) {
    HttpResponse head;
    try {
      head = send(exchange, ask);
    } catch (OpenAIIoException e) {
      return ended(exchange, e);
    } catch (Transport.RefusedException e) {
      if (exchange.stopped() == Exchange.Stop.CANCELLED) {
        return new ModelResult.Cancelled();
      }
      throw e;
    } catch (RuntimeException e) {
      return new ModelResult.Failed(failures.unsendable(e));
    }
    Assembly assembly = assembly(events);
    try (head) {
      return counted(read(head, assembly, ask.request()), assembly);
    } catch (IOException e) {
      boolean cancelled = exchange.stopped() == Exchange.Stop.CANCELLED;
      return assembly.isComplete() && !cancelled
          ? new ModelResult.Turn(assembly.finish(ask.request()))
          : counted(ended(exchange, e), assembly);
    }
  }

  private static ModelResult counted(ModelResult result, Assembly assembly) {
    return result instanceof ModelResult.Failed(ModelFailure failure)
        ? new ModelResult.Failed(failure.withUsage(assembly.usage()))
        : result;
  }

  private HttpResponse send(Exchange exchange, Ask ask) {
    return switch (dialect) {
      case RESPONSES -> sdk.get().stream(exchange, ResponsesBody.of(ask));
      case CHAT -> sdk.get().stream(exchange, ChatBody.of(ask));
    };
  }

  private Assembly assembly(Consumer<ModelEvent> events) {
    return switch (dialect) {
      case RESPONSES -> new ResponsesAssembly(settings.model(), events);
      case CHAT -> new ChatAssembly(settings.model(), settings.maxTokens(), events);
    };
  }

  private ModelResult ended(Exchange exchange, Exception cause) {
    return switch (exchange.stopped()) {
      case CANCELLED -> new ModelResult.Cancelled();
      case NO_CONNECTION ->
          new ModelResult.Failed(failures.noConnection(settings.connectTimeout()));
      case NO_ANSWER -> new ModelResult.Failed(failures.noAnswer(settings.firstTokenTimeout()));
      case SILENCE -> new ModelResult.Failed(failures.silence(settings.idleTimeout()));
      case null -> new ModelResult.Failed(failures.connection(cause));
    };
  }

  private ModelResult read(HttpResponse head, Assembly assembly, ModelRequest request)
      throws IOException {
    try (InputStream body = head.body()) {
      EventReader events = new EventReader(body, isJson(head));
      boolean any = false;
      for (byte[] data = events.next(); data != null; data = events.next()) {
        if (Arrays.equals(data, DONE)) {
          break;
        }
        JsonNode event = parsed(data);
        if (!event.isObject()) {
          return unreadable(assembly, request, events.isAtEnd());
        }
        any = true;
        switch (assembly.add(event)) {
          case Assembly.Progress.Open open -> {
            continue;
          }
          case Assembly.Progress.Ended ended -> {
            return new ModelResult.Turn(assembly.finish(request));
          }
          case Assembly.Progress.Broken(ErrorBody error) -> {
            return new ModelResult.Failed(failures.refused(Refusal.of(head, error)));
          }
        }
      }
      return afterEnd(assembly, request, any);
    }
  }

  private ModelResult afterEnd(Assembly assembly, ModelRequest request, boolean any) {
    if (assembly.isComplete()) {
      return new ModelResult.Turn(assembly.finish(request));
    }
    return new ModelResult.Failed(
        any
            ? failures.broken("the answer of " + endpoint.base() + " ended before it was complete")
            : failures.notOpenAi(
                "what answers at " + endpoint.base() + " does not speak OpenAI's API"));
  }

  private ModelResult unreadable(Assembly assembly, ModelRequest request, boolean atEnd) {
    if (assembly.isComplete()) {
      return new ModelResult.Turn(assembly.finish(request));
    }
    String what = atEnd ? " ended before it was complete" : " is garbled";
    return new ModelResult.Failed(failures.broken("the answer of " + endpoint.base() + what));
  }

  private static JsonNode parsed(byte[] data) throws IOException {
    try {
      return Json.MAPPER.readTree(data);
    } catch (JsonProcessingException e) {
      return Json.NODES.missingNode();
    }
  }

  /** Some servers answer whole although a stream was asked for. */
  private static boolean isJson(HttpResponse head) {
    return head.headers().values("content-type").stream().anyMatch(type -> type.contains("json"));
  }
}
