package ai.stigmer.graphton.loop;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.OptionalInt;

/**
 * Which of a run's models can be asked. A model that could not be had is left alone for a while, so
 * that not every turn waits for it again; when that time is over it gets one call to prove itself.
 *
 * <p>Thread: the run's only.
 */
final class Circuits {
  /** How long a model that could not be had is left alone. */
  static final Duration COOL_DOWN = Duration.ofMinutes(5);

  private final Instant[] closedFrom;

  Circuits(int models) {
    closedFrom = new Instant[models];
    Arrays.fill(closedFrom, Instant.MIN);
  }

  /** The model could not be had. */
  void open(int model, Instant now) {
    closedFrom[model] = now.plus(COOL_DOWN);
  }

  /** The model has answered. */
  void close(int model) {
    closedFrom[model] = Instant.MIN;
  }

  /** Whether the model failed before and has not answered since. */
  boolean isOnProbation(int model) {
    return !closedFrom[model].equals(Instant.MIN);
  }

  /** The first model that can be asked; empty when all of them have failed lately. */
  OptionalInt first(Instant now) {
    for (int i = 0; i < closedFrom.length; i++) {
      if (!closedFrom[i].isAfter(now)) {
        return OptionalInt.of(i);
      }
    }
    return OptionalInt.empty();
  }
}
