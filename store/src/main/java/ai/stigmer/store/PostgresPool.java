package ai.stigmer.store;

import ai.stigmer.graphton.error.ProblemException;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/*
 * An interrupt closes the socket of a virtual thread in the middle of a statement; that is a lost connection like any
 * other, so the work is done again with the interrupt put aside, and the interrupt is given back at the end.
 */
/**
 * Connections to one database, and the patience to wait for it: work whose connection is lost, or
 * for which there is none, is done again with growing pauses. So work must be able to find out that
 * it has been done already.
 *
 * <p>Thread contract: thread-safe; waits on the caller's thread.
 */
final class PostgresPool implements AutoCloseable {
  private static final int MOST_CONNECTIONS = 16;
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration STATEMENT = Duration.ofSeconds(60);
  private static final Duration SOCKET = Duration.ofSeconds(90);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);

  /** How long a run waits for its database to come back. */
  static final Duration PATIENCE = Duration.ofMinutes(10);

  /** Work on one connection, in one transaction; done again when its outcome is not known. */
  @FunctionalInterface
  interface Work<T> {
    T apply(Connection connection) throws SQLException;
  }

  /** How the statements of some work become durable. */
  enum Commit {
    /** Each for itself; for work of one statement. */
    EACH,
    /** All at the end, or none. */
    TOGETHER
  }

  private final PostgresUrl url;
  private final HikariDataSource connections;
  private final Duration patience;
  private final Consumer<String> notes;
  private final AtomicBoolean away = new AtomicBoolean();

  private PostgresPool(
      PostgresUrl url, HikariDataSource connections, Duration patience, Consumer<String> notes) {
    this.url = url;
    this.connections = connections;
    this.patience = patience;
    this.notes = notes;
  }

  /**
   * Connects once, so that a wrong address is told at once.
   *
   * @param patience how long work waits later for a database that is away
   * @param notes is told once when it goes away, and once when it is back
   * @throws ProblemException E530, E531 or E533
   */
  static PostgresPool open(PostgresUrl url, Duration patience, Consumer<String> notes) {
    var config = new HikariConfig();
    config.setPoolName("stigmer");
    config.setJdbcUrl(url.jdbc());
    config.setDataSourceProperties(properties(url));
    config.setMaximumPoolSize(MOST_CONNECTIONS);
    config.setMinimumIdle(1);
    config.setConnectionTimeout(CONNECT.toMillis());
    config.setInitializationFailTimeout(1);
    config.setConnectionInitSql(
        "SET statement_timeout = "
            + STATEMENT.toMillis()
            + "; SET lock_timeout = "
            + STATEMENT.toMillis()
            + "; SET idle_in_transaction_session_timeout = "
            + STATEMENT.toMillis());
    try {
      return new PostgresPool(url, new HikariDataSource(config), patience, notes);
    } catch (PoolInitializationException e) {
      throw PostgresProblems.of(url, cause(e));
    }
  }

  static Properties properties(PostgresUrl url) {
    var properties = url.properties();
    properties.setProperty("currentSchema", PostgresSchema.NAME);
    properties.setProperty("connectTimeout", String.valueOf(CONNECT.toSeconds()));
    properties.setProperty("loginTimeout", String.valueOf(CONNECT.toSeconds()));
    properties.setProperty("socketTimeout", String.valueOf(SOCKET.toSeconds()));
    properties.setProperty("tcpKeepAlive", "true");
    return properties;
  }

  PostgresUrl url() {
    return url;
  }

  /** Says something about the database to whoever looks after this process. */
  void note(String text) {
    notes.accept(text);
  }

  /**
   * Does the work, again and again while the database is away.
   *
   * @throws ProblemException what the work refuses by; E530 when the database stays away for longer
   *     than the patience, or at once what will not pass by itself
   */
  <T> T work(Commit commit, Work<T> work) {
    boolean interrupted = Thread.interrupted();
    long begun = System.nanoTime();
    try {
      for (Duration pause = FIRST_PAUSE; ; pause = longer(pause)) {
        try {
          T done = once(commit, work);
          tellBack();
          return done;
        } catch (SQLException e) {
          long waited = System.nanoTime() - begun;
          if (!PostgresProblems.passes(e) || connections.isClosed()) {
            throw PostgresProblems.of(url, e);
          }
          if (waited >= patience.toNanos()) {
            throw patience.isZero()
                ? PostgresProblems.of(url, e)
                : PostgresProblems.gaveUp(url, e, waited / 1_000_000_000L);
          }
          tellAway(e);
          LockSupport.parkNanos(pause.toNanos());
          interrupted |= Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Does the work, or fails at once. */
  <T> T once(Commit commit, Work<T> work) throws SQLException {
    try (Connection connection = connections.getConnection()) {
      if (commit == Commit.EACH) {
        return work.apply(connection);
      }
      connection.setAutoCommit(false);
      try {
        T done = work.apply(connection);
        connection.commit();
        return done;
      } catch (SQLException | RuntimeException e) {
        rollBack(connection, e);
        throw e;
      }
    }
  }

  @Override
  public void close() {
    connections.close();
  }

  private static void rollBack(Connection connection, Exception because) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      because.addSuppressed(e); // The server rolls back what nobody commits.
    }
  }

  private void tellAway(SQLException e) {
    if (away.compareAndSet(false, true)) {
      notes.accept(
          PostgresProblems.problem(url, e).message()
              + "; waiting for it, at most "
              + patience.toMinutes()
              + " min");
    }
  }

  private void tellBack() {
    if (away.get() && away.compareAndSet(true, false)) {
      notes.accept("the database is back; going on");
    }
  }

  private static Duration longer(Duration pause) {
    Duration doubled = pause.multipliedBy(2);
    return doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
  }

  private static SQLException cause(PoolInitializationException e) {
    @Nullable Throwable cause = e.getCause();
    return cause instanceof SQLException sql ? sql : new SQLException(e.getMessage(), e);
  }
}
