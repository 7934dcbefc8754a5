package ai.stigmer.temporal;

import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/** What a worker does for a run's workflow. */
@ActivityInterface
public interface SegmentActivities {

  /** Drives the run until it ends, waits, or yields. */
  @ActivityMethod(name = "stigmer/drive")
  RunOutcome drive(SegmentInput input);

  /** Whether somebody has decided about an approval. */
  @ActivityMethod(name = "stigmer/is-decided")
  boolean isDecided(String runId, String approval);
}
