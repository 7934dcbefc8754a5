package ai.stigmer.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatementsTest {
  private static final String ABSOLUTE = "SELECT abs(?)";

  @TempDir Path home;

  @Test
  void aStatementIsCompiledOnce() throws SQLException {
    try (Connection connection = Database.open(home.resolve("stigmer.db"))) {
      var statements = new Statements(connection);
      assertThat(statements.of(ABSOLUTE)).isSameAs(statements.of(ABSOLUTE));
      assertThat(absolute(statements, -3)).isEqualTo(3);
      assertThat(absolute(statements, -4)).isEqualTo(4);
    }
  }

  @Test
  void aStatementThatFailedIsCompiledAnew() throws SQLException {
    Path file = home.resolve("stigmer.db");
    try (Connection connection = Database.open(file)) {
      var statements = new Statements(connection);
      PreparedStatement before = statements.of(ABSOLUTE);
      // When: SQLite has no positive number for this one.
      assertThatThrownBy(() -> absolute(statements, Long.MIN_VALUE))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(statements.failed(file, e)).isNotNull());
      // Then
      assertThat(statements.of(ABSOLUTE)).isNotSameAs(before);
      assertThat(absolute(statements, -5)).isEqualTo(5);
    }
  }

  private static long absolute(Statements statements, long number) throws SQLException {
    PreparedStatement select = statements.of(ABSOLUTE);
    select.setLong(1, number);
    try (ResultSet rows = select.executeQuery()) {
      rows.next();
      return rows.getLong(1);
    }
  }
}
