package ai.stigmer.store;

import ai.stigmer.graphton.cancel.CancelToken.Registration;
import ai.stigmer.graphton.journal.Inbox;
import ai.stigmer.graphton.journal.Post;
import ai.stigmer.graphton.journal.PostCodec;
import ai.stigmer.graphton.journal.Watchers;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/*
 * The key of the table is run and topic, so the database itself lets only the first of several posts in, from whatever
 * process they come.
 */
/** The inbox in the journal's file. Thread-safe, also across processes. */
final class SqliteInbox implements Inbox {
  private static final String INSERT =
      "INSERT INTO inbox(run_id, topic, time, body) VALUES(?, ?, ?, ?) ON CONFLICT DO NOTHING";
  private static final String FIND = "SELECT time, body FROM inbox WHERE run_id = ? AND topic = ?";

  /** SQLite would go through all posts to group these. */
  static final String SINCE =
      "SELECT run_id, time FROM inbox WHERE time >= ? AND topic NOT LIKE 'hold/%'";

  private final Path file;
  private final InstantSource clock;
  private final Statements reading;
  private final Supplier<GroupCommit> writing;
  private final Watchers watchers = new Watchers();

  /**
   * @param writing gives the writing connection, or refuses
   */
  SqliteInbox(Path file, InstantSource clock, Statements reading, Supplier<GroupCommit> writing) {
    this.file = file;
    this.clock = clock;
    this.reading = reading;
    this.writing = writing;
  }

  @Override
  public Receipt post(String runId, Post post) {
    var posted = new Posted(post, Instant.ofEpochMilli(clock.millis()));
    Receipt receipt = writing.get().commit(connection -> post(connection, runId, posted));
    watchers.tell();
    return receipt;
  }

  private static Receipt post(Connection connection, String runId, Posted posted)
      throws SQLException {
    if (!hasRun(connection, runId)) {
      throw StoreProblems.noSuchRun(runId);
    }
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      insert.setString(1, runId);
      insert.setString(2, posted.post().topic());
      insert.setLong(3, posted.time().toEpochMilli());
      insert.setString(4, PostCodec.encode(posted.post()));
      if (insert.executeUpdate() == 1) {
        return new Receipt.Taken(posted);
      }
    }
    return new Receipt.Late(find(connection, runId, posted.post().topic()).orElseThrow());
  }

  @Override
  public Optional<Posted> find(String runId, String topic) {
    synchronized (reading) {
      try {
        return found(reading.of(FIND), runId, topic);
      } catch (SQLException e) {
        throw reading.failed(file, e);
      }
    }
  }

  @Override
  public Map<String, Instant> postedSince(Instant time) {
    synchronized (reading) {
      try {
        return postedSince(reading.connection(), time);
      } catch (SQLException e) {
        throw reading.failed(file, e);
      }
    }
  }

  @Override
  public Registration watch(Runnable posted) {
    return watchers.add(posted);
  }

  private static boolean hasRun(Connection connection, String runId) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT 1 FROM executions WHERE run_id = ?")) {
      select.setString(1, runId);
      try (ResultSet rows = select.executeQuery()) {
        return rows.next();
      }
    }
  }

  /** The last post of each run; the same in either database. */
  static Map<String, Instant> postedSince(Connection connection, Instant time) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(SINCE)) {
      select.setLong(1, time.toEpochMilli());
      var last = new HashMap<String, Instant>();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          Instant posted = Instant.ofEpochMilli(rows.getLong(2));
          last.merge(rows.getString(1), posted, (a, b) -> a.isAfter(b) ? a : b);
        }
      }
      return last;
    }
  }

  /** The post that came first; the same in either database. */
  static Optional<Posted> find(Connection connection, String runId, String topic)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(FIND)) {
      return found(select, runId, topic);
    }
  }

  private static Optional<Posted> found(PreparedStatement select, String runId, String topic)
      throws SQLException {
    select.setString(1, runId);
    select.setString(2, topic);
    try (ResultSet rows = select.executeQuery()) {
      return rows.next()
          ? Optional.of(
              new Posted(
                  PostCodec.decode(rows.getString(2)), Instant.ofEpochMilli(rows.getLong(1))))
          : Optional.empty();
    }
  }
}
