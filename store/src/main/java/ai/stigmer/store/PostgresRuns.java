package ai.stigmer.store;

import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.store.Chain.Row;
import ai.stigmer.store.Runs.Run;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tables of runs and entries in PostgreSQL. The key of an entry is its place in its run. */
final class PostgresRuns {
  private static final String SELECT =
      "SELECT id, run_id, owner, holder, epoch, entries, entries FROM executions";
  private static final String ENTRIES =
      "SELECT seq, time, body, hash, parts FROM entries WHERE execution = ? AND seq >= ?"
          + " ORDER BY seq";

  private PostgresRuns() {}

  /** Whether a run that is looked at may change meanwhile. */
  enum Hold {
    NO,
    UNTIL_COMMIT
  }

  /**
   * A run, or a refusal.
   *
   * @throws ai.stigmer.graphton.error.ProblemException E501
   */
  static Run require(Connection connection, String runId, Hold hold) throws SQLException {
    Run run = find(connection, runId, hold);
    if (run == null) {
      throw StoreProblems.noSuchRun(runId);
    }
    return run;
  }

  static @Nullable Run find(Connection connection, String runId, Hold hold) throws SQLException {
    String sql = SELECT + " WHERE run_id = ?" + (hold == Hold.NO ? "" : " FOR UPDATE");
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setString(1, runId);
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? Run.of(row) : null;
      }
    }
  }

  /** Those of these runs that are there. */
  static List<Run> all(Connection connection, Collection<String> runIds) throws SQLException {
    var runs = new ArrayList<Run>();
    try (PreparedStatement select =
        connection.prepareStatement(SELECT + " WHERE run_id = ANY(?)")) {
      select.setArray(1, connection.createArrayOf("text", runIds.toArray()));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          runs.add(Run.of(rows));
        }
      }
    }
    return runs;
  }

  /** All runs, oldest first. */
  static List<Run> all(Connection connection) throws SQLException {
    var runs = new ArrayList<Run>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(SELECT + " ORDER BY id")) {
      while (rows.next()) {
        runs.add(Run.of(rows));
      }
    }
    return runs;
  }

  /**
   * A run's entries, checked.
   *
   * @throws ai.stigmer.graphton.error.ProblemException E503 or E520
   */
  static Chain chain(Connection connection, PostgresUrl url, Run run) throws SQLException {
    return Chain.of(url.shown(), run, rows(connection, run.id(), 1));
  }

  /**
   * A run's entries behind a place, checked from that place on.
   *
   * @throws ai.stigmer.graphton.error.ProblemException E503 or E520
   */
  static List<Recorded> behind(Connection connection, PostgresUrl url, Run run, long after)
      throws SQLException {
    if (after >= run.entries()) {
      return List.of();
    }
    List<Row> rows = rows(connection, run.id(), after);
    return Chain.behind(url.shown(), run, rows, after);
  }

  private static List<Row> rows(Connection connection, long execution, long from)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(ENTRIES)) {
      select.setLong(1, execution);
      select.setLong(2, from);
      return Chain.rows(connection, select);
    }
  }
}
