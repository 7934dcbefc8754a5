package ai.stigmer.store;

import static ai.stigmer.store.Database.execute;
import static ai.stigmer.store.Database.text;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;

/**
 * The tables, and how a file of any earlier version gets them. A file is of version n when it has
 * had the first n steps; a step, once released, never changes.
 */
final class Schema {
  private static final int APPLICATION = 0x53544a31;
  private static final List<Step> STEPS =
      List.of(
          Schema::runsAndEntries,
          Schema::blobs,
          Schema::inbox,
          Schema::inboxByTime,
          Schema::identity);

  /** What the journal is told by from others; one row. */
  private static final String IDENTITY = "TABLE identity(id TEXT NOT NULL)";

  private static final String INBOX =
      "(run_id TEXT NOT NULL, topic TEXT NOT NULL, time INTEGER NOT NULL, body TEXT NOT NULL,"
          + " PRIMARY KEY(run_id, topic)) WITHOUT ROWID";

  /** The version that this program writes. */
  static final int PRESENT = STEPS.size();

  @FunctionalInterface
  private interface Step {
    void apply(Connection connection) throws SQLException;
  }

  private Schema() {}

  /** The version of the file; 0 when it is new. */
  static int version(Connection connection) throws SQLException {
    return Integer.parseInt(text(connection, "PRAGMA user_version"));
  }

  /** Whether the tables are another program's. */
  static boolean isForeign(Connection connection) throws SQLException {
    int version = version(connection);
    return version == 0
        ? !text(connection, "SELECT count(*) FROM sqlite_master").equals("0")
        : version < 0 || Integer.parseInt(text(connection, "PRAGMA application_id")) != APPLICATION;
  }

  /** Takes all missing steps in one transaction, so that the file is of the old or the new one. */
  static void bringUp(Connection connection) throws SQLException {
    if (version(connection) >= PRESENT) {
      return;
    }
    execute(connection, "BEGIN IMMEDIATE");
    // Another process may have been faster, or newer.
    int version = version(connection);
    if (version < PRESENT) {
      for (Step step : STEPS.subList(version, PRESENT)) {
        step.apply(connection);
      }
      execute(connection, "PRAGMA application_id=" + APPLICATION);
      execute(connection, "PRAGMA user_version=" + PRESENT);
    }
    execute(connection, "COMMIT");
  }

  /**
   * Lets a connection that may not write see an earlier file as one of the present version; without
   * indexes, which change no answer.
   */
  static void showAsPresent(Connection connection) throws SQLException {
    if (version(connection) < 2) {
      execute(connection, "PRAGMA temp_store=MEMORY");
      execute(
          connection,
          "CREATE TEMP VIEW entries AS SELECT id, execution, seq, previous, epoch, time, body,"
              + " hash, NULL AS parts FROM main.entries");
      execute(connection, "CREATE TEMP TABLE blobs(id INTEGER, hash TEXT, text TEXT)");
    }
    if (version(connection) < 3) {
      execute(connection, "PRAGMA temp_store=MEMORY");
      execute(connection, "CREATE TEMP TABLE inbox" + INBOX);
    }
    if (version(connection) < 5) {
      execute(connection, "PRAGMA temp_store=MEMORY");
      execute(connection, "CREATE TEMP " + IDENTITY);
    }
  }

  /** Step 1. */
  private static void runsAndEntries(Connection connection) throws SQLException {
    execute(
        connection,
        "CREATE TABLE executions(id INTEGER PRIMARY KEY, run_id TEXT NOT NULL UNIQUE,"
            + " owner TEXT NOT NULL, holder TEXT NOT NULL, epoch INTEGER NOT NULL,"
            + " created INTEGER NOT NULL, entries INTEGER NOT NULL DEFAULT 0,"
            + " last INTEGER NOT NULL DEFAULT 0)");
    execute(
        connection,
        "CREATE TABLE entries(id INTEGER PRIMARY KEY, execution INTEGER NOT NULL,"
            + " seq INTEGER NOT NULL, previous INTEGER NOT NULL, epoch INTEGER NOT NULL,"
            + " time INTEGER NOT NULL, body TEXT NOT NULL, hash TEXT NOT NULL)");
  }

  /** Step 2: long texts stand once, under their hash; see {@link Blobs}. */
  private static void blobs(Connection connection) throws SQLException {
    execute(
        connection,
        "CREATE TABLE blobs(id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE,"
            + " text TEXT NOT NULL)");
    execute(connection, "ALTER TABLE entries ADD COLUMN parts TEXT");
    execute(connection, "CREATE INDEX entries_parts ON entries(parts) WHERE parts IS NOT NULL");
  }

  /** Step 3: what others have to say to a run; see {@link SqliteInbox}. */
  private static void inbox(Connection connection) throws SQLException {
    execute(connection, "CREATE TABLE inbox" + INBOX);
  }

  /** Step 4: the newest posts are found without the others. */
  private static void inboxByTime(Connection connection) throws SQLException {
    execute(connection, "CREATE INDEX inbox_time ON inbox(time)");
  }

  /** Step 5: the journal can be told from others. */
  private static void identity(Connection connection) throws SQLException {
    execute(connection, "CREATE " + IDENTITY);
    execute(connection, "INSERT INTO identity VALUES('" + UUID.randomUUID() + "')");
  }
}
