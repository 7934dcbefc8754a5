package ai.stigmer.store;

import static ai.stigmer.store.PostgresJournalTest.said;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.RunFinished;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.testkit.postgres.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PostgresStoreTest {
  private static final InstantSource CLOCK = InstantSource.system();
  private static final PrunePolicy ALL = new PrunePolicy(Optional.empty(), 0, OptionalLong.empty());
  private static final String LONG = "x".repeat(Blobs.THRESHOLD);

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

  private static PostgresServer server() {
    return requireNonNull(server);
  }

  private static void run(PostgresJournal journal, String name, JournalEntry... entries) {
    try (JournalWriter writer = journal.create(name, "me")) {
      writer.append(List.of(entries));
    }
  }

  private static RunFinished finished(String text) {
    return new RunFinished(new RunEnd.Completed(text));
  }

  @Test
  void aDatabaseWithoutTablesIsSoundAndEmptyAndStaysSo() {
    String url = server().newDatabase();
    var store = new PostgresStore(PostgresUrl.parse(url), CLOCK);
    assertThat(store.check()).isEqualTo(new StoreCheck(0, 0, 0, 0, List.of()));
    assertThat(store.stats().runs()).isZero();
    assertThat(store.plan(ALL).going()).isEmpty();
    assertThat(store.prune(ALL).going()).isEmpty();
    assertThat(server().sql(PostgresServer.name(url), "SELECT to_regnamespace('stigmer') IS NULL"))
        .isEqualTo("t");
  }

  @Test
  void everyKindOfDamageIsNamed() {
    String url = server().newDatabase();
    var store = new PostgresStore(PostgresUrl.parse(url), CLOCK);
    try (PostgresJournal journal = PostgresJournal.open(PostgresUrl.parse(url), CLOCK, _ -> {})) {
      run(journal, "sound", finished("a"));
      run(journal, "changed", said("one", "two").toArray(JournalEntry[]::new));
      run(journal, "long", said(LONG).getFirst());
      StoreCheck before = store.check();
      assertThat(before).isEqualTo(new StoreCheck(3, 4, 1, 0, List.of()));
      server()
          .sql(
              PostgresServer.name(url),
              "SET search_path TO stigmer;"
                  + " UPDATE entries SET body = replace(body, 'two', 'six');"
                  + " UPDATE blobs SET text = 'y';"
                  + " INSERT INTO entries VALUES (99, 1, 1, 1, '', '', NULL)");
      assertThat(store.check().problems())
          .extracting(problem -> problem.code() + " " + problem.message())
          .anyMatch(text -> text.startsWith("E503") && text.contains("run changed"))
          .anyMatch(text -> text.startsWith("E520") && text.contains("run long"))
          .anyMatch(text -> text.contains("is changed"))
          .anyMatch(text -> text.contains("5 entries are there"));
    }
  }

  @Test
  void finishedRunsGoWithTheirLongTextsAndOthersStay() {
    PostgresUrl url = PostgresUrl.parse(server().newDatabase());
    var store = new PostgresStore(url, CLOCK);
    try (PostgresJournal journal = PostgresJournal.open(url, CLOCK, _ -> {})) {
      // Given
      run(journal, "done", said(LONG).getFirst(), finished("a"));
      run(journal, "unfinished", said(LONG + "y").getFirst());
      JournalWriter held = journal.create("held", "me");
      held.append(List.of(finished("b")));
      // When
      StorePrune.Report plan = store.plan(ALL);
      StorePrune.Report report = store.prune(ALL);
      // Then
      assertThat(report.going()).extracting(StorePrune.Going::runId).containsExactly("done");
      assertThat(plan.going()).isEqualTo(report.going());
      assertThat(report.held()).isEqualTo(1);
      assertThat(report.unfinished()).isEqualTo(1);
      assertThat(store.check()).isEqualTo(new StoreCheck(2, 2, 1, 0, List.of()));
      assertThat(store.stats().entries()).isEqualTo(2);
      held.append(said("still mine"));
    }
  }

  @Test
  void aLongTextThatIsNamedAnewWhileOthersArePrunedIsKept() throws Exception {
    PostgresUrl url = PostgresUrl.parse(server().newDatabase());
    var store = new PostgresStore(url, CLOCK);
    try (PostgresJournal journal = PostgresJournal.open(url, CLOCK, _ -> {});
        Connection appending =
            DriverManager.getConnection(url.jdbc(), PostgresPool.properties(url));
        Connection looking =
            DriverManager.getConnection(url.jdbc(), PostgresPool.properties(url))) {
      // Given: an append that found the text there, and has not committed.
      run(journal, "old", said(LONG).getFirst(), finished("a"));
      appending.setAutoCommit(false);
      Database.execute(
          appending,
          "INSERT INTO blobs SELECT hash, text FROM blobs ON CONFLICT (hash) DO NOTHING");
      Database.execute(
          appending, "INSERT INTO entries SELECT 99, 1, 1, 1, '', '', parts FROM entries LIMIT 1");
      // When
      Thread pruning = Thread.ofVirtual().start(() -> store.prune(ALL));
      while (pruning.isAlive()
          && Database.text(looking, "SELECT count(*) FROM pg_locks WHERE NOT granted")
              .equals("0")) {
        Thread.onSpinWait();
      }
      appending.commit();
      pruning.join();
      // Then
      assertThat(Database.text(looking, "SELECT count(*) FROM blobs")).isEqualTo("1");
      assertThat(journal.list(10)).isEmpty();
    }
  }
}
