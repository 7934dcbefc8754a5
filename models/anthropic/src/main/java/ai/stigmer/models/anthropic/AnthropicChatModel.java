package ai.stigmer.models.anthropic;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.LineReader;
import ai.stigmer.graphton.model.ModelEvent;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.graphton.model.ModelResult;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.models.anthropic.EventReader.GarbledException;
import com.anthropic.client.AnthropicClient;
import com.anthropic.core.http.HttpResponse;
import com.anthropic.errors.AnthropicException;
import com.anthropic.errors.AnthropicServiceException;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.OutputConfig;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * One model of Anthropic's API.
 *
 * <p>Thread contract: thread-safe; a call reads its answer on the calling thread.
 */
final class AnthropicChatModel implements ChatModel {
  private static final Pattern ABOUT_SCHEMA = Pattern.compile("output_config|output_format|schema");

  private final ModelSettings settings;
  private final Sdk sdk;
  private final Exchange.Patience patience;
  private final Failures failures;
  private final AtomicBoolean toldChangedInput = new AtomicBoolean();
  private final AtomicBoolean toldSettings = new AtomicBoolean();
  private final AtomicBoolean refusesSchema = new AtomicBoolean();

  AnthropicChatModel(ModelSettings settings, Endpoint endpoint, Supplier<Transport> transport) {
    this.settings = settings;
    sdk = Sdk.load(settings, endpoint, transport);
    patience =
        new Exchange.Patience(
            settings.connectTimeout(), settings.firstTokenTimeout(), settings.idleTimeout());
    failures = new Failures(endpoint, settings.model());
  }

  @Override
  public String provider() {
    return AnthropicProvider.ID;
  }

  @Override
  public String model() {
    return settings.model();
  }

  @Override
  public boolean bindsThinking() {
    return Traits.of(settings.model()).binding();
  }

  @Override
  public ModelResult call(ModelRequest request, CancelToken cancel, Consumer<ModelEvent> events) {
    if (cancel.isCancelled()) {
      return new ModelResult.Cancelled();
    }
    Optional<Sdk.Loaded> loaded = sdk.await(cancel);
    return loaded.isPresent()
        ? asked(loaded.get(), request, cancel, events)
        : new ModelResult.Cancelled();
  }

  /** What stands in front of the API may not know how to hold a model to a schema. */
  private ModelResult asked(
      Sdk.Loaded loaded, ModelRequest request, CancelToken cancel, Consumer<ModelEvent> events) {
    ModelRequest free = request.withAnswerSchema(Optional.empty());
    if (refusesSchema.get()) {
      return call(loaded, free, cancel, events);
    }
    ModelResult result = call(loaded, request, cancel, events);
    if (!refusesSchema.get() || !(result instanceof ModelResult.Failed)) {
      return result;
    }
    events.accept(
        new ModelEvent.Notice(
            "W221",
            settings.model()
                + " is not held to the JSON Schema; its answer is checked all the same"));
    return call(loaded, free, cancel, events);
  }

  private ModelResult call(
      Sdk.Loaded loaded, ModelRequest request, CancelToken cancel, Consumer<ModelEvent> events) {
    MessageCreateParams params;
    try {
      params = Question.of(settings, request);
    } catch (IllegalArgumentException e) {
      return new ModelResult.Failed(failures.unsayable(e.getMessage()));
    }
    tellSettings(events);
    try (Exchange exchange = new Exchange(loaded.transport().shared(), patience, cancel)) {
      TurnAssembly assembly = new TurnAssembly(request, events);
      return counted(
          Transport.within(
              exchange, () -> ask(exchange, loaded.client(), params, assembly, events)),
          assembly);
    }
  }

  /** An answer that broke off was billed from its first event on. */
  private static ModelResult counted(ModelResult result, TurnAssembly assembly) {
    return result instanceof ModelResult.Failed(ModelFailure failure)
        ? new ModelResult.Failed(failure.withUsage(assembly.usage()))
        : result;
  }

