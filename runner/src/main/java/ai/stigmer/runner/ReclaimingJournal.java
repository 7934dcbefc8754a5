package ai.stigmer.runner;

import ai.stigmer.graphton.journal.ForwardingJournal;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalWriter;

/**
 * A journal for those that drive runs in the name of one service: it settles which of them drives a
 * run, so that each takes a run over from the one before, whether that still lives or not.
 *
 * <p>Thread contract: that of the journal behind it, which it closes.
 */
public final class ReclaimingJournal extends ForwardingJournal {
  public ReclaimingJournal(Journal journal) {
    super(journal);
  }

  @Override
  public JournalWriter claim(String runId, String owner) {
    return reclaim(runId, owner);
  }
}
