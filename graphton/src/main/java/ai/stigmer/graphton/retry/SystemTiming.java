package ai.stigmer.graphton.retry;

import ai.stigmer.graphton.cancel.CancelToken;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** The clock of this machine. */
enum SystemTiming implements Timing {
  INSTANCE;

  @Override
  public Instant now() {
    return Instant.now();
  }

  @Override
  public void pause(Duration wait, CancelToken cancel) {
    var cancelled = new CountDownLatch(1);
    try (var _ = cancel.onCancel(cancelled::countDown)) {
      boolean _ = cancelled.await(wait.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public double chance() {
    return ThreadLocalRandom.current().nextDouble();
  }
}
