package ai.stigmer.models.anthropic;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.graphton.model.ModelSettings;
import com.anthropic.client.AnthropicClient;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

/**
 * The vendor's SDK while it is being loaded, which takes most of a second: in the background, so
 * that it is there when the first request is.
 *
 * <p>Thread contract: thread-safe.
 */
final class Sdk {

  /** The SDK, loaded. */
  record Loaded(Transport transport, AnthropicClient client) {}

  private final CompletableFuture<Loaded> loaded;

  private Sdk(CompletableFuture<Loaded> loaded) {
    this.loaded = loaded;
  }

  static Sdk load(ModelSettings settings, Endpoint endpoint, Supplier<Transport> transport) {
    return new Sdk(
        CompletableFuture.supplyAsync(
            () -> loadNow(settings, endpoint, transport),
            task -> Thread.ofPlatform().daemon().name("anthropic-warm-up").start(task)));
  }

  private static Loaded loadNow(
      ModelSettings settings, Endpoint endpoint, Supplier<Transport> transport) {
    Transport shared = transport.get();
    Loaded all = new Loaded(shared, Api.client(endpoint, shared));
    writeOnce(settings, all.client());
    return all;
  }

  /** The first writing of a request loads most of the classes. */
  private static void writeOnce(ModelSettings settings, AnthropicClient client) {
    var _ = client.messages().withRawResponse();
    ModelRequest request = new ModelRequest("x", List.of(new Message.User("x")), List.of());
    try {
      var _ =
          client.options().jsonMapper().writeValueAsBytes(Question.of(settings, request)._body());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a request of two letters can be written", e);
    }
  }

  /** Waits until it is there; empty when the caller is cancelled or interrupted before. */
  Optional<Loaded> await(CancelToken cancel) {
    CompletableFuture<Loaded> cancelled = new CompletableFuture<>();
    try (CancelToken.Registration _ = cancel.onCancel(() -> cancelled.cancel(false))) {
      CompletableFuture.anyOf(loaded, cancelled).get();
      return Optional.of(loaded.get());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } catch (ExecutionException e) {
      if (cancelled.isCancelled()) {
        return Optional.empty();
      }
      throw new IllegalStateException("the SDK cannot be loaded", e.getCause());
    }
  }
}
