package ai.stigmer.store.resource;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** What differs between the databases. */
enum Engine {
  SQLITE("BLOB") {
    @Override
    void alone(Connection connection) {
      // The connection begins every transaction as a writing one.
    }
  },
  POSTGRESQL("BYTEA") {
    @Override
    void alone(Connection connection) throws SQLException {
      try (Statement statement = connection.createStatement()) {
        statement.execute("SELECT pg_advisory_xact_lock(" + LOCK + ")");
      }
    }
  };

  /** An arbitrary number that stands for this schema among the locks of the database. */
  private static final long LOCK = 0x53544a52L;

  private final String bytes;

  Engine(String bytes) {
    this.bytes = bytes;
  }

  /** The name of the type of bytes. */
  String bytes() {
    return bytes;
  }

  /** Keeps others from changing the schema until the transaction ends. */
  abstract void alone(Connection connection) throws SQLException;
}
