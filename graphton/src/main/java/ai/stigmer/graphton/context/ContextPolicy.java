package ai.stigmer.graphton.context;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.model.ChatModel;
import java.util.OptionalLong;

/**
 * When a run's oldest messages are summarised.
 *
 * @param compactAt the share of the context window from which on a summary takes the place of the
 *     oldest messages, {@value #LEAST} to {@value #MOST}
 * @param windows the context windows of models that do not tell theirs
 */
public record ContextPolicy(double compactAt, Windows windows) {
  public static final double COMPACT_AT = 0.8;
  public static final double LEAST = 0.1;
  public static final double MOST = 0.95;

  /** Tokens of a context window of which nothing is known. */
  public static final long UNKNOWN_WINDOW = 128_000;

  /** At {@value #COMPACT_AT} of the window that the model tells. */
  public static final ContextPolicy DEFAULT =
      new ContextPolicy(COMPACT_AT, (provider, model) -> OptionalLong.empty());

  /** What is known of context windows, for example from a catalog. */
  @FunctionalInterface
  public interface Windows {
    /** The context window in tokens, positive; empty when it is not known. */
    OptionalLong of(String provider, String model);
  }

  public ContextPolicy {
    requireNonNull(windows, "windows is null");
    if (!(compactAt >= LEAST && compactAt <= MOST)) {
      throw new IllegalArgumentException(
          "compactAt must be " + LEAST + " to " + MOST + ", got " + compactAt);
    }
  }

  /** The window in effect: what the model tells, what is known of it, or the default. */
  public long window(ChatModel model) {
    OptionalLong told = model.contextWindow();
    return told.isPresent()
        ? told.getAsLong()
        : windows.of(model.provider(), model.model()).orElse(UNKNOWN_WINDOW);
  }
}
