package ai.stigmer.graphton.event;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.message.TurnUsage;
import ai.stigmer.graphton.message.Usage;
import java.util.List;

/**
 * How a run ended.
 *
 * @param turns answers of the model in the whole run, before and after interruptions, without those
 *     of its sub-agents
 * @param usage tokens of the whole run and its sub-agents
 * @param spent the same for each recorded turn, and for each attempt that failed after tokens were
 *     counted for it, oldest first
 */
public record RunResult(String runId, RunEnd end, int turns, Usage usage, List<TurnUsage> spent) {
  public RunResult {
    requireNonNull(runId, "runId is null");
    requireNonNull(end, "end is null");
    requireNonNull(usage, "usage is null");
    spent = List.copyOf(spent);
  }

  /** A result whose turns are not told one by one. */
  public RunResult(String runId, RunEnd end, int turns, Usage usage) {
    this(runId, end, turns, usage, List.of());
  }

  /** The final answer, or what there was of one when the run was stopped. */
  public String text() {
    return end.text();
  }
}
