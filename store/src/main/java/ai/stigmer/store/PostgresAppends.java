package ai.stigmer.store;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.store.Blobs.Blob;
import ai.stigmer.store.PostgresPool.Commit;
import ai.stigmer.store.Prepared.End;
import ai.stigmer.store.Prepared.Line;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/*
 * Appends are one statement: it moves the rows of the runs on, each on condition that its epoch is ours and that the
 * run ends where we left it, and inserts the entries of those whose row moved. The row's lock puts an append and a claim
 * in order: whoever claims sees the entries, or the append finds another epoch.
 *
 * A connection that is lost after the statement was sent leaves its outcome open; the server may even be at it still.
 * So the same statement is sent again, which waits for the first one if that is still going on and then moves nothing;
 * and of each run that did not move the row tells: it ends at our new place with our hash, and it is done; else somebody
 * else has the run.
 */
/**
 * Appends of many runs, written together: a few threads have a connection each, and whoever gets
 * one writes for all who wait. What the database refuses for one run does not fail the others.
 *
 * <p>Thread contract: thread-safe; an append blocks its caller. No wake-up is lost: an append is
 * queued before a place is tried for, and who gives a place back wakes the first that still waits.
 */
final class PostgresAppends {
  /** More of them only make the statements shorter; one alone would wait for each flush. */
  static final int WRITING = 4;

  private static final int MOST_AT_ONCE = 128;
  private static final int MOST_CHARS = 4 << 20;

  private static final String MOVE =
      "WITH moved AS (UPDATE executions x SET entries = a.seq, hash = a.hash"
          + " FROM unnest(?::bigint[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[], ?::text[])"
          + " AS a(id, run, epoch, before, seq, hash)"
          + " WHERE x.id = a.id AND x.run_id = a.run AND x.epoch = a.epoch AND x.entries = a.before"
          + " RETURNING x.id, x.epoch)";
  // In an order in which no two statements wait for each other.
  private static final String KEEP =
      ", kept AS (INSERT INTO blobs(hash, text) SELECT b.hash, b.text"
          + " FROM moved JOIN unnest(?::bigint[], ?::bigint[], ?::text[], ?::text[])"
          + " AS b(id, epoch, hash, text) USING (id, epoch) ORDER BY b.hash ON CONFLICT (hash) DO NOTHING)";
  private static final String INSERT =
      ", written AS (INSERT INTO entries(execution, seq, epoch, time, body, hash, parts)"
          + " SELECT id, e.seq, epoch, e.time, e.body, e.hash, e.parts"
          + " FROM moved JOIN unnest(?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[],"
          + " ?::text[], ?::text[], ?::text[]) AS e(id, epoch, seq, time, body, hash, parts)"
          + " USING (id, epoch)) SELECT id AS moved, epoch FROM moved";
  private static final String END =
      "SELECT epoch, entries, hash FROM executions WHERE id = ? AND run_id = ?";

  private final PostgresPool pool;
  private final ConcurrentLinkedQueue<Append> queue = new ConcurrentLinkedQueue<>();
  private final Semaphore places = new Semaphore(WRITING);

  PostgresAppends(PostgresPool pool) {
    this.pool = pool;
  }

