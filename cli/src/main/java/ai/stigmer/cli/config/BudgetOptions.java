package ai.stigmer.cli.config;

import ai.stigmer.config.Cascade;
import ai.stigmer.config.ConfigInput;
import ai.stigmer.config.Resolved;
import ai.stigmer.graphton.budget.Budget;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags of what a run and its sub-agents may spend. */
public final class BudgetOptions {
  @Option(
      names = "--max-cost",
      paramLabel = "USD",
      description = "Most money for the run and its sub-agents.")
  private @Nullable String cost;

  @Option(
      names = "--max-total-tokens",
      paramLabel = "N",
      description = "Most tokens of the run and its sub-agents, in and out.")
  private @Nullable String tokens;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "Longest time at work, for example 10m.")
  private @Nullable String wallTime;

  @Option(
      names = "--max-model-calls",
      paramLabel = "N",
      description = "Most answers of models, its sub-agents' included.")
  private @Nullable String modelCalls;

  @Option(
      names = "--max-tool-calls",
      paramLabel = "N",
      description = "Most tool calls, its sub-agents' included.")
  private @Nullable String toolCalls;

  @Option(names = "--max-depth", paramLabel = "N", description = "Levels of sub-agents; 0 is none.")
  private @Nullable String depth;

  @Option(names = "--max-fan-out", paramLabel = "N", description = "Most sub-agents of one run.")
  private @Nullable String fanOut;

  /** What is to be resolved, with these flags too. */
  public ConfigInput added(ConfigInput input) {
    ConfigInput all = input;
    for (Flag flag : given()) {
      all = all.flag(flag.key(), flag.value(), flag.name());
    }
    return all;
  }

  /**
   * A recorded budget with what these flags change.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E118} when a value cannot be
   */
  public Budget over(Budget recorded) {
    Resolved resolved =
        Cascade.resolve(added(ConfigInput.of(Map.of(), "stigmer resume").withoutFile()));
    resolved.problems().stream()
        .filter(problem -> problem.code().equals("E118"))
        .findFirst()
        .ifPresent(
            problem -> {
              throw problem.asException();
            });
    Budget asked = resolved.budget();
    return new Budget(
        modelCalls == null ? recorded.modelCalls() : asked.modelCalls(),
        toolCalls == null ? recorded.toolCalls() : asked.toolCalls(),
        tokens == null ? recorded.tokens() : asked.tokens(),
        cost == null ? recorded.costUsd() : asked.costUsd(),
        wallTime == null ? recorded.wallTime() : asked.wallTime(),
        depth == null ? recorded.depth() : asked.depth(),
        fanOut == null ? recorded.fanOut() : asked.fanOut());
  }

  private record Flag(String key, String name, String value) {}

  private List<Flag> given() {
    var given = new ArrayList<Flag>();
    add(given, "budget.cost_usd", "--max-cost", cost);
    add(given, "budget.tokens", "--max-total-tokens", tokens);
    add(given, "budget.wall_time", "--timeout", wallTime);
    add(given, "budget.model_calls", "--max-model-calls", modelCalls);
    add(given, "budget.tool_calls", "--max-tool-calls", toolCalls);
    add(given, "budget.depth", "--max-depth", depth);
    add(given, "budget.fan_out", "--max-fan-out", fanOut);
    return given;
  }

  private static void add(List<Flag> given, String key, String name, @Nullable String value) {
    if (value != null) {
      given.add(new Flag(key, name, value));
    }
  }
}
