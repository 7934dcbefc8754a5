package ai.stigmer.store;

import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.testkit.journal.ConcurrentJournalContract;
import ai.stigmer.testkit.journal.InboxContract;
import ai.stigmer.testkit.journal.JournalContract;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

class SqliteJournalContractTest {
  /** Stands still, so that nothing may rest on time to order runs. */
  private static final InstantSource CLOCK = InstantSource.fixed(Instant.EPOCH);

  @TempDir Path home;

  private Journal journal(JournalContract.Owners owners) {
    return SqliteJournal.open(
        home.resolve("stigmer.db"), CLOCK, owner -> owners == JournalContract.Owners.LIVING);
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
