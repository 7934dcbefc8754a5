package ai.stigmer.runner;

import ai.stigmer.graphton.budget.Budget;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.time.Duration;

/** A budget as the journal keeps it; what has no limit is left out. */
final class BudgetJson {
  private BudgetJson() {}

  static ObjectNode of(Budget budget) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    budget.modelCalls().ifPresent(most -> json.put("model_calls", most));
    budget.toolCalls().ifPresent(most -> json.put("tool_calls", most));
    budget.tokens().ifPresent(most -> json.put("tokens", most));
    budget.costUsd().ifPresent(most -> json.put("cost_usd", most.toPlainString()));
    budget.wallTime().ifPresent(most -> json.put("wall_time_ms", most.toMillis()));
    return json.put("depth", budget.depth()).put("fan_out", budget.fanOut());
  }

  /**
   * Reads what {@link #of} wrote; a run of an earlier version has no limit.
   *
   * @throws IllegalArgumentException when a value is out of its range
   */
  static Budget read(JsonNode json) {
    Budget budget =
        Budget.UNLIMITED
            .withDepth(json.path("depth").asInt(Budget.DEFAULT_DEPTH))
            .withFanOut(json.path("fan_out").asInt(Budget.DEFAULT_FAN_OUT));
    if (json.has("model_calls")) {
      budget = budget.withModelCalls(json.path("model_calls").asInt());
    }
    if (json.has("tool_calls")) {
      budget = budget.withToolCalls(json.path("tool_calls").asInt());
    }
    if (json.has("tokens")) {
      budget = budget.withTokens(json.path("tokens").asLong());
    }
    if (json.has("cost_usd")) {
      budget = budget.withCostUsd(new BigDecimal(json.path("cost_usd").asText()));
    }
    if (json.has("wall_time_ms")) {
      budget = budget.withWallTime(Duration.ofMillis(json.path("wall_time_ms").asLong()));
    }
    return budget;
  }
}