  private ModelResult ask(
      Exchange exchange,
      AnthropicClient client,
      MessageCreateParams params,
      TurnAssembly assembly,
      Consumer<ModelEvent> events) {
    try (HttpResponse answer = client.messages().withRawResponse().createStreaming(params)) {
      return read(exchange, answer, assembly, events);
    } catch (AnthropicServiceException e) {
      if (exchange.stopped() != null) {
        return ended(exchange, e, Optional.empty());
      }
      Refusal refusal = Refusal.of(e);
      refusesSchema.compareAndSet(false, isAboutSchema(refusal, params));
      return new ModelResult.Failed(failures.refused(refusal));
    } catch (AnthropicException e) {
      return ended(exchange, e, Optional.empty());
    }
  }

  private static boolean isAboutSchema(Refusal refusal, MessageCreateParams params) {
    return refusal.status() == 400
        && params.outputConfig().filter(AnthropicChatModel::holdsToSchema).isPresent()
        && ABOUT_SCHEMA.matcher(refusal.text()).find();
  }

  /** The SDK refuses to read a schema that it was given as it is. */
  private static boolean holdsToSchema(OutputConfig config) {
    return !config._format().isMissing();
  }

  private ModelResult read(
      Exchange exchange, HttpResponse answer, TurnAssembly assembly, Consumer<ModelEvent> events) {
    Optional<String> id = answer.requestId();
    if (!isEventStream(answer)) {
      return new ModelResult.Failed(failures.unusable(200, "what answers is not the API", id));
    }
    try {
      EventReader reader = new EventReader(answer.body());
      for (ObjectNode event = reader.next(); event != null; event = reader.next()) {
        if (event.path("type").asText().equals("error")) {
          return new ModelResult.Failed(failures.refused(Refusal.ofEvent(event, id)));
        }
        assembly.add(event);
        if (assembly.isComplete()) {
          return finish(assembly, events);
        }
      }
      return new ModelResult.Failed(
          failures.broken("Anthropic's answer ended before it was complete", id));
    } catch (GarbledException e) {
      return new ModelResult.Failed(failures.broken("Anthropic's answer is garbled", id));
    } catch (LineReader.TooLongException e) {
      return new ModelResult.Failed(
          failures.unusable(200, "Anthropic's answer is too long: " + e.getMessage(), id));
    } catch (IOException e) {
      return ended(exchange, e, id.or(() -> Optional.of("")));
    }
  }

  private static boolean isEventStream(HttpResponse answer) {
    return answer.headers().values("content-type").stream()
        .anyMatch(type -> type.toLowerCase(Locale.ROOT).startsWith("text/event-stream"));
  }

  private ModelResult ended(Exchange exchange, Exception cause, Optional<String> begun) {
    return switch (exchange.stopped()) {
      case CANCELLED -> new ModelResult.Cancelled();
      case NO_CONNECTION -> new ModelResult.Failed(failures.unreachable());
      case NO_ANSWER -> new ModelResult.Failed(failures.noAnswer(settings.firstTokenTimeout()));
      case SILENCE -> new ModelResult.Failed(failures.silence(settings.idleTimeout()));
      case null -> new ModelResult.Failed(failures.connection(cause, begun));
    };
  }

  private ModelResult finish(TurnAssembly assembly, Consumer<ModelEvent> events) {
    ModelTurn turn = assembly.finish(settings.model());
    if (assembly.hasChangedInput() && toldChangedInput.compareAndSet(false, true)) {
      notice(
          events,
          "W213",
          "Anthropic left out a part of the earlier thinking, because what stands before it has"
              + " changed");
    }
    if (turn.stop() == StopReason.UNKNOWN) {
      events.accept(ModelEvent.Notice.unknownStop(settings.model(), assembly.reason()));
    }
    return new ModelResult.Turn(turn);
  }

  /** Settings that do not reach the model are said once and not on every call. */
  private void tellSettings(Consumer<ModelEvent> events) {
    if (!toldSettings.compareAndSet(false, true)) {
      return;
    }
    if (settings.temperature().isPresent()) {
      notice(events, "W220", "Anthropic's API takes no temperature; llm.temperature is not sent");
    }
    Question.thought(settings).shortfall().ifPresent(text -> notice(events, "W220", text));
  }

  private static void notice(Consumer<ModelEvent> events, String code, String text) {
    events.accept(new ModelEvent.Notice(code, text));
  }
}
