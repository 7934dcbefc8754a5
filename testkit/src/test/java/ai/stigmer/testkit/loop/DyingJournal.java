package ai.stigmer.testkit.loop;

import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.journal.Recorded;
import java.util.List;

/** A journal whose process dies once an entry of a kind is durable: from then on nothing works. */
final class DyingJournal implements Journal {

  /** An error, so that nothing catches it on its way out. */
  static final class Died extends Error {
    private static final long serialVersionUID = 1L;
  }

  private final Journal journal;
  private final Class<? extends JournalEntry> last;

  DyingJournal(Journal journal, Class<? extends JournalEntry> last) {
    this.journal = journal;
    this.last = last;
  }

  @Override
  public JournalWriter create(String runId, String owner) {
    return dying(journal.create(runId, owner));
  }

  @Override
  public JournalWriter claim(String runId, String owner) {
    return dying(journal.claim(runId, owner));
  }

  @Override
  public List<Recorded> read(String runId) {
    return journal.read(runId);
  }

  @Override
  public List<RunSummary> list(int limit) {
    return journal.list(limit);
  }

  @Override
  public void close() {}

  private JournalWriter dying(JournalWriter writer) {
    return new JournalWriter() {
      @Override
      public String runId() {
        return writer.runId();
      }

      @Override
      public long epoch() {
        return writer.epoch();
      }

      @Override
      public List<Recorded> before() {
        return writer.before();
      }

      @Override
      public long append(List<JournalEntry> entries) {
        long seq = writer.append(entries);
        if (entries.stream().anyMatch(last::isInstance)) {
          throw new Died();
        }
        return seq;
      }

      @Override
      public void close() {
        writer.close();
      }
    };
  }
}
