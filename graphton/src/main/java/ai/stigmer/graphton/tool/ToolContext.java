package ai.stigmer.graphton.tool;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.cancel.CancelToken;

/**
 * What a tool may know about the call it serves.
 *
 * @param runId the run
 * @param callId the call, unique within the run
 * @param cancel ends the call; a tool that waits must listen to it
 * @param results the whole texts of the run's long results
 */
public record ToolContext(String runId, String callId, CancelToken cancel, KeptResults results) {
  public ToolContext {
    requireNonNull(runId, "runId is null");
    requireNonNull(callId, "callId is null");
    requireNonNull(cancel, "cancel is null");
    requireNonNull(results, "results is null");
  }

  /** A call in a run that keeps no long results. */
  public ToolContext(String runId, String callId, CancelToken cancel) {
    this(runId, callId, cancel, KeptResults.NONE);
  }

  /** The same for every attempt of this call, and for no other call. */
  public String idempotencyKey() {
    return runId + "/" + callId;
  }
}
