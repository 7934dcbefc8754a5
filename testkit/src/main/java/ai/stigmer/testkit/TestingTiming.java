package ai.stigmer.testkit;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.retry.Timing;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A clock that stands still but for {@link #pass} and for the waits, which end at once; its chance
 * is the same in every test.
 *
 * <p>Thread contract: thread-safe.
 */
public final class TestingTiming implements Timing {
  private static final long SEED = 20261121;

  private final Random random = new Random(SEED);
  private final List<Duration> waits = new ArrayList<>();
  private Instant now = Instant.parse("2026-11-21T09:00:00Z");
  private Runnable beforeWait = () -> {};

  @Override
  public synchronized Instant now() {
    return now;
  }

  @Override
  public synchronized long nanos() {
    return Duration.between(Instant.EPOCH, now).toNanos();
  }

  @Override
  public void pause(Duration wait, CancelToken cancel) {
    Runnable before;
    synchronized (this) {
      waits.add(wait);
      now = now.plus(wait);
      before = beforeWait;
    }
    before.run();
  }

  @Override
  public synchronized double chance() {
    return random.nextDouble();
  }

  /** Moves the clock. */
  public synchronized void pass(Duration time) {
    now = now.plus(time);
  }

  /** Does this in every wait, for example cancel the run. */
  public synchronized TestingTiming during(Runnable action) {
    beforeWait = action;
    return this;
  }

  /** The waits so far, oldest first. */
  public synchronized List<Duration> waits() {
    return List.copyOf(waits);
  }
}
