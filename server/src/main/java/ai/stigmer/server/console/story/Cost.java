package ai.stigmer.server.console.story;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.budget.Prices;
import ai.stigmer.graphton.message.TurnUsage;
import ai.stigmer.graphton.message.Usage;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;

/**
 * What a run has used so far.
 *
 * @param dollars what is known of its price
 * @param isComplete whether that is all
 */
public record Cost(Usage usage, BigDecimal dollars, boolean isComplete) {
  /** Nothing is used. */
  public static final Cost NOTHING = new Cost(Usage.NONE, BigDecimal.ZERO, true);

  private static final BigDecimal CENT = new BigDecimal("0.01");
  private static final int PLACES = 4;
  private static final int PLACES_BELOW_A_CENT = 6;

  public Cost {
    requireNonNull(usage, "usage is null");
    requireNonNull(dollars, "dollars is null");
  }

  /** With another turn. A provider that counts no tokens gives nothing to multiply. */
  public Cost plus(TurnUsage turn, Prices prices) {
    var price = prices.of(turn);
    boolean isKnown =
        price.isPresent() && (price.get().signum() == 0 || !turn.usage().equals(Usage.NONE));
    return new Cost(
        usage.plus(turn.usage()),
        dollars.add(price.orElse(BigDecimal.ZERO)),
        isComplete && isKnown);
  }

  /** The tokens in a few words. */
  public String tokens() {
    long input = usage.input() + usage.cacheRead() + usage.cacheWrite();
    String cached =
        usage.cacheRead() == 0 || input == 0
            ? ""
            : " (" + Math.round(100.0 * usage.cacheRead() / input) + "% cached)";
    return String.format(Locale.ROOT, "%,d in%s, %,d out", input, cached, usage.output());
  }

  /** The money in a few words. */
  public String money() {
    if (dollars.signum() == 0) {
      return isComplete ? "free" : "no price known";
    }
    int places = dollars.compareTo(CENT) < 0 ? PLACES_BELOW_A_CENT : PLACES;
    return (isComplete ? "$" : "at least $")
        + dollars.setScale(places, RoundingMode.HALF_UP).toPlainString();
  }
}
