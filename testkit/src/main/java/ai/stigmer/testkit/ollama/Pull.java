package ai.stigmer.testkit.ollama;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;

/**
 * How {@code POST /api/pull} of one model goes. A pull that broke off goes on where it stopped when
 * it is asked for again. Immutable; the methods that change something give a copy.
 *
 * @param model what is installed at its end; its size is what is sent
 * @param steps how many lines of progress there are for the whole
 * @param pause the time between two of them
 * @param error the text of an error line under status 200
 * @param errorAt the step in place of which that line comes, once; a later pull passes it
 */
public record Pull(
    InstalledModel model, int steps, Duration pause, Optional<String> error, int errorAt) {
  public Pull {
    requireNonNull(model, "model is null");
    requireNonNull(pause, "pause is null");
    requireNonNull(error, "error is null");
    if (steps < 1) {
      throw new IllegalArgumentException("steps must be at least 1");
    }
  }

  /** A pull that succeeds at once. */
  public static Pull of(InstalledModel model) {
    return new Pull(model, 4, Duration.ZERO, Optional.empty(), 0);
  }

  public Pull steps(int count, Duration between) {
    return new Pull(model, count, between, error, errorAt);
  }

  public Pull failingAt(int step, String text) {
    return new Pull(model, steps, pause, Optional.of(text), step);
  }
}
