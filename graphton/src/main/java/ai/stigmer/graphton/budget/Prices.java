package ai.stigmer.graphton.budget;

import ai.stigmer.graphton.message.TurnUsage;
import java.math.BigDecimal;
import java.util.Optional;

/**
 * What is known of the cost of models. Thread contract: thread-safe.
 *
 * <p>A local model costs zero, which is a known price.
 */
public interface Prices {

  /** Knows nothing, so that a budget of money cannot be kept. */
  Prices UNKNOWN =
      new Prices() {
        @Override
        public Optional<BigDecimal> of(TurnUsage turn) {
          return Optional.empty();
        }

        @Override
        public long maxOutput(String provider, String model) {
          return 0;
        }
      };

  /** US dollars for one answer; empty when the price of any token of it is not known. */
  Optional<BigDecimal> of(TurnUsage turn);

  /** The most tokens that one answer of the model can have; 0 when that is not known. */
  long maxOutput(String provider, String model);
}
