package ai.stigmer.cli.screen;

import ai.stigmer.config.ModelCatalog;
import ai.stigmer.graphton.message.TurnUsage;
import ai.stigmer.graphton.message.Usage;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What turns have used and cost. Money is told only where the catalog knows the price of every
 * token; otherwise it is said that it does not.
 */
public final class Spending {
  private static final BigDecimal CENT = new BigDecimal("0.01");
  private static final BigDecimal SMALLEST = new BigDecimal("0.000001");
  private static final int PLACES = 4;
  private static final int PLACES_BELOW_A_CENT = 6;
  private static final double PERCENT = 100.0;

  private final List<TurnUsage> turns;

  private Spending(List<TurnUsage> turns) {
    this.turns = List.copyOf(turns);
  }

  public static Spending of(List<TurnUsage> turns) {
    return new Spending(turns);
  }

  public Usage usage() {
    return turns.stream().map(TurnUsage::usage).reduce(Usage.NONE, Usage::plus);
  }

  /** In US dollars; empty when the price of any turn is not known, or there is no turn. */
  public Optional<BigDecimal> cost() {
    return turns.isEmpty() || turns.stream().anyMatch(turn -> cost(turn).isEmpty())
        ? Optional.empty()
        : Optional.of(known());
  }

  /** The models of which some turn has no known price, sorted, as {@code provider/model}. */
  public List<String> unpriced() {
    var names = new TreeSet<String>();
    for (TurnUsage turn : turns) {
      if (cost(turn).isEmpty()) {
        names.add(turn.provider() + "/" + turn.model());
      }
    }
    return List.copyOf(names);
  }

  /** How much of the input came from the cache, in whole percent; empty without any input. */
  public Optional<Long> cachedPercent() {
    long all = input(usage());
    return all == 0
        ? Optional.empty()
        : Optional.of(Math.round(PERCENT * usage().cacheRead() / all));
  }

  /** The cost in a few words, for example {@code $0.0123}; empty when there is none. */
  public String costInWords() {
    String known = known().signum() == 0 ? "" : dollars(known());
    if (unpriced().isEmpty()) {
      return known;
    }
    String missing = "no price known for " + String.join(", ", unpriced());
    return known.isEmpty() ? missing : "at least " + known + ", " + missing;
  }

  /**
   * Adds the cost in two fields: {@code cost_usd}, what is known of it, null when that is nothing;
   * {@code cost_complete}, whether that is all.
   */
  public void addTo(ObjectNode json) {
    json.put("cost_usd", atLeast());
    json.put("cost_complete", cost().isPresent());
  }

  /** The tokens in a few words. */
  public String tokensInWords() {
    String cached =
        cachedPercent()
            .filter(share -> share > 0)
            .map(share -> " (" + share + "% cached)")
            .orElse("");
    return String.format(
        Locale.ROOT, "%,d tokens in%s, %,d out", input(usage()), cached, usage().output());
  }

  /**
   * The cost as an object: {@code amount} in US dollars, null when it is not known for every turn;
   * {@code at_least} is what is known of it, null when that is nothing.
   */
  public ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("currency", "USD");
    json.put("amount", cost().map(BigDecimal::stripTrailingZeros).orElse(null));
    json.put("at_least", atLeast());
    ArrayNode names = json.putArray("unpriced");
    unpriced().forEach(names::add);
    return json.put("prices_as_of", ModelCatalog.asOf().toString());
  }

  /** Null when nothing is known. */
  private @Nullable BigDecimal atLeast() {
    return known().signum() == 0 && cost().isEmpty() ? null : known().stripTrailingZeros();
  }

  private BigDecimal known() {
    return turns.stream()
        .flatMap(turn -> cost(turn).stream())
        .reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  /** A provider that reports no tokens gives nothing to multiply. */
  private static Optional<BigDecimal> cost(TurnUsage turn) {
    if (ModelCatalog.isFree(turn.provider(), turn.model())) {
      return Optional.of(BigDecimal.ZERO);
    }
    Usage usage = turn.usage();
    return usage.equals(Usage.NONE)
        ? Optional.empty()
        : ModelCatalog.find(turn.provider(), turn.model())
            .flatMap(model -> model.price(input(usage)))
            .flatMap(
                price ->
                    price.of(usage.input(), usage.output(), usage.cacheRead(), usage.cacheWrite()));
  }

  private static long input(Usage usage) {
    return usage.input() + usage.cacheRead() + usage.cacheWrite();
  }

  private static String dollars(BigDecimal amount) {
    if (amount.compareTo(SMALLEST) < 0) {
      return "under $0.000001";
    }
    int places = amount.compareTo(CENT) < 0 ? PLACES_BELOW_A_CENT : PLACES;
    return "$" + amount.setScale(places, RoundingMode.HALF_UP).toPlainString();
  }
}
