package ai.stigmer.graphton.loop;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.retry.RetryPolicy;
import ai.stigmer.graphton.retry.Timing;

/**
 * Who is asked, and with how much patience.
 *
 * @param retries when a failed call is made again
 * @param timing the clock and chance that retries go by
 */
public record Asking(ChatModel model, RetryPolicy retries, Timing timing) {
  public Asking {
    requireNonNull(model, "model is null");
    requireNonNull(retries, "retries is null");
    requireNonNull(timing, "timing is null");
  }

  /** One model with the default patience. */
  public static Asking of(ChatModel model) {
    return new Asking(model, RetryPolicy.DEFAULT, Timing.system());
  }

  public Asking withRetries(RetryPolicy policy) {
    return new Asking(model, policy, timing);
  }

  public Asking withTiming(Timing other) {
    return new Asking(model, retries, other);
  }
}
