package ai.stigmer.server.http;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * What was found out lately about something that takes its time, such as another server. Nobody
 * waits for it: whoever asks is told the last answer, and when that is old a new one is fetched
 * meanwhile. Before the first answer nothing is known to be wrong.
 *
 * <p>Thread contract: thread-safe.
 */
public final class Lately implements Supplier<Optional<Problem>> {
  /** How old an answer may be before a new one is fetched. */
  private static final Duration OLD = Duration.ofSeconds(30);

  private final Supplier<Optional<Problem>> look;
  private final AtomicBoolean isLooking = new AtomicBoolean();
  private volatile Answer last = new Answer(Optional.empty(), System.nanoTime() - OLD.toNanos());

  /**
   * @param look what is wrong now; may block, and does so in a thread of its own
   */
  public Lately(Supplier<Optional<Problem>> look) {
    this.look = requireNonNull(look, "look is null");
  }

  private record Answer(Optional<Problem> problem, long at) {}

  @Override
  public Optional<Problem> get() {
    Answer known = last;
    if (System.nanoTime() - known.at >= OLD.toNanos() && isLooking.compareAndSet(false, true)) {
      Thread.ofVirtual().name("ready-look").start(this::fetch);
    }
    return known.problem;
  }

  private Optional<Problem> looked() {
    try {
      return look.get();
    } catch (ProblemException e) {
      return Optional.of(e.problem());
    } catch (RuntimeException e) {
      return Optional.of(
          Problem.of(
              "E900", Problem.Category.INTERNAL, "the look failed: " + e.getClass().getName()));
    }
  }

  private void fetch() {
    try {
      last = new Answer(looked(), System.nanoTime());
    } finally {
      isLooking.set(false);
    }
  }
}
