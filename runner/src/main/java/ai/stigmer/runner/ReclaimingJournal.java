package ai.stigmer.runner;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.cancel.CancelToken.Registration;
import ai.stigmer.graphton.journal.Inbox;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.journal.Recorded;
import java.util.List;
import java.util.function.Consumer;

/**
 * A journal for those that drive runs in the name of one service: it settles which of them drives a
 * run, so that each takes a run over from the one before, whether that still lives or not.
 *
 * <p>Thread contract: that of the journal behind it, which it closes.
 */
public final class ReclaimingJournal implements Journal {
  private final Journal journal;

  public ReclaimingJournal(Journal journal) {
    this.journal = requireNonNull(journal, "journal is null");
  }

  @Override
  public JournalWriter create(String runId, String owner) {
    return journal.create(runId, owner);
  }

  @Override
  public JournalWriter claim(String runId, String owner) {
    return journal.reclaim(runId, owner);
  }

  @Override
  public JournalWriter reclaim(String runId, String owner) {
    return journal.reclaim(runId, owner);
  }

  @Override
  public List<Recorded> read(String runId) {
    return journal.read(runId);
  }

  @Override
  public List<Recorded> read(String runId, long after) {
    return journal.read(runId, after);
  }

  @Override
  public Registration watch(Consumer<String> appended) {
    return journal.watch(appended);
  }

  @Override
  public Hold hold(String runId) {
    return journal.hold(runId);
  }

  @Override
  public List<RunSummary> list(int limit) {
    return journal.list(limit);
  }

  @Override
  public Inbox inbox() {
    return journal.inbox();
  }

  @Override
  public void close() {
    journal.close();
  }
}