  /**
   * Writes entries behind the end of a run and returns when they are committed.
   *
   * @throws ProblemException E505 when somebody else has the run, or what the database refuses by
   */
  void append(RunWriter.Claim claim, End before, Prepared prepared) {
    var append = new Append(claim, before, prepared);
    queue.add(append);
    boolean interrupted = false;
    while (!append.done) {
      if (places.tryAcquire()) {
        try {
          writeWaiting();
        } finally {
          places.release();
        }
        wakeNext();
      } else {
        LockSupport.park(this);
        interrupted |= Thread.interrupted();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (append.failure != null) {
      throw append.failure;
    }
  }

  private void wakeNext() {
    Append next = queue.peek();
    if (next != null) {
      LockSupport.unpark(next.thread);
    }
  }

  private void writeWaiting() {
    var batch = new ArrayList<Append>();
    long chars = 0;
    while (batch.size() < MOST_AT_ONCE && chars < MOST_CHARS) {
      Append next = queue.poll();
      if (next == null) {
        break;
      }
      batch.add(next);
      chars += next.chars();
    }
    if (!batch.isEmpty()) {
      write(batch);
      batch.forEach(Append::finish);
    }
  }

  private void write(List<Append> batch) {
    try {
      Set<Append> done = pool.work(Commit.EACH, connection -> write(connection, batch));
      for (Append append : batch) {
        if (!done.contains(append)) {
          append.failure = StoreProblems.takenOver(append.claim.runId());
        }
      }
    } catch (ProblemException e) {
      if (batch.size() == 1 || e.problem().code().equals("E530")) {
        batch.forEach(append -> append.failure = e);
      } else {
        batch.forEach(append -> write(List.of(append)));
      }
    } catch (RuntimeException | Error e) {
      batch.forEach(append -> append.failure = new IllegalStateException("not written", e));
    }
  }

  /** Those that are written, now or by a statement whose answer was lost. */
  private static Set<Append> write(Connection connection, List<Append> batch) throws SQLException {
    Set<Row> moved = move(connection, batch);
    var done = new HashSet<Append>();
    for (Append append : batch) {
      if (moved.contains(append.row()) || isDone(connection, append)) {
        done.add(append);
      }
    }
    return done;
  }

  private static Set<Row> move(Connection connection, List<Append> batch) throws SQLException {
    List<Place<Line>> lines = places(batch, Append::lines);
    List<Place<Blob>> blobs = places(batch, Append::blobs);
    String sql = MOVE + (blobs.isEmpty() ? "" : KEEP) + INSERT;
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      var arrays = new Arrays(connection, statement);
      arrays.longs(batch, append -> append.claim.execution());
      arrays.texts(batch, append -> append.claim.runId());
      arrays.longs(batch, append -> append.claim.epoch());
      arrays.longs(batch, append -> append.before.seq());
      arrays.longs(batch, append -> append.prepared.end().seq());
      arrays.texts(batch, append -> append.prepared.end().hash());
      if (!blobs.isEmpty()) {
        arrays.longs(blobs, blob -> blob.of.claim.execution());
        arrays.longs(blobs, blob -> blob.of.claim.epoch());
        arrays.texts(blobs, blob -> blob.what.hash());
        arrays.texts(blobs, blob -> blob.what.text());
      }
      arrays.longs(lines, line -> line.of.claim.execution());
      arrays.longs(lines, line -> line.of.claim.epoch());
      arrays.longs(lines, line -> line.what.at().seq());
      arrays.longs(lines, line -> line.of.prepared.time());
      arrays.texts(lines, line -> line.what.body());
      arrays.texts(lines, line -> line.what.at().hash());
      arrays.texts(lines, line -> line.what.parts());
      var moved = new HashSet<Row>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          moved.add(new Row(rows.getLong(1), rows.getLong(2)));
        }
      }
      return moved;
    }
  }

  private static <T> List<Place<T>> places(List<Append> batch, Function<Append, List<T>> parts) {
    var places = new ArrayList<Place<T>>();
    for (Append append : batch) {
      parts.apply(append).forEach(part -> places.add(new Place<>(append, part)));
    }
    return places;
  }

  /** Whether the run ends where this append leaves it. */
  private static boolean isDone(Connection connection, Append append) throws SQLException {
    End end = append.prepared.end();
    try (PreparedStatement select = connection.prepareStatement(END)) {
      select.setLong(1, append.claim.execution());
      select.setString(2, append.claim.runId());
      try (ResultSet row = select.executeQuery()) {
        return row.next()
            && row.getLong(1) == append.claim.epoch()
            && row.getLong(2) == end.seq()
            && row.getString(3).equals(end.hash());
      }
    }
  }

  /** The row of a run, under an epoch: of two writers of a run only one is meant. */
  private record Row(long id, long epoch) {}

  /** A part of an append. */
  private record Place<T>(Append of, T what) {}

  /** The parameters of a statement, one after the other. */
  private static final class Arrays {
    private final Connection connection;
    private final PreparedStatement statement;
    private int last;

    Arrays(Connection connection, PreparedStatement statement) {
      this.connection = connection;
      this.statement = statement;
    }

    <T> void longs(List<T> of, Function<T, Long> value) throws SQLException {
      set("bigint", of, value);
    }

    <T> void texts(List<T> of, Function<T, @Nullable String> value) throws SQLException {
      set("text", of, value);
    }

    private <T> void set(String type, List<T> of, Function<T, ? extends @Nullable Object> value)
        throws SQLException {
      statement.setArray(++last, connection.createArrayOf(type, of.stream().map(value).toArray()));
    }
  }

  /**
   * What one thread wants to be written. Its failure is written before {@code done} is, and read
   * after it.
   */
  private static final class Append {
    private final RunWriter.Claim claim;
    private final End before;
    private final Prepared prepared;
    private final Thread thread = Thread.currentThread();
    private volatile boolean done;
    private @Nullable RuntimeException failure;

    Append(RunWriter.Claim claim, End before, Prepared prepared) {
      this.claim = claim;
      this.before = before;
      this.prepared = prepared;
    }

    Row row() {
      return new Row(claim.execution(), claim.epoch());
    }

    long chars() {
      return Stream.concat(lines().stream().map(Line::body), blobs().stream().map(Blob::text))
          .mapToLong(String::length)
          .sum();
    }

    List<Line> lines() {
      return prepared.lines();
    }

    List<Blob> blobs() {
      return prepared.lines().stream().flatMap(line -> line.blobs().stream()).toList();
    }

    void finish() {
      done = true;
      LockSupport.unpark(thread);
    }
  }
}
