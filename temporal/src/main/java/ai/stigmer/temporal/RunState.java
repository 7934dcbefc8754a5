package ai.stigmer.temporal;

import static java.util.Objects.requireNonNull;

/**
 * What a run is at, for whoever asks its workflow.
 *
 * @param phase {@code DRIVEN}, {@code WAITING}, or the kind of its end
 * @param approval the approval, or the sub-agent's run, that it waits for; else empty
 * @param segments how many segments were begun, by this run of the workflow
 * @param turns answers of the model by the end of the last segment
 */
public record RunState(String phase, String approval, int segments, int turns) {
  public RunState {
    requireNonNull(phase, "phase is null");
    requireNonNull(approval, "approval is null");
  }
}
