package ai.stigmer.config;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.util.Optional;

/**
 * What a million tokens cost, in US dollars.
 *
 * @param upToPromptTokens the longest prompt that it holds for, cached tokens included; {@link
 *     Long#MAX_VALUE} for any
 * @param input prompt tokens that no cache was involved in
 * @param output generated tokens, thinking included
 * @param cacheRead prompt tokens read from the cache; empty when that price is not known
 * @param cacheWrite prompt tokens written to the cache, likewise
 */
public record Price(
    long upToPromptTokens,
    BigDecimal input,
    BigDecimal output,
    Optional<BigDecimal> cacheRead,
    Optional<BigDecimal> cacheWrite) {

  private static final int MILLION_DIGITS = 6;

  public Price {
    requireNonNull(input, "input is null");
    requireNonNull(output, "output is null");
    requireNonNull(cacheRead, "cacheRead is null");
    requireNonNull(cacheWrite, "cacheWrite is null");
  }

  /**
   * The cost of these tokens in US dollars, exact; empty when a price that it takes is not known.
   */
  public Optional<BigDecimal> of(long in, long out, long fromCache, long toCache) {
    if ((fromCache > 0 && cacheRead.isEmpty()) || (toCache > 0 && cacheWrite.isEmpty())) {
      return Optional.empty();
    }
    BigDecimal millionfold =
        times(input, in)
            .add(times(output, out))
            .add(times(cacheRead.orElse(BigDecimal.ZERO), fromCache))
            .add(times(cacheWrite.orElse(BigDecimal.ZERO), toCache));
    return Optional.of(millionfold.movePointLeft(MILLION_DIGITS));
  }

  private static BigDecimal times(BigDecimal price, long tokens) {
    return price.multiply(BigDecimal.valueOf(tokens));
  }
}
