package ai.stigmer.store.resource;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.store.PostgresConnections;
import ai.stigmer.store.PostgresUrl;
import ai.stigmer.store.SqliteJournal;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import javax.sql.DataSource;
import org.sqlite.SQLiteConfig;

/** Opens the store of resources. */
public final class Resources {
  private static final int BUSY_MILLIS = 10_000;
  private static final int CONNECTIONS = 4;

  private Resources() {}

  /**
   * Resources in one SQLite file, which is made, readable for its owner only, when it is not there.
   *
   * @throws ProblemException {@code E506} when it cannot be used, {@code E508} when its schema is
   *     newer
   */
  public static ResourceStore sqlite(Path file, Vault vault) {
    SqliteJournal.warmUp(folder(file));
    makeUnlessThere(file);
    var config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
    config.setBusyTimeout(BUSY_MILLIS);
    var pool = new HikariConfig();
    pool.setJdbcUrl("jdbc:sqlite:file:" + file.toAbsolutePath().toUri().getRawPath());
    pool.setDataSourceProperties(config.toProperties());
    pool.setMaximumPoolSize(CONNECTIONS);
    try {
      var source = new HikariDataSource(pool);
      return SqlResources.open(source, Engine.SQLITE, vault, source::close);
    } catch (HikariPool.PoolInitializationException e) {
      throw unusable(file, e);
    }
  }

  /**
   * Resources in a PostgreSQL database, beside the journal, which is opened first.
   *
   * @throws ProblemException as {@link #sqlite}; {@code E530} when the database cannot be reached
   */
  public static ResourceStore postgresql(PostgresUrl url, Vault vault) {
    HikariDataSource source = PostgresConnections.open(url);
    try {
      return SqlResources.open(source, Engine.POSTGRESQL, vault, source::close);
    } catch (RuntimeException e) {
      source.close();
      throw e;
    }
  }

  /**
   * Resources in a PostgreSQL database.
   *
   * @param source gives connections in auto-commit mode; it stays the caller's
   * @throws ProblemException as {@link #sqlite}
   */
  public static ResourceStore postgresql(DataSource source, Vault vault) {
    return SqlResources.open(source, Engine.POSTGRESQL, vault, () -> {});
  }

  private static Path folder(Path file) {
    return requireNonNull(file.toAbsolutePath().getParent(), "a file lies in a folder");
  }

  private static void makeUnlessThere(Path file) {
    if (Files.exists(file)) {
      return;
    }
    try {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (IOException | UnsupportedOperationException e) {
      throw unusable(file, e);
    }
  }

  private static ProblemException unusable(Path file, Exception e) {
    return new ProblemException(
        Problem.of("E506", Problem.Category.STORE, "the file of resources cannot be made")
            .from(file.toString(), e.toString())
            .help("check your rights to its folder, or set STIGMER_HOME to another one"),
        e);
  }
}
