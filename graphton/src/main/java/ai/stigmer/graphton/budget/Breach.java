package ai.stigmer.graphton.budget;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Problem.Category;
import ai.stigmer.graphton.event.RunEnd.Limit;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;

/** The limit that the next thing would have passed, and what to tell the user of it. */
public record Breach(Limit limit, Problem problem) {
  private static final int CENTS = 2;

  static Breach modelCalls(int most) {
    return of(
        Limit.MODEL_CALLS,
        "E810",
        "the run reached its budget of " + count(most, "model call"),
        "--max-model-calls " + 2L * most);
  }

  static Breach toolCalls(int most) {
    return of(
        Limit.TOOL_CALLS,
        "E811",
        "the run reached its budget of " + count(most, "tool call"),
        "--max-tool-calls " + 2L * most);
  }

  static Breach tokens(long most, long used, long next) {
    return of(
        Limit.TOKENS,
        "E812",
        "the run has used %d of its %d tokens, and the next model call may take up to %d"
            .formatted(used, most, next),
        "--max-total-tokens " + Math.max(2 * most, used + 2 * next));
  }

  static Breach cost(BigDecimal most, BigDecimal used, BigDecimal next) {
    BigDecimal more = most.multiply(BigDecimal.TWO).max(used.add(next.multiply(BigDecimal.TWO)));
    return of(
        Limit.COST,
        "E813",
        "the run has cost $%s of its $%s, and the next model call may cost up to $%s"
            .formatted(shown(used), most.toPlainString(), shown(next)),
        "--max-cost " + more.setScale(CENTS, RoundingMode.UP).toPlainString());
  }

  static Breach wallTime(Duration most) {
    return of(
        Limit.WALL_TIME,
        "E814",
        "the run reached its budget of " + most.toSeconds() + " seconds of running time",
        "--timeout " + Math.max(2 * most.toSeconds(), 2) + "s");
  }

  private static Breach of(Limit limit, String code, String message, String flag) {
    return new Breach(
        limit,
        Problem.of(code, Category.LIMIT, message)
            .from("sub-agents and earlier interruptions are counted in")
            .help("go on where it stopped, with more: stigmer resume ID " + flag));
  }

  private static String count(long number, String thing) {
    return number + " " + thing + (number == 1 ? "" : "s");
  }

  private static String shown(BigDecimal amount) {
    return amount.setScale(2 * CENTS, RoundingMode.UP).toPlainString();
  }
}
