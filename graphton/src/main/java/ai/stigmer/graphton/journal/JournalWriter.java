package ai.stigmer.graphton.journal;

import java.util.List;

/**
 * The right to write one run, under one epoch.
 *
 * <p>Thread contract: thread-safe; appends are ordered by arrival.
 */
public interface JournalWriter extends AutoCloseable {

  String runId();

  /** The epoch of this claim, from 1. */
  long epoch();

  /** What was recorded before this claim; empty for a new run. */
  List<Recorded> before();

  /**
   * Appends entries, all or none, and returns only when they are durable.
   *
   * @return the sequence number of the last one
   * @throws ai.stigmer.graphton.error.ProblemException {@code E505} when somebody else has claimed
   *     the run, {@code E506} when the disk refuses; after either the writer is unusable
   */
  long append(List<JournalEntry> entries);

  /** Gives the run back, so that another process need not wait for this one to die. */
  @Override
  void close();
}
