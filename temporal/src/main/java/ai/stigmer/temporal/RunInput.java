package ai.stigmer.temporal;

import static java.util.Objects.requireNonNull;

/**
 * What a run's workflow is started with; everything else is in the journal.
 *
 * @param heartbeatMillis after so long without a sign of life a worker counts as lost
 * @param segmentMillis a segment yields between two steps after so long
 */
public record RunInput(String runId, long heartbeatMillis, long segmentMillis) {
  public RunInput {
    requireNonNull(runId, "runId is null");
    if (heartbeatMillis < 1 || segmentMillis < 1) {
      throw new IllegalArgumentException("heartbeat and segment must be at least 1 ms");
    }
  }
}
