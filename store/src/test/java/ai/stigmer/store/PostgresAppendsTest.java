package ai.stigmer.store;

import static ai.stigmer.store.PostgresJournalTest.assertCode;
import static ai.stigmer.store.PostgresJournalTest.said;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.testkit.postgres.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Appends of several runs that one statement writes. */
class PostgresAppendsTest {
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

  @Test
  void whatTheDatabaseRefusesForOneRunFailsNoOther() throws Exception {
    try (var site = new Site()) {
      JournalWriter good = site.journal.create("good", "me");
      JournalWriter bad = site.journal.create("bad", "me");
      JournalWriter other = site.journal.create("other", "me");
      site.sql(
          "INSERT INTO stigmer.entries SELECT id, 1, 1, 0, '', '', NULL FROM stigmer.executions"
              + " WHERE run_id = 'bad'");

      List<FutureTask<Long>> appends =
          site.inOneStatement(
              () -> good.append(said("a", "b")),
              () -> bad.append(said("c")),
              () -> other.append(said("d")));

      assertThat(appends.get(0).get()).isEqualTo(2);
      assertCode("E506", () -> result(appends.get(1)));
      assertThat(appends.get(2).get()).isEqualTo(1);
      assertThat(site.journal.read("good")).extracting(Recorded::entry).isEqualTo(said("a", "b"));
    }
  }

  @Test
  void ofTwoWritersOfARunInOneStatementTheOvertakenOneWritesNothing() throws Exception {
    try (var site = new Site()) {
      JournalWriter overtaken = site.journal.create("r", "me");
      JournalWriter owner = site.journal.reclaim("r", "me");

      List<FutureTask<Long>> appends =
          site.inOneStatement(
              () -> overtaken.append(said("lost", "lost")), () -> owner.append(said("kept")));

      assertCode("E505", () -> result(appends.get(0)));
      assertThat(appends.get(1).get()).isEqualTo(1);
      assertThat(site.journal.read("r")).extracting(Recorded::entry).isEqualTo(said("kept"));
    }
  }

  @Test
  void longTextsOfSeveralRunsAreKeptOnce() throws Exception {
    String text = "x".repeat(2 * Blobs.THRESHOLD);
    try (var site = new Site()) {
      JournalWriter one = site.journal.create("one", "me");
      JournalWriter two = site.journal.create("two", "me");

      List<FutureTask<Long>> appends =
          site.inOneStatement(() -> one.append(said(text)), () -> two.append(said(text, text)));

      assertThat(appends.get(0).get()).isEqualTo(1);
      assertThat(appends.get(1).get()).isEqualTo(2);
      assertThat(site.journal.read("one")).extracting(Recorded::entry).isEqualTo(said(text));
      assertThat(site.journal.read("two")).extracting(Recorded::entry).isEqualTo(said(text, text));
      assertThat(site.number("SELECT count(*) FROM stigmer.blobs")).isEqualTo(1);
    }
  }

  private static void result(FutureTask<Long> append) throws Throwable {
    try {
      long _ = append.get();
    } catch (java.util.concurrent.ExecutionException e) {
      throw requireNonNull(e.getCause());
    }
  }

  /** A journal, and a line to its database that can hold appends up. */
  private static final class Site implements AutoCloseable {
    private final PostgresJournal journal;
    private final Connection line;

    Site() throws SQLException {
      String url = server().newDatabase();
      journal = PostgresJournal.open(PostgresUrl.parse(url), InstantSource.system(), _ -> {});
      line =
          DriverManager.getConnection(
              "jdbc:postgresql://127.0.0.1:" + server().port() + "/" + PostgresServer.name(url),
              "stigmer",
              server().password());
    }

    /** Has appends wait while all places are taken, so that the next statement has them all. */
    @SafeVarargs
    final List<FutureTask<Long>> inOneStatement(Callable<Long>... appends) throws Exception {
      var holding = new ArrayList<FutureTask<Long>>();
      for (int i = 0; i < PostgresAppends.WRITING; i++) {
        JournalWriter writer = journal.create("holding" + i, "me");
        holding.add(new FutureTask<>(() -> writer.append(said("held"))));
      }
      line.setAutoCommit(false);
      sql("SELECT 1 FROM stigmer.executions WHERE run_id LIKE 'holding%' FOR UPDATE");
      for (FutureTask<Long> held : holding) {
        long before = number(HELD);
        Thread.ofPlatform().start(held);
        while (number(HELD) == before) {
          TimeUnit.MILLISECONDS.sleep(5);
        }
      }
      var tasks = new ArrayList<FutureTask<Long>>();
      for (Callable<Long> append : appends) {
        var task = new FutureTask<Long>(append);
        tasks.add(task);
        Thread thread = Thread.ofPlatform().start(task);
        while (thread.getState() != Thread.State.WAITING) {
          TimeUnit.MILLISECONDS.sleep(5);
        }
      }
      line.commit();
      line.setAutoCommit(true);
      for (FutureTask<Long> held : holding) {
        assertThat(held.get()).isEqualTo(1);
      }
      return tasks;
    }

    private static final String HELD =
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'";

    void sql(String statement) throws SQLException {
      try (Statement jdbc = line.createStatement()) {
        boolean _ = jdbc.execute(statement);
      }
    }

    long number(String query) throws SQLException {
      try (Statement jdbc = line.createStatement();
          ResultSet row = jdbc.executeQuery(query)) {
        assertThat(row.next()).isTrue();
        return row.getLong(1);
      }
    }

    @Override
    public void close() throws SQLException {
      journal.close();
      line.close();
    }
  }
}
