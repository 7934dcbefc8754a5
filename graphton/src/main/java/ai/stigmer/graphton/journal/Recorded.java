package ai.stigmer.graphton.journal;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * An entry as the journal holds it.
 *
 * @param seq position within the run, from 1, without gaps
 * @param time when it was appended, by the writer's clock; never used for decisions
 */
public record Recorded(long seq, Instant time, JournalEntry entry) {
  public Recorded {
    requireNonNull(time, "time is null");
    requireNonNull(entry, "entry is null");
  }
}
