package ai.stigmer.graphton.tool;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.cancel.CancelToken;

/**
 * What a tool may know about the call it serves.
 *
 * @param runId the run
 * @param callId the call, unique within the run
 * @param cancel ends the call; a tool that waits must listen to it
 */
public record ToolContext(String runId, String callId, CancelToken cancel) {
  public ToolContext {
    requireNonNull(runId, "runId is null");
    requireNonNull(callId, "callId is null");
    requireNonNull(cancel, "cancel is null");
  }

  /** The same for every attempt of this call, and for no other call. */
  public String idempotencyKey() {
    return runId + "/" + callId;
  }
}
