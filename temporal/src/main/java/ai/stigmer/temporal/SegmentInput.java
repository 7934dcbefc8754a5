package ai.stigmer.temporal;

import static java.util.Objects.requireNonNull;

/**
 * What one segment is to do.
 *
 * @param atMostMillis it yields between two steps after so long
 * @param cancelled the run is to end as cancelled before its next step
 */
public record SegmentInput(String runId, long atMostMillis, boolean cancelled) {
  public SegmentInput {
    requireNonNull(runId, "runId is null");
  }
}
