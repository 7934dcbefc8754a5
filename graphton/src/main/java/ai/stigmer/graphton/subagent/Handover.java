package ai.stigmer.graphton.subagent;

/**
 * Has runs of sub-agents driven by others than whoever drives the run above them. What becomes of
 * them is in their journals; the run above stops between two steps until then.
 *
 * <p>Thread contract: thread-safe; calls that stand next to each other ask at the same time.
 */
@FunctionalInterface
public interface Handover {
  /** Every sub-agent is driven where its parent is. */
  Handover NONE = childRunId -> false;

  /**
   * Has a run that is begun and not over driven elsewhere. Asking again for one that is driven
   * already changes nothing. What it throws ends the drive of the run above, and not that run.
   *
   * @return false when nobody else drives it, so that its parent's driver has to
   */
  boolean takes(String childRunId);
}
