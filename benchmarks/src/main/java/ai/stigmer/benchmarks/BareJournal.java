package ai.stigmer.benchmarks;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.function.Consumer;
import org.sqlite.JDBC;

/** The floor of a journal: one row and one durable commit per entry, no checks, one writer. */
final class BareJournal implements Consumer<String>, AutoCloseable {
  private final Connection connection;
  private final PreparedStatement insert;

  BareJournal(Path file) throws SQLException {
    connection = JDBC.createConnection("jdbc:sqlite:" + file, new Properties());
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode=WAL");
      statement.execute("PRAGMA synchronous=FULL");
      statement.execute("CREATE TABLE entries(id INTEGER PRIMARY KEY, body TEXT NOT NULL)");
    }
    insert = connection.prepareStatement("INSERT INTO entries(body) VALUES(?)");
  }

  @Override
  public void accept(String body) {
    try {
      insert.setString(1, body);
      insert.executeUpdate();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws SQLException {
    insert.close();
    connection.close();
  }
}
