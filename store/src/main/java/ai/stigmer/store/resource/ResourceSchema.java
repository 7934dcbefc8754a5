package ai.stigmer.store.resource;

import ai.stigmer.graphton.error.Problem;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * The tables, and how a database of any earlier version gets them: it is of version n when it has
 * had the first n steps. A step, once released, never changes.
 */
final class ResourceSchema {
  private static final String VERSION = "stigmer_resource_schema";

  private ResourceSchema() {}

  private static List<List<String>> steps(Engine engine) {
    return List.of(
        List.of(
            "CREATE TABLE resources(id VARCHAR(64) PRIMARY KEY, kind VARCHAR(64) NOT NULL,"
                + " owner VARCHAR(256) NOT NULL, slug VARCHAR(256) NOT NULL,"
                + " version BIGINT NOT NULL, created BIGINT NOT NULL, updated BIGINT NOT NULL,"
                + " protection VARCHAR(16) NOT NULL, body "
                + engine.bytes()
                + " NOT NULL, UNIQUE(kind, owner, slug))",
            "CREATE INDEX resources_by_time ON resources(kind, created, id)",
            "CREATE TABLE resource_labels(label VARCHAR(512) NOT NULL,"
                + " resource VARCHAR(64) NOT NULL, PRIMARY KEY(label, resource))",
            "CREATE INDEX resource_labels_by_resource ON resource_labels(resource)"));
  }

  /**
   * Takes all missing steps in one transaction.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E508} when the schema is newer than
   *     this program
   */
  static void bringUp(Connection connection, Engine engine) throws SQLException {
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      engine.alone(connection);
      statement.execute("CREATE TABLE IF NOT EXISTS " + VERSION + "(version INTEGER NOT NULL)");
      int version = version(statement);
      List<List<String>> steps = steps(engine);
      if (version > steps.size()) {
        throw newer(version, steps.size());
      }
      for (List<String> step : steps.subList(version, steps.size())) {
        for (String sql : step) {
          statement.execute(sql);
        }
      }
      statement.execute("DELETE FROM " + VERSION);
      statement.execute("INSERT INTO " + VERSION + "(version) VALUES(" + steps.size() + ")");
      connection.commit();
    } catch (SQLException | RuntimeException e) {
      connection.rollback();
      throw e;
    } finally {
      connection.setAutoCommit(true);
    }
  }

  private static int version(Statement statement) throws SQLException {
    try (ResultSet rows = statement.executeQuery("SELECT max(version) FROM " + VERSION)) {
      rows.next();
      return rows.getInt(1);
    }
  }

  private static RuntimeException newer(int found, int known) {
    return Problem.of(
            "E508",
            Problem.Category.STORE,
            "the resources have schema version "
                + found
                + ", this version of Stigmer knows "
                + known)
        .help("use the newer version of Stigmer; nothing was touched")
        .asException();
  }
}
