package ai.stigmer.store;

import static ai.stigmer.store.Database.execute;
import static ai.stigmer.store.Database.text;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The tables in a PostgreSQL database, all in a schema of their own, and how an earlier version
 * gets them. A database is of version n when it has had the first n steps; a step, once released,
 * never changes.
 */
final class PostgresSchema {
  /** The schema of all tables. */
  static final String NAME = "stigmer";

  /** Held while the steps are taken, so that of several processes one takes them. */
  private static final long LOCK = 0x53544a31_00000001L;

  private static final List<Step> STEPS =
      List.of(PostgresSchema::journal, PostgresSchema::inboxByTime, PostgresSchema::identity);

  /** The version that this program writes. */
  static final int PRESENT = STEPS.size();

  @FunctionalInterface
  private interface Step {
    void apply(Connection connection) throws SQLException;
  }

  private PostgresSchema() {}

  /*
   * Asks the catalog's table: to_regclass() may answer from what the session knew before another process made the
   * tables.
   */
  /** The version of the database; 0 when it has no tables of ours. */
  static int version(Connection connection) throws SQLException {
    String tables =
        "SELECT count(*) FROM pg_tables WHERE schemaname = '"
            + NAME
            + "' AND tablename = 'schema_version'";
    return text(connection, tables).equals("0")
        ? 0
        : Integer.parseInt(text(connection, "SELECT max(version) FROM schema_version"));
  }

  /**
   * Takes all missing steps in one transaction, unless another process has by then.
   *
   * @throws ai.stigmer.graphton.error.ProblemException E508 when the database is of a later version
   */
  static void bringUp(PostgresUrl url, Connection connection) throws SQLException {
    try (PreparedStatement lock = connection.prepareStatement("SELECT pg_advisory_xact_lock(?)")) {
      lock.setLong(1, LOCK);
      lock.execute();
    }
    int version = version(connection);
    check(url, version);
    if (version == 0) {
      execute(connection, "CREATE SCHEMA IF NOT EXISTS " + NAME);
      execute(connection, "CREATE TABLE schema_version(version int PRIMARY KEY)");
    }
    for (int step = version; step < PRESENT; step++) {
      STEPS.get(step).apply(connection);
      execute(connection, "INSERT INTO schema_version VALUES (" + (step + 1) + ")");
    }
  }

  /**
   * Refuses what a later version wrote.
   *
   * @throws ai.stigmer.graphton.error.ProblemException E508
   */
  static void check(PostgresUrl url, int version) {
    if (version > PRESENT) {
      throw StoreProblems.newerSchema(url.shown(), version, PRESENT);
    }
  }

  /** Step 1. A run's row is rewritten with each append, so its page has room for that. */
  private static void journal(Connection connection) throws SQLException {
    execute(
        connection,
        "CREATE TABLE executions(id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
            + " run_id text NOT NULL UNIQUE, owner text NOT NULL, holder text NOT NULL,"
            + " claim text NOT NULL, epoch bigint NOT NULL, created bigint NOT NULL,"
            + " entries bigint NOT NULL DEFAULT 0, hash text NOT NULL DEFAULT '')"
            + " WITH (fillfactor = 50)");
    execute(
        connection,
        "CREATE TABLE entries(execution bigint NOT NULL, seq bigint NOT NULL,"
            + " epoch bigint NOT NULL, time bigint NOT NULL, body text NOT NULL,"
            + " hash text NOT NULL, parts text, PRIMARY KEY(execution, seq))");
    execute(connection, "CREATE TABLE blobs(hash text PRIMARY KEY, text text NOT NULL)");
    execute(
        connection,
        "CREATE TABLE inbox(run_id text NOT NULL, topic text NOT NULL, time bigint NOT NULL,"
            + " body text NOT NULL, PRIMARY KEY(run_id, topic))");
    execute(connection, "CREATE TABLE holders(name text PRIMARY KEY, seen timestamptz NOT NULL)");
  }

  /** Step 2: the newest posts are found without the others. */
  private static void inboxByTime(Connection connection) throws SQLException {
    execute(connection, "CREATE INDEX inbox_time ON inbox(time)");
  }

  /** Step 3: the journal can be told from others. */
  private static void identity(Connection connection) throws SQLException {
    execute(connection, "CREATE TABLE identity(id text NOT NULL)");
    execute(connection, "INSERT INTO identity VALUES('" + UUID.randomUUID() + "')");
  }

  /** What the journal is told by from others; empty when an earlier version made the tables. */
  static Optional<String> id(Connection connection) throws SQLException {
    return version(connection) < 3
        ? Optional.empty()
        : Optional.of(text(connection, "SELECT id FROM identity"));
  }
}
