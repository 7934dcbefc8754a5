package ai.stigmer.store;

import ai.stigmer.graphton.error.ProblemException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The table of runs: one row for each, whoever holds it, and where its entries end. */
final class Runs {
  private static final String SELECT =
      "SELECT id, run_id, owner, holder, epoch, entries, last FROM executions";
  private static final String FIND = SELECT + " WHERE run_id = ?";
  private static final String INSERT =
      "INSERT INTO executions(run_id, owner, holder, epoch, created) VALUES(?, ?, ?, 1, ?)"
          + " RETURNING id";
  private static final String CLAIM =
      "UPDATE executions SET epoch = ?, owner = ?, holder = ? WHERE id = ?";

  private Runs() {}

  /**
   * A row.
   *
   * @param holder the process that writes it; empty when none does
   * @param entries how many entries the run has
   * @param last the key of its last entry, 0 when it has none
   */
  record Run(
      long id, String runId, String owner, String holder, long epoch, long entries, long last) {

    static Run of(ResultSet row) throws SQLException {
      return new Run(
          row.getLong(1),
          row.getString(2),
          row.getString(3),
          row.getString(4),
          row.getLong(5),
          row.getLong(6),
          row.getLong(7));
    }
  }

  static @Nullable Run find(Connection connection, String runId) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(FIND)) {
      return found(select, runId);
    }
  }

  private static @Nullable Run found(PreparedStatement select, String runId) throws SQLException {
    select.setString(1, runId);
    try (ResultSet rows = select.executeQuery()) {
      return rows.next() ? Run.of(rows) : null;
    }
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

  /** As {@link #find}; a run that cannot be found is not there, or the table is damaged. */
  static Run require(Connection connection, Path file, String runId) throws SQLException {
    return there(find(connection, runId), connection, file, runId);
  }

  /** The same for whoever asks often. */
  static Run require(Statements statements, Path file, String runId) throws SQLException {
    return there(found(statements.of(FIND), runId), statements.connection(), file, runId);
  }

  private static Run there(@Nullable Run run, Connection connection, Path file, String runId)
      throws SQLException {
    if (run == null) {
      ProblemException problem =
          Database.text(connection, "PRAGMA integrity_check(executions)").equals("ok")
              ? StoreProblems.noSuchRun(runId)
              : StoreProblems.damagedList(file);
      throw problem;
    }
    return run;
  }

  /** Adds a run and returns its key. */
  static Long insert(Connection connection, String runId, String owner, String holder, long time)
      throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      insert.setString(1, runId);
      insert.setString(2, owner);
      insert.setString(3, holder);
      insert.setLong(4, time);
      try (ResultSet rows = insert.executeQuery()) {
        rows.next();
        return rows.getLong(1);
      }
    }
  }

  /** Gives the run to another holder and returns its new epoch. */
  static long claim(Connection connection, Run run, String owner, String holder)
      throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(CLAIM)) {
      update.setLong(1, run.epoch() + 1);
      update.setString(2, owner);
      update.setString(3, holder);
      update.setLong(4, run.id());
      update.executeUpdate();
      return run.epoch() + 1;
    }
  }
}
