package ai.stigmer.models.ollama;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelSettings;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The context window that is asked for, the same on every call: the configured one, or what the
 * model was trained for up to {@value #MOST}. A change would make the server load the model anew.
 *
 * <p>Thread contract: thread-safe.
 */
final class ContextWindow {
  static final int MOST = 65_536;
  static final int UNKNOWN = 32_768;

  /** What came of finding the size. */
  sealed interface Size {
    record Tokens(int count) implements Size {}

    record Failed(ModelFailure failure) implements Size {}

    record Cancelled() implements Size {}
  }

  private final ModelSettings settings;
  private final OllamaServer server;
  private final Object lock = new Object();
  private volatile int decided;
  private @Nullable CompletableFuture<Reply<OllamaServer.Card>> asked;

  ContextWindow(ModelSettings settings, OllamaServer server) {
    this.settings = settings;
    this.server = server;
    decided = settings.contextLength().orElse(0);
  }

  /** Asks the server now, so that the first call need not wait; does nothing when it is known. */
  void prefetch() {
    if (decided == 0) {
      var _ = ask();
    }
  }

  /** The size; 0 while it is not known. */
  int known() {
    return decided;
  }

  /** The size; blocks for at most two seconds, and only until it is known. */
  Size size(CancelToken cancel) {
    if (decided > 0) {
      return new Size.Tokens(decided);
    }
    CompletableFuture<Reply<OllamaServer.Card>> reply = ask();
    CompletableFuture<Void> cancelled = new CompletableFuture<>();
    try (CancelToken.Registration _ = cancel.onCancel(() -> cancelled.complete(null))) {
      CompletableFuture.anyOf(reply, cancelled).get();
      return cancelled.isDone() ? new Size.Cancelled() : decide(reply.get());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Size.Cancelled();
    } catch (ExecutionException e) {
      throw new IllegalStateException("failures are values", e);
    }
  }

  private CompletableFuture<Reply<OllamaServer.Card>> ask() {
    synchronized (lock) {
      CompletableFuture<Reply<OllamaServer.Card>> reply = asked;
      if (reply == null) {
        reply = server.showing(settings.model());
        asked = reply;
      }
      return reply;
    }
  }

  private Size decide(Reply<OllamaServer.Card> reply) {
    synchronized (lock) {
      asked = null;
      if (decided > 0) {
        return new Size.Tokens(decided);
      }
      return switch (reply) {
        case Reply.Ok<OllamaServer.Card>(OllamaServer.Card card) -> settle(card.contextLength());
        case Reply.Failed<OllamaServer.Card>(ModelFailure failure) ->
            switch (failure.kind()) {
              case UNREACHABLE, UNAVAILABLE, MODEL_MISSING, CREDENTIALS -> new Size.Failed(failure);
              case TIMEOUT,
                  STREAM_BROKEN,
                  RATE_LIMITED,
                  OVERLOADED,
                  SERVER_ERROR,
                  MODEL_UNFIT,
                  CONTEXT_OVERFLOW,
                  BAD_REQUEST,
                  BAD_RESPONSE ->
                  settle(OptionalInt.empty());
            };
      };
    }
  }

  private Size settle(OptionalInt trained) {
    decided = automatic(trained);
    return new Size.Tokens(decided);
  }

  /** The size for a model that was trained with so many tokens, when none is configured. */
  static int automatic(OptionalInt trained) {
    int usable = trained.isPresent() && trained.getAsInt() > 0 ? trained.getAsInt() : UNKNOWN;
    return Math.min(MOST, usable);
  }
}
