package ai.stigmer.graphton.retry;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.model.ModelFailure;
import java.time.Duration;

/**
 * Decides whether a failed call of a model is made again, and after what wait. Pure: the same
 * failure, count and chance give the same decision; it holds for every provider.
 *
 * <p>Only a failure whose kind is retryable is tried again. Where the provider says how long to
 * wait, that is the least wait; otherwise the wait is drawn evenly from zero to a bound that
 * doubles with every retry ("full jitter"), so that many runs that failed at once do not come back
 * at once.
 *
 * @param maxRetries the most retries of one call, 0 to {@value #MOST_RETRIES}
 * @param backoff the bound of the first drawn wait
 * @param longestBackoff the bound that drawn waits never exceed
 * @param longestWait the longest wait that a provider can ask for; one that asks for more is not
 *     asked again
 * @param budget the time from the first failure of a call within which its last retry must begin
 */
public record RetryPolicy(
    int maxRetries,
    Duration backoff,
    Duration longestBackoff,
    Duration longestWait,
    Duration budget) {

  public static final int MOST_RETRIES = 20;

  /**
   * Four retries within about half a minute, unless the provider asks for longer waits. Two of the
   * longest that it may ask for fit into the budget; after that somebody should know.
   */
  public static final RetryPolicy DEFAULT =
      new RetryPolicy(
          4,
          Duration.ofSeconds(1),
          Duration.ofSeconds(16),
          Duration.ofMinutes(2),
          Duration.ofMinutes(5));

  /** Every failure is final. */
  public static final RetryPolicy NONE = DEFAULT.withMaxRetries(0);

  /** What follows a failure. */
  public sealed interface Decision {

    /**
     * The call is made again.
     *
     * @param why one line for people, never with a secret
     */
    record Again(Duration delay, String why) implements Decision {
      public Again {
        requireNonNull(delay, "delay is null");
        requireNonNull(why, "why is null");
      }
    }

    /** The same call would fail again. */
    record Hopeless() implements Decision {}

    /** It might succeed later, but it was tried as often as is allowed. */
    record Exhausted() implements Decision {}

    /** It might succeed later, but the wait would end after the time that is left. */
    record OutOfTime() implements Decision {}
  }

  public RetryPolicy {
    if (maxRetries < 0 || maxRetries > MOST_RETRIES) {
      throw new IllegalArgumentException(
          "maxRetries must be from 0 to " + MOST_RETRIES + ", got " + maxRetries);
    }
    requirePositive(backoff);
    requirePositive(longestBackoff);
    requirePositive(longestWait);
    requirePositive(budget);
  }

  public RetryPolicy withMaxRetries(int retries) {
    return new RetryPolicy(retries, backoff, longestBackoff, longestWait, budget);
  }

  public RetryPolicy withBudget(Duration time) {
    return new RetryPolicy(maxRetries, backoff, longestBackoff, longestWait, time);
  }

  /**
   * What follows this failure.
   *
   * @param retries how many retries of this call there were already
   * @param chance from 0.0, inclusive, to 1.0, exclusive, see {@link Timing#chance}
   * @param left what is left of the budget, or of the time until the run's deadline when that is
   *     less; not positive when nothing is
   */
  public Decision decide(ModelFailure failure, int retries, double chance, Duration left) {
    if (failure.kind() == ModelFailure.Kind.UNAVAILABLE) {
      return new Decision.Exhausted();
    }
    if (!failure.kind().retryable()) {
      return new Decision.Hopeless();
    }
    if (retries >= maxRetries) {
      return new Decision.Exhausted();
    }
    Duration drawn = drawn(retries, chance);
    Duration asked = failure.retryAfter().orElse(Duration.ZERO);
    String why = failure.problem().message();
    if (asked.compareTo(longestWait) > 0) {
      return new Decision.Exhausted();
    }
    Duration wait = asked.compareTo(drawn) > 0 ? asked : drawn;
    return wait.compareTo(left) >= 0 ? new Decision.OutOfTime() : new Decision.Again(wait, why);
  }

  private Duration drawn(int retries, double chance) {
    Duration bound = backoff;
    for (int i = 0; i < retries && bound.compareTo(longestBackoff) < 0; i++) {
      bound = bound.plus(bound);
    }
    long millis = Math.min(bound.toMillis(), longestBackoff.toMillis());
    return Duration.ofMillis((long) (millis * chance));
  }

  private static void requirePositive(Duration duration) {
    if (duration.isNegative() || duration.isZero()) {
      throw new IllegalArgumentException("a wait must be positive, got " + duration);
    }
  }
}
