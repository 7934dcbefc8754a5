package ai.stigmer.store;

import ai.stigmer.graphton.cancel.CancelToken.Registration;
import ai.stigmer.graphton.journal.Inbox;
import ai.stigmer.graphton.journal.Post;
import ai.stigmer.graphton.journal.PostCodec;
import ai.stigmer.store.PostgresPool.Commit;
import ai.stigmer.store.PostgresRuns.Hold;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/*
 * The key of the table is run and topic, so the database itself lets only the first of several posts in. A post whose
 * outcome was lost with its connection finds itself there, and counts.
 */
/** The inbox beside the journal in PostgreSQL. Thread-safe, also across processes. */
final class PostgresInbox implements Inbox {
  private static final String INSERT =
      "INSERT INTO inbox(run_id, topic, time, body) VALUES(?, ?, ?, ?) ON CONFLICT DO NOTHING";

  private static final String POSTED =
      "SELECT run_id, topic FROM inbox"
          + " WHERE (run_id, topic) IN (SELECT * FROM unnest(?::text[], ?::text[]))";

  private static final String FIND_ALL =
      "SELECT topic, time, body FROM inbox WHERE run_id = ? AND topic = ANY(?)";

  private final PostgresPool pool;
  private final InstantSource clock;
  private final PostgresNews news;

  PostgresInbox(PostgresPool pool, InstantSource clock, PostgresNews news) {
    this.pool = pool;
    this.news = news;
    this.clock = clock;
  }

  @Override
  public Receipt post(String runId, Post post) {
    var posting = new Posting(runId, new Posted(post, Instant.ofEpochMilli(clock.millis())));
    Receipt receipt = pool.work(Commit.TOGETHER, posting::make);
    news.posted();
    return receipt;
  }

  @Override
  public Optional<Posted> find(String runId, String topic) {
    return pool.work(Commit.EACH, connection -> SqliteInbox.find(connection, runId, topic));
  }

  @Override
  public Map<String, Posted> find(String runId, Collection<String> topics) {
    return topics.isEmpty()
        ? Map.of()
        : pool.work(Commit.EACH, connection -> find(connection, runId, topics));
  }

  private static Map<String, Posted> find(
      Connection connection, String runId, Collection<String> topics) throws SQLException {
    var found = new HashMap<String, Posted>();
    try (PreparedStatement select = connection.prepareStatement(FIND_ALL)) {
      select.setString(1, runId);
      select.setArray(2, texts(connection, topics.stream()));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          found.put(
              rows.getString(1),
              new Posted(
                  PostCodec.decode(rows.getString(3)), Instant.ofEpochMilli(rows.getLong(2))));
        }
      }
    }
    return found;
  }

  @Override
  public Set<Place> posted(Collection<Place> places) {
    return places.isEmpty()
        ? Set.of()
        : pool.work(Commit.EACH, connection -> posted(connection, places));
  }

  private static Set<Place> posted(Connection connection, Collection<Place> places)
      throws SQLException {
    var found = new HashSet<Place>();
    try (PreparedStatement select = connection.prepareStatement(POSTED)) {
      select.setArray(1, texts(connection, places.stream().map(Place::runId)));
      select.setArray(2, texts(connection, places.stream().map(Place::topic)));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          found.add(new Place(rows.getString(1), rows.getString(2)));
        }
      }
    }
    return found;
  }

  private static Array texts(Connection connection, Stream<String> texts) throws SQLException {
    return connection.createArrayOf("text", texts.toArray());
  }

  @Override
  public Map<String, Instant> postedSince(Instant time) {
    return pool.work(Commit.EACH, connection -> SqliteInbox.postedSince(connection, time));
  }

  @Override
  public Registration watch(Runnable posted) {
    return news.watchPosts(posted);
  }

  /** One post, which may take several tries. */
  private static final class Posting {
    private final String runId;
    private final Posted posted;
    private boolean open;

    Posting(String runId, Posted posted) {
      this.runId = runId;
      this.posted = posted;
    }

    Receipt make(Connection connection) throws SQLException {
      PostgresRuns.require(connection, runId, Hold.NO);
      String topic = posted.post().topic();
      boolean again = open;
      open = true;
      try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
        insert.setString(1, runId);
        insert.setString(2, topic);
        insert.setLong(3, posted.time().toEpochMilli());
        insert.setString(4, PostCodec.encode(posted.post()));
        if (insert.executeUpdate() == 1) {
          return new Receipt.Taken(posted);
        }
      }
      Posted first = SqliteInbox.find(connection, runId, topic).orElseThrow();
      return again && first.equals(posted) ? new Receipt.Taken(posted) : new Receipt.Late(first);
    }
  }
}
