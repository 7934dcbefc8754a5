package ai.stigmer.server.console.page;

import ai.stigmer.server.console.story.Passage;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A page of a run's journal.
 *
 * @param head the run, or the one at the top of the sub-agent's whose journal it is
 * @param run whose journal it is
 * @param open the entry that is shown whole
 */
public record JournalView(
    RunRow head, String run, List<Row> rows, int page, int pages, Optional<Whole> open) {
  public JournalView {
    rows = List.copyOf(rows);
  }

  /** An entry in a line. */
  public record Row(long seq, Instant time, String kind, String gist) {}

  /** An entry with everything in it. */
  public record Whole(Row row, Passage json) {}
}
