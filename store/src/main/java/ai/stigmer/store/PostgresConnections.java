package ai.stigmer.store;

import ai.stigmer.graphton.error.ProblemException;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import java.sql.SQLException;

/** Connections to a database for others than the journal. */
public final class PostgresConnections {
  private static final int MOST = 8;
  private static final long CONNECT_MILLIS = 10_000;

  private PostgresConnections() {}

  /**
   * A pool of at most 8 connections, whose tables lie where those of the journal do.
   *
   * @throws ProblemException E530, E531 or E533 when the database cannot be had
   */
  public static HikariDataSource open(PostgresUrl url) {
    var config = new HikariConfig();
    config.setPoolName("stigmer-resources");
    config.setJdbcUrl(url.jdbc());
    config.setDataSourceProperties(PostgresPool.properties(url));
    config.setMaximumPoolSize(MOST);
    config.setMinimumIdle(1);
    config.setConnectionTimeout(CONNECT_MILLIS);
    try {
      return new HikariDataSource(config);
    } catch (PoolInitializationException e) {
      throw PostgresProblems.of(
          url, e.getCause() instanceof SQLException cause ? cause : new SQLException(e));
    }
  }
}
