package ai.stigmer.graphton.budget;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What one run may spend, its sub-agents included, over all its interruptions. What is empty has no
 * limit.
 *
 * @param modelCalls answers of models, at least 1
 * @param toolCalls calls of tools that were served, at least 1
 * @param tokens tokens in and out, cached ones included, at least 1
 * @param costUsd US dollars, above 0
 * @param wallTime time in which the run was being driven, above 0
 * @param depth how many levels of sub-agents there may be, 0 for none
 * @param fanOut how many sub-agents one run may start, at least 1
 */
public record Budget(
    OptionalInt modelCalls,
    OptionalInt toolCalls,
    OptionalLong tokens,
    Optional<BigDecimal> costUsd,
    Optional<Duration> wallTime,
    int depth,
    int fanOut) {

  /** The levels of sub-agents where nothing else is said. */
  public static final int DEFAULT_DEPTH = 1;

  /** The sub-agents of one run where nothing else is said. */
  public static final int DEFAULT_FAN_OUT = 16;

  /** The deepest tree: the ids of its runs still fit the journal. */
  public static final int MOST_DEPTH = 5;

  /** No limit but those of depth and fan-out. */
  public static final Budget UNLIMITED =
      new Budget(
          OptionalInt.empty(),
          OptionalInt.empty(),
          OptionalLong.empty(),
          Optional.empty(),
          Optional.empty(),
          DEFAULT_DEPTH,
          DEFAULT_FAN_OUT);

  public Budget {
    requireNonNull(costUsd, "costUsd is null");
    requireNonNull(wallTime, "wallTime is null");
    require(modelCalls.orElse(1) >= 1, "modelCalls must be at least 1");
    require(toolCalls.orElse(1) >= 1, "toolCalls must be at least 1");
    require(tokens.orElse(1) >= 1, "tokens must be at least 1");
    require(costUsd.orElse(BigDecimal.ONE).signum() > 0, "costUsd must be above 0");
    require(wallTime.orElse(Duration.ofDays(1)).isPositive(), "wallTime must be above 0");
    require(depth >= 0 && depth <= MOST_DEPTH, "depth must be from 0 to " + MOST_DEPTH);
    require(fanOut >= 1, "fanOut must be at least 1");
  }

  public Budget withModelCalls(int most) {
    return new Budget(OptionalInt.of(most), toolCalls, tokens, costUsd, wallTime, depth, fanOut);
  }

  public Budget withToolCalls(int most) {
    return new Budget(modelCalls, OptionalInt.of(most), tokens, costUsd, wallTime, depth, fanOut);
  }

  public Budget withTokens(long most) {
    return new Budget(
        modelCalls, toolCalls, OptionalLong.of(most), costUsd, wallTime, depth, fanOut);
  }

  public Budget withCostUsd(BigDecimal most) {
    return new Budget(modelCalls, toolCalls, tokens, Optional.of(most), wallTime, depth, fanOut);
  }

  public Budget withWallTime(Duration most) {
    return new Budget(modelCalls, toolCalls, tokens, costUsd, Optional.of(most), depth, fanOut);
  }

  public Budget withDepth(int most) {
    return new Budget(modelCalls, toolCalls, tokens, costUsd, wallTime, most, fanOut);
  }

  public Budget withFanOut(int most) {
    return new Budget(modelCalls, toolCalls, tokens, costUsd, wallTime, depth, most);
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }
}
