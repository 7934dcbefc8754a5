package ai.stigmer.store;

import ai.stigmer.store.PostgresPool.Commit;
import ai.stigmer.store.PostgresRuns.Hold;
import ai.stigmer.store.PrunePlan.Candidate;
import ai.stigmer.store.Runs.Run;
import ai.stigmer.store.StorePrune.Room;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Looks after a journal in PostgreSQL: check, prune and stats as for a file. A backup is
 * PostgreSQL's own business.
 */
public final class PostgresStore {
  private static final String SIZE =
      "SELECT coalesce(sum(octet_length(body) + octet_length(hash)"
          + " + coalesce(octet_length(parts), 0)), 0) FROM entries WHERE execution = ?";
  private static final String PARTS =
      "SELECT parts FROM entries WHERE execution = ? AND parts IS NOT NULL";
  private static final String LAST =
      "SELECT time, body, parts FROM entries WHERE execution = ? AND seq = ?";
  private static final String ON_DISK =
      "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c"
          + " JOIN pg_namespace n ON n.oid = c.relnamespace"
          + " WHERE n.nspname = 'stigmer' AND c.relkind = 'r'";

  private final PostgresUrl url;
  private final InstantSource clock;

  public PostgresStore(PostgresUrl url, InstantSource clock) {
    this.url = url;
    this.clock = clock;
  }

  /**
   * Checks the hash chain of each run and the hash of each long text. A database without tables is
   * sound.
   *
   * @throws ai.stigmer.graphton.error.ProblemException when it cannot be read
   */
  public StoreCheck check() {
    return looking(
        new StoreCheck(0, 0, 0, 0, List.of()),
        connection ->
            StoreCheck.look(
                url.shown(),
                connection,
                PostgresRuns.all(connection),
                run -> PostgresRuns.chain(connection, url, run),
                List.of()));
  }

  /**
   * Measures the tables; the log and the free room are the server's, so they count as 0.
   *
   * @throws ai.stigmer.graphton.error.ProblemException when they cannot be read
   */
  public StoreStats stats() {
    return looking(
        new StoreStats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Map.of()),
        connection ->
            StoreStats.of(
                connection,
                new StoreStats.Room(Long.parseLong(Database.text(connection, ON_DISK)), 0, 0),
                clock));
  }

  /**
   * Tells what {@link #prune} would remove, and removes nothing.
   *
   * @throws ai.stigmer.graphton.error.ProblemException when the database cannot be read
   */
  public StorePrune.Report plan(PrunePolicy policy) {
    return looking(
        new StorePrune.Report(List.of(), 0, 0, 0, 0, Room.UNCHANGED),
        connection -> {
          var seen = new Seen(connection, policy);
          return seen.report(seen.plan.going(), Room.UNCHANGED);
        });
  }

  /**
   * Removes runs, each in a transaction of its own, then the long texts that nobody names.
   *
   * @throws ai.stigmer.graphton.error.ProblemException when the database cannot be written
   */
  public StorePrune.Report prune(PrunePolicy policy) {
    try (PostgresPool pool = open()) {
      if (pool.work(Commit.EACH, PostgresSchema::version) == 0) {
        return new StorePrune.Report(List.of(), 0, 0, 0, 0, Room.UNCHANGED);
      }
      Seen seen = pool.work(Commit.TOGETHER, connection -> new Seen(connection, policy));
      var gone = new ArrayList<Candidate>();
      for (Candidate each : seen.plan.going()) {
        if (pool.work(Commit.TOGETHER, connection -> remove(connection, each.run()))) {
          gone.add(each);
        }
      }
      int texts = pool.work(Commit.TOGETHER, PostgresStore::removeUnnamed);
      return seen.report(
          gone, texts == 0 && gone.isEmpty() ? Room.UNCHANGED : Room.LEFT_TO_THE_SERVER);
    }
  }

  private PostgresPool open() {
    return PostgresPool.open(url, Duration.ZERO, _ -> {});
  }

  /** Looks at everything as it is at one moment, for as long as that takes. */
  private <T> T looking(T empty, PostgresPool.Work<T> work) {
    try (PostgresPool pool = open()) {
      return pool.work(
          Commit.TOGETHER,
          connection -> {
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            Database.execute(connection, "SET LOCAL statement_timeout = 0");
            int version = PostgresSchema.version(connection);
            PostgresSchema.check(url, version);
            return version == 0 ? empty : work.apply(connection);
          });
    }
  }

  /** The runs as they were when somebody looked, and what is to become of them. */
  private final class Seen {
    private final List<Candidate> all = new ArrayList<>();
    private final Set<Run> held = new HashSet<>();
    private final PrunePlan plan;

    Seen(Connection connection, PrunePolicy policy) throws SQLException {
      for (Run run : PostgresRuns.all(connection)) {
        if (PostgresJournal.isHeld(connection, run, Owners::mayLive)) {
          held.add(run);
        }
        all.add(candidate(connection, run));
      }
      plan = PrunePlan.of(policy, clock.instant(), all, Blobs.sizes(connection));
    }

    private Candidate candidate(Connection connection, Run run) throws SQLException {
      Instant updated = clock.instant();
      boolean isEnd = false;
      try (PreparedStatement select = connection.prepareStatement(LAST)) {
        select.setLong(1, run.id());
        select.setLong(2, run.entries());
        try (ResultSet row = select.executeQuery()) {
          if (row.next()) {
            updated = Instant.ofEpochMilli(row.getLong(1));
            String parts = row.getString(3);
            String body = row.getString(2);
            String whole = parts == null ? body : Blobs.restore(connection, body, parts);
            isEnd = whole != null && StorePrune.isEnd(whole);
          }
        }
      }
      return new Candidate(
          run,
          updated,
          isEnd && !held.contains(run),
          size(connection, run),
          Blobs.named(connection, PARTS, run.id()));
    }

    StorePrune.Report report(List<Candidate> gone, Room room) {
      return StorePrune.report(plan, gone, all, room, held::contains);
    }
  }

  private static long size(Connection connection, Run run) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(SIZE)) {
      select.setLong(1, run.id());
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  /** Removes a run, unless somebody claimed it or went on with it since it was looked at. */
  private static Boolean remove(Connection connection, Run run) throws SQLException {
    boolean same = run.equals(PostgresRuns.find(connection, run.runId(), Hold.UNTIL_COMMIT));
    if (same) {
      update(connection, "DELETE FROM entries WHERE execution = ?", run.id());
      update(
          connection,
          "DELETE FROM inbox WHERE run_id = (SELECT run_id FROM executions WHERE id = ?)",
          run.id());
      update(connection, "DELETE FROM executions WHERE id = ?", run.id());
    }
    return same;
  }

  /*
   * An append that names a long text writes to the table of texts, if only to find the text there. With that table
   * locked, whoever was at it has committed, and its entries are seen; whoever comes later finds the text gone and
   * writes it anew.
   */
  private static Integer removeUnnamed(Connection connection) throws SQLException {
    Database.execute(connection, "LOCK TABLE blobs IN SHARE ROW EXCLUSIVE MODE");
    Set<String> unnamed = new HashSet<>(Blobs.sizes(connection).keySet());
    unnamed.removeAll(Blobs.named(connection));
    try (PreparedStatement delete =
        connection.prepareStatement("DELETE FROM blobs WHERE hash = ANY(?)")) {
      delete.setArray(1, connection.createArrayOf("text", unnamed.toArray()));
      return delete.executeUpdate();
    }
  }

  private static void update(Connection connection, String sql, long key) throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      update.setLong(1, key);
      update.executeUpdate();
    }
  }
}
