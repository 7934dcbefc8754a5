package ai.stigmer.store;

import ai.stigmer.store.PostgresPool.Commit;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/*
 * Processes on many machines share the database, and none can see whether another's process runs. So each says every
 * few seconds that it lives, by the server's clock. A process that is stopped, or cut off, is taken for dead after a
 * while; should it come back, the epoch stops it.
 */
/**
 * What this process says of itself while it may hold runs. Renewed by a virtual thread of its own.
 */
final class PostgresLease implements AutoCloseable {
  /** How long a process that says nothing counts as living. */
  static final Duration TERM = Duration.ofSeconds(60);

  private static final Duration BETWEEN = TERM.dividedBy(4);
  private static final String RENEW =
      "INSERT INTO holders(name, seen) VALUES(?, clock_timestamp())"
          + " ON CONFLICT (name) DO UPDATE SET seen = excluded.seen";
  private static final String FORGET =
      "DELETE FROM holders WHERE seen < clock_timestamp() - interval '1 day'";
  private static final String FRESH =
      "SELECT seen > clock_timestamp() - ? * interval '1 second' FROM holders WHERE name = ?";

  private final PostgresPool pool;
  private final String name;
  private final Runnable renewed;
  private final CountDownLatch closed = new CountDownLatch(1);

  private PostgresLease(PostgresPool pool, String name, Runnable renewed) {
    this.pool = pool;
    this.name = name;
    this.renewed = renewed;
  }

  /**
   * Takes the lease and keeps it until it is closed.
   *
   * @param renewed is called each time that the database has heard of it
   */
  static PostgresLease take(PostgresPool pool, String name, Runnable renewed) {
    var lease = new PostgresLease(pool, name, renewed);
    pool.work(Commit.EACH, lease::renew);
    Thread.ofVirtual().name("stigmer-lease").start(lease::keep);
    return lease;
  }

  /** Whether a process has said lately that it lives. */
  static boolean isFresh(Connection connection, String name) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(FRESH)) {
      select.setLong(1, TERM.toSeconds());
      select.setString(2, name);
      try (ResultSet row = select.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  private void keep() {
    try {
      while (!closed.await(BETWEEN.toMillis(), TimeUnit.MILLISECONDS)) {
        try {
          pool.once(Commit.EACH, this::renew);
          renewed.run();
        } catch (SQLException e) {
          // The next time, or the lease runs out: then others may take over, and are right to.
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Boolean renew(Connection connection) throws SQLException {
    try (PreparedStatement renew = connection.prepareStatement(RENEW)) {
      renew.setString(1, name);
      renew.executeUpdate();
    }
    Database.execute(connection, FORGET);
    return true;
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
