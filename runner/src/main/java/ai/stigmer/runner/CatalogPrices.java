package ai.stigmer.runner;

import ai.stigmer.config.ModelCatalog;
import ai.stigmer.config.Price;
import ai.stigmer.graphton.budget.Prices;
import ai.stigmer.graphton.message.TurnUsage;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.graphton.model.ModelSettings;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;

/**
 * Prices of the model catalog; what runs on a machine of one's own, or is only played, costs
 * nothing. Tokens of the cache whose price is not known count as others do.
 */
public final class CatalogPrices implements Prices {
  private final List<ModelSettings> models;

  /**
   * @param models whose own limits count before the catalog's; may be empty
   */
  public CatalogPrices(List<ModelSettings> models) {
    this.models = List.copyOf(models);
  }

  @Override
  public Optional<BigDecimal> of(TurnUsage turn) {
    if (ModelCatalog.isFree(turn.provider(), turn.model())) {
      return Optional.of(BigDecimal.ZERO);
    }
    Usage usage = turn.usage();
    long prompt = usage.input() + usage.cacheRead() + usage.cacheWrite();
    return ModelCatalog.find(turn.provider(), turn.model())
        .flatMap(model -> model.price(prompt))
        .flatMap(price -> cost(price, usage, prompt));
  }

  @Override
  public long maxOutput(String provider, String model) {
    return models.stream()
        .filter(each -> each.provider().equals(provider) && each.model().equals(model))
        .filter(each -> each.maxTokens().isPresent())
        .mapToLong(each -> each.maxTokens().getAsInt())
        .max()
        .orElseGet(
            () ->
                ModelCatalog.find(provider, model)
                    .map(known -> known.maxOutput().orElse(0))
                    .orElse(0L));
  }

  private static Optional<BigDecimal> cost(Price price, Usage usage, long prompt) {
    return price
        .of(usage.input(), usage.output(), usage.cacheRead(), usage.cacheWrite())
        .or(() -> price.of(prompt, usage.output(), 0, 0));
  }
}
