package ai.stigmer.store;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.testkit.journal.ConcurrentJournalContract;
import ai.stigmer.testkit.journal.InboxContract;
import ai.stigmer.testkit.journal.JournalContract;
import ai.stigmer.testkit.postgres.PostgresServer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

class PostgresJournalContractTest {
  /** Stands still, so that nothing may rest on time to order runs. */
  private static final InstantSource CLOCK = InstantSource.fixed(Instant.EPOCH);

  private static @Nullable PostgresServer server;

  @BeforeAll
  static void start() {
    server = PostgresServer.start();
  }

  @AfterAll
  static void end() {
    if (server != null) {
      server.close();
    }
  }

  private static Journal journal(JournalContract.Owners owners) {
    return PostgresJournal.open(
        PostgresUrl.parse(requireNonNull(server).newDatabase()),
        CLOCK,
        _ -> {},
        owner -> owners == JournalContract.Owners.LIVING,
        Duration.ofSeconds(30));
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
