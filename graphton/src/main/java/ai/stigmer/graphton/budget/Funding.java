package ai.stigmer.graphton.budget;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Problem.Category;
import ai.stigmer.graphton.message.TurnUsage;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.graphton.model.ChatModel;
import java.util.List;

/** What may be spent, and what things cost. */
public record Funding(Budget budget, Prices prices) {

  /** No limit on what is spent, and nothing known of prices. */
  public static final Funding UNLIMITED = new Funding(Budget.UNLIMITED, Prices.UNKNOWN);

  public Funding {
    requireNonNull(budget, "budget is null");
    requireNonNull(prices, "prices is null");
  }

  /**
   * Makes sure that a budget of money can be kept.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E815} when there is one and the price
   *     of any of the models is not known
   */
  public void requirePrices(List<ChatModel> models) {
    if (budget.costUsd().isEmpty()) {
      return;
    }
    for (ChatModel model : models) {
      var turn = new TurnUsage(model.provider(), model.model(), Usage.of(1, 1));
      if (prices.of(turn).isEmpty()) {
        throw Problem.of(
                "E815",
                Category.CONFIGURATION,
                "a budget of money cannot be kept: no price is known for "
                    + model.provider()
                    + "/"
                    + model.model())
            .from("budget.cost_usd is " + budget.costUsd().get().toPlainString())
            .help(
                "limit tokens instead: --max-total-tokens N, and leave out the budget of money",
                "or choose a model with a known price: stigmer models")
            .asException();
      }
    }
  }
}
