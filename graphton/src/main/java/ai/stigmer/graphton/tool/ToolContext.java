package ai.stigmer.graphton.tool;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.redaction.Redactor;

/**
 * What a tool may know about the call it serves.
 *
 * @param runId the run
 * @param callId the call, unique within the run
 * @param cancel ends the call; a tool that waits must listen to it
 * @param results the whole texts of the run's long results
 * @param secrets what the model sees of a result without
 */
public record ToolContext(
    String runId, String callId, CancelToken cancel, KeptResults results, Redactor secrets) {
  public ToolContext {
    requireNonNull(runId, "runId is null");
    requireNonNull(callId, "callId is null");
    requireNonNull(cancel, "cancel is null");
    requireNonNull(results, "results is null");
    requireNonNull(secrets, "secrets is null");
  }

  /** A call in a run that keeps no long results and knows no secret. */
  public ToolContext(String runId, String callId, CancelToken cancel) {
    this(runId, callId, cancel, KeptResults.NONE, Redactor.NONE);
  }

  /** The same for every attempt of this call, and for no other call. */
  public String idempotencyKey() {
    return runId + "/" + callId;
  }
}
