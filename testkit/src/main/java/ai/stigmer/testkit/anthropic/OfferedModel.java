package ai.stigmer.testkit.anthropic;

import java.util.Optional;

/**
 * A model that the fake server offers.
 *
 * @param id for example {@code claude-sonnet-5-5}
 * @param maxInputTokens the context window in tokens
 * @param maxTokens the most tokens of one answer
 * @param lifecycle {@code active}, {@code deprecated} or {@code retired}
 * @param retiresAt a timestamp, where the end is known
 */
public record OfferedModel(
    String id, long maxInputTokens, long maxTokens, String lifecycle, Optional<String> retiresAt) {

  /** A model in use with a context of a million tokens. */
  public static OfferedModel active(String id) {
    return new OfferedModel(id, 1_000_000, 128_000, "active", Optional.empty());
  }

  /** The same model with an end. */
  public OfferedModel retiring(String stage, String at) {
    return new OfferedModel(id, maxInputTokens, maxTokens, stage, Optional.of(at));
  }
}
