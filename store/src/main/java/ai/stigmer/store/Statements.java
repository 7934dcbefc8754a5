package ai.stigmer.store;

import ai.stigmer.graphton.error.ProblemException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/**
 * Statements of one connection, each compiled once: compiling takes longer than most of them run.
 * They end with the connection. Whoever asks one must close what it found, or SQLite holds the
 * place of a reader in the log.
 *
 * <p>Thread contract: guarded by whatever guards the connection.
 */
final class Statements {
  private final Connection connection;
  private final Map<String, PreparedStatement> known = new HashMap<>();

  Statements(Connection connection) {
    this.connection = connection;
  }

  Connection connection() {
    return connection;
  }

  /** Not to be closed by whoever uses it. */
  PreparedStatement of(String sql) throws SQLException {
    PreparedStatement statement = known.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      known.put(sql, statement);
    }
    return statement;
  }

  /**
   * What failed in the file. The driver may have closed a statement that failed, so all are
   * compiled anew when they are needed again.
   */
  ProblemException failed(Path file, SQLException failure) {
    for (PreparedStatement statement : known.values()) {
      try {
        statement.close();
      } catch (SQLException e) {
        failure.addSuppressed(e);
      }
    }
    known.clear();
    return StoreProblems.of(file, failure);
  }
}
