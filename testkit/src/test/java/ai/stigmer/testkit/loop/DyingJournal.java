package ai.stigmer.testkit.loop;

import ai.stigmer.graphton.journal.Inbox;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.journal.Recorded;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * A journal whose process dies at a certain append: from then on nothing works, and the run is not
 * given back.
 */
final class DyingJournal implements Journal {

  /** An error, so that nothing catches it on its way out. */
  static final class Died extends Error {
    private static final long serialVersionUID = 1L;
  }

  /** On which side of the append the process dies. */
  enum Moment {
    /** The entries are not written. */
    BEFORE,
    /** The entries are durable, and nobody has heard of it. */
    AFTER
  }

  private final Journal journal;
  private final Predicate<List<JournalEntry>> fatal;
  private final Moment moment;
  private volatile boolean dead;

  private DyingJournal(Journal journal, Predicate<List<JournalEntry>> fatal, Moment moment) {
    this.journal = journal;
    this.fatal = fatal;
    this.moment = moment;
  }

  /** Dies once an entry of this kind is durable. */
  static DyingJournal after(Journal journal, Class<? extends JournalEntry> kind) {
    return new DyingJournal(
        journal, entries -> entries.stream().anyMatch(kind::isInstance), Moment.AFTER);
  }

  /** Dies once such an entry is durable. */
  static DyingJournal when(Journal journal, Predicate<JournalEntry> fatal) {
    return new DyingJournal(journal, entries -> entries.stream().anyMatch(fatal), Moment.AFTER);
  }

  /** Dies at the {@code count}-th append, from 1. */
  static DyingJournal at(Journal journal, Moment moment, int count) {
    var left = new AtomicInteger(count);
    return new DyingJournal(journal, entries -> left.decrementAndGet() == 0, moment);
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
  public Inbox inbox() {
    return journal.inbox();
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
        boolean dies = dead || fatal.test(entries);
        if (dies && (dead || moment == Moment.BEFORE)) {
          dead = true;
          throw new Died();
        }
        long seq = writer.append(entries);
        if (dies) {
          dead = true;
          throw new Died();
        }
        return seq;
      }

      @Override
      public void close() {
        if (!dead) {
          writer.close();
        }
      }
    };
  }
}
