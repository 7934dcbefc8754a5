package ai.stigmer.testkit.loop;

import ai.stigmer.graphton.journal.ForwardingJournal;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalWriter;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * A journal whose process dies at a certain append: from then on nothing works, and the run is not
 * given back.
 */
final class DyingJournal extends ForwardingJournal {

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

  private final Predicate<List<JournalEntry>> fatal;
  private final Moment moment;
  private volatile boolean dead;

  private DyingJournal(Journal journal, Predicate<List<JournalEntry>> fatal, Moment moment) {
    super(journal);
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
  protected JournalWriter around(JournalWriter writer) {
    return new DyingWriter(writer);
  }

  /** The journal outlives the process. */
  @Override
  public void close() {}

  private final class DyingWriter extends Writer {
    DyingWriter(JournalWriter writer) {
      super(writer);
    }

    @Override
    public long append(List<JournalEntry> entries) {
      boolean dies = dead || fatal.test(entries);
      if (dies && (dead || moment == Moment.BEFORE)) {
        dead = true;
        throw new Died();
      }
      long seq = super.append(entries);
      if (dies) {
        dead = true;
        throw new Died();
      }
      return seq;
    }

    @Override
    public void close() {
      if (!dead) {
        super.close();
      }
    }
  }
}
