package ai.stigmer.store;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.store.PostgresPool.Commit;
import ai.stigmer.store.Prepared.End;
import ai.stigmer.store.Prepared.Line;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/*
 * An append is one statement: it moves the run's row on, on condition that the epoch is ours and that the run ends
 * where we left it, and inserts the entries only if the row moved. The row's lock puts an append and a claim in order:
 * whoever claims sees the entries, or the append finds another epoch.
 *
 * A connection that is lost after the statement was sent leaves its outcome open; the server may even be at it still.
 * The run's row tells: it ends at our new place with our hash, and it is done; it ends at the old one, and the same
 * statement is sent again, which waits for the first one if that is still going on and then finds that its condition
 * no longer holds.
 */
/** One claim of one run in PostgreSQL. Its position is guarded by its own monitor. */
final class PostgresWriter implements JournalWriter {
  private static final String MOVE =
      "WITH run AS (UPDATE executions SET entries = ?, hash = ?"
          + " WHERE id = ? AND run_id = ? AND epoch = ? AND entries = ? RETURNING id)";
  private static final String KEEP =
      ", kept AS (INSERT INTO blobs(hash, text) SELECT b.hash, b.text"
          + " FROM run, unnest(?::text[], ?::text[]) AS b(hash, text)"
          + " ON CONFLICT (hash) DO NOTHING)";
  private static final String INSERT =
      " INSERT INTO entries(execution, seq, epoch, time, body, hash, parts)"
          + " SELECT run.id, ? + e.place, ?, ?, e.body, e.hash, e.parts"
          + " FROM run, unnest(?::text[], ?::text[], ?::text[]) WITH ORDINALITY"
          + " AS e(body, hash, parts, place)";
  private static final String END =
      "SELECT epoch, entries, hash FROM executions WHERE id = ? AND run_id = ?";
  private static final String GIVE_BACK =
      "UPDATE executions SET holder = '' WHERE id = ? AND run_id = ? AND epoch = ?";

  private final PostgresPool pool;
  private final InstantSource clock;
  private final RunWriter.Claim claim;
  private final Runnable appended;
  private final List<Recorded> before;
  private End at;
  private boolean dead;
  private boolean closed;

  /**
   * @param appended is told after each append, on the appending thread
   */
  PostgresWriter(
      PostgresPool pool,
      InstantSource clock,
      RunWriter.Claim claim,
      Chain chain,
      Runnable appended) {
    this.pool = pool;
    this.clock = clock;
    this.claim = claim;
    this.appended = appended;
    this.before = chain.entries();
    this.at = End.of(chain);
  }

  @Override
  public String runId() {
    return claim.runId();
  }

  @Override
  public long epoch() {
    return claim.epoch();
  }

  @Override
  public List<Recorded> before() {
    return before;
  }

  @Override
  public synchronized long append(List<JournalEntry> entries) {
    if (dead) {
      throw StoreProblems.takenOver(claim.runId());
    }
    if (entries.isEmpty()) {
      return at.seq();
    }
    try {
      var attempt = new Attempt(Prepared.behind(at, clock.millis(), entries));
      at = pool.work(Commit.EACH, attempt::make);
    } catch (ProblemException e) {
      dead = true;
      throw e;
    }
    appended.run();
    return at.seq();
  }

  /** One append, which may take several tries. */
  private final class Attempt {
    private final Prepared prepared;
    private boolean open;

    Attempt(Prepared prepared) {
      this.prepared = prepared;
    }

    End make(Connection connection) throws SQLException {
      if (open && isDone(connection)) {
        return prepared.end();
      }
      open = true;
      if (insert(connection, prepared) == 0 && !isDone(connection)) {
        throw StoreProblems.takenOver(claim.runId());
      }
      return prepared.end();
    }

    /** Whether the run ends where this append leaves it. */
    private boolean isDone(Connection connection) throws SQLException {
      try (PreparedStatement select = connection.prepareStatement(END)) {
        select.setLong(1, claim.execution());
        select.setString(2, claim.runId());
        try (ResultSet row = select.executeQuery()) {
          return row.next()
              && row.getLong(1) == claim.epoch()
              && row.getLong(2) == prepared.end().seq()
              && row.getString(3).equals(prepared.end().hash());
        }
      }
    }
  }

  private int insert(Connection connection, Prepared prepared) throws SQLException {
    List<Line> lines = prepared.lines();
    // In an order in which no two appends wait for each other.
    var blobs = new TreeMap<String, String>();
    lines.forEach(line -> line.blobs().forEach(blob -> blobs.put(blob.hash(), blob.text())));
    boolean isLong = !blobs.isEmpty();
    String sql = MOVE + (isLong ? KEEP : "") + INSERT;
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      int next = 1;
      insert.setLong(next++, prepared.end().seq());
      insert.setString(next++, prepared.end().hash());
      insert.setLong(next++, claim.execution());
      insert.setString(next++, claim.runId());
      insert.setLong(next++, claim.epoch());
      insert.setLong(next++, at.seq());
      if (isLong) {
        insert.setArray(next++, texts(connection, blobs.keySet().stream()));
        insert.setArray(next++, texts(connection, blobs.values().stream()));
      }
      insert.setLong(next++, at.seq());
      insert.setLong(next++, claim.epoch());
      insert.setLong(next++, prepared.time());
      insert.setArray(next++, texts(connection, lines.stream().map(Line::body)));
      insert.setArray(next++, texts(connection, lines.stream().map(line -> line.at().hash())));
      insert.setArray(next, texts(connection, lines.stream().map(Line::parts)));
      return insert.executeUpdate();
    }
  }

  private static Array texts(Connection connection, Stream<? extends @Nullable String> texts)
      throws SQLException {
    return connection.createArrayOf("text", texts.toArray());
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    dead = true;
    try {
      pool.once(Commit.EACH, this::giveBack);
    } catch (SQLException e) {
      // The next claim finds that the lease of this process ran out, or the run taken over.
    }
  }

  private Boolean giveBack(Connection connection) throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(GIVE_BACK)) {
      update.setLong(1, claim.execution());
      update.setString(2, claim.runId());
      update.setLong(3, claim.epoch());
      return update.executeUpdate() == 1;
    }
  }
}
