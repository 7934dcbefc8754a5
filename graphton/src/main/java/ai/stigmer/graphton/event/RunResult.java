package ai.stigmer.graphton.event;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.message.Usage;

/**
 * How a run ended.
 *
 * @param turns answers of the model in the whole run, before and after interruptions
 * @param usage tokens of the whole run
 */
public record RunResult(String runId, RunEnd end, int turns, Usage usage) {
  public RunResult {
    requireNonNull(runId, "runId is null");
    requireNonNull(end, "end is null");
    requireNonNull(usage, "usage is null");
  }

  /** The final answer, or what there was of one when the run was stopped. */
  public String text() {
    return end.text();
  }
}
