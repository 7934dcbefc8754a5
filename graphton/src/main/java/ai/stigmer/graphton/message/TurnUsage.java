package ai.stigmer.graphton.message;

import static java.util.Objects.requireNonNull;

/**
 * What one recorded turn used, and of which model; prices differ by both.
 *
 * @param provider the provider's id
 * @param model the full id of the model
 */
public record TurnUsage(String provider, String model, Usage usage) {
  public TurnUsage {
    requireNonNull(provider, "provider is null");
    requireNonNull(model, "model is null");
    requireNonNull(usage, "usage is null");
  }

  public static TurnUsage of(ModelTurn turn) {
    return new TurnUsage(turn.provider(), turn.model(), turn.usage());
  }
}
