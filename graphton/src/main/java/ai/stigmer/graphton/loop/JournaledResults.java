package ai.stigmer.graphton.loop;

import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry.ResultKept;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.tool.KeptResults;
import java.util.Optional;

/**
 * Long results as a run's journal keeps them. Each is read when it is asked for, so that memory
 * holds none of them.
 *
 * <p>Thread contract: thread-safe.
 */
public final class JournaledResults implements KeptResults {
  private final Journal journal;
  private final String runId;

  public JournaledResults(Journal journal, String runId) {
    this.journal = journal;
    this.runId = runId;
  }

  @Override
  public Optional<String> text(String name) {
    if (!name.startsWith(FOLDER)) {
      return Optional.empty();
    }
    return journal.read(runId).stream()
        .map(Recorded::entry)
        .filter(ResultKept.class::isInstance)
        .map(ResultKept.class::cast)
        .filter(kept -> kept.name().equals(name))
        .map(ResultKept::text)
        .findFirst();
  }
}
