package ai.stigmer.models.openai;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * The SDK, made in the background from the moment when a model is opened: loading its classes takes
 * longer than everything else before the first request.
 *
 * <p>Thread contract: thread-safe.
 */
final class LazySdk {
  private final FutureTask<Sdk> making;

  LazySdk(java.util.concurrent.Callable<Sdk> maker) {
    making = new FutureTask<>(maker);
  }

  /** Begins to make it, on another thread. */
  LazySdk begin() {
    Thread.ofVirtual().name("openai-warm-up").start(making);
    return this;
  }

  /** The SDK, as soon as it is there. An interrupt is kept for the request that follows. */
  Sdk get() {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return making.get();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          throw new IllegalStateException("the SDK cannot be used", e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
