package ai.stigmer.graphton.loop;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.context.ContextPolicy;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.retry.RetryPolicy;
import ai.stigmer.graphton.retry.Timing;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Who is asked, with how much patience, and with how long a conversation.
 *
 * @param models the model of choice and those that stand in for it, in this order; at least one
 * @param retries when a failed call is made again
 * @param timing the clock and chance that retries go by
 * @param deadline no retry is waited for beyond it; {@link Instant#MAX} for none
 * @param context when the oldest messages are summarised
 */
public record Asking(
    List<ChatModel> models,
    RetryPolicy retries,
    Timing timing,
    Instant deadline,
    ContextPolicy context) {
  public Asking {
    models = List.copyOf(models);
    if (models.isEmpty()) {
      throw new IllegalArgumentException("there is no model");
    }
    requireNonNull(retries, "retries is null");
    requireNonNull(timing, "timing is null");
    requireNonNull(deadline, "deadline is null");
    requireNonNull(context, "context is null");
  }

  /** One model with the default patience. */
  public static Asking of(ChatModel model) {
    return new Asking(
        List.of(model), RetryPolicy.DEFAULT, Timing.system(), Instant.MAX, ContextPolicy.DEFAULT);
  }

  /** The same model of choice with others that stand in for it. */
  public Asking withFallbacks(List<ChatModel> fallbacks) {
    var all = new ArrayList<ChatModel>();
    all.add(models.getFirst());
    all.addAll(fallbacks);
    return withModels(all);
  }

  /** Other models, asked with the same patience. */
  public Asking withModels(List<ChatModel> others) {
    return new Asking(others, retries, timing, deadline, context);
  }

  public Asking withContext(ContextPolicy policy) {
    return new Asking(models, retries, timing, deadline, policy);
  }

  public Asking withRetries(RetryPolicy policy) {
    return new Asking(models, policy, timing, deadline, context);
  }

  public Asking withTiming(Timing other) {
    return new Asking(models, retries, other, deadline, context);
  }

  public Asking withDeadline(Instant moment) {
    return new Asking(models, retries, timing, moment, context);
  }
}
