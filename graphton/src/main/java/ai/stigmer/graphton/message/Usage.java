package ai.stigmer.graphton.message;

/**
 * Tokens of one or more turns. All counts are at least 0; a provider that reports nothing gives
 * zeros.
 *
 * @param input uncached prompt tokens
 * @param output generated tokens, reasoning included
 * @param cacheRead prompt tokens read from the provider's cache
 * @param cacheWrite prompt tokens written to the provider's cache
 * @param reasoning the part of {@code output} that was thinking, where the provider says so
 */
public record Usage(long input, long output, long cacheRead, long cacheWrite, long reasoning) {

  public static final Usage NONE = new Usage(0, 0, 0, 0, 0);

  public Usage {
    if (input < 0 || output < 0 || cacheRead < 0 || cacheWrite < 0 || reasoning < 0) {
      throw new IllegalArgumentException("a token count is negative");
    }
  }

  public static Usage of(long input, long output) {
    return new Usage(input, output, 0, 0, 0);
  }

  public Usage plus(Usage other) {
    return new Usage(
        sum(input, other.input),
        sum(output, other.output),
        sum(cacheRead, other.cacheRead),
        sum(cacheWrite, other.cacheWrite),
        sum(reasoning, other.reasoning));
  }

  /** A server that counts nonsense must not stop a run. */
  private static long sum(long one, long other) {
    long sum = one + other;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }
}
