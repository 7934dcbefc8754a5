package ai.stigmer.testkit.journal;

import ai.stigmer.graphton.journal.InMemoryJournal;
import ai.stigmer.graphton.journal.Journal;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Nested;

class InMemoryJournalTest {
  /** Stands still, so that nothing may rest on time to order runs. */
  private static final InstantSource CLOCK = InstantSource.fixed(Instant.EPOCH);

  private static Journal journal(JournalContract.Owners owners) {
    return new InMemoryJournal(CLOCK, owner -> owners == JournalContract.Owners.LIVING);
  }

  @Nested
  class Alone extends JournalContract {
    @Override
    protected Journal open(Owners owners) {
      return journal(owners);
    }
  }

  @Nested
  class Inbox extends InboxContract {
    @Override
    protected Journal open(JournalContract.Owners owners) {
      return journal(owners);
    }
  }

  @Nested
  class AtOnce extends ConcurrentJournalContract {
    @Override
    protected Journal open(JournalContract.Owners owners) {
      return journal(owners);
    }
  }
}
