package ai.stigmer.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.sqlite.JDBC;

/**
 * Opens connections to the file: checks what it is before touching it, then brings it to the
 * present {@link Schema}.
 *
 * <p>Settings: write-ahead log and {@code synchronous=FULL}, so that a commit survives a power cut
 * on a disk that keeps its word. SQLite must be 3.51.3 or later: earlier ones can damage a
 * write-ahead log that two connections use.
 */
final class Database {
  private static final int BUSY_MILLIS = 5_000;
  private static final int SMALLEST_FILE = 512;
  private static final String OLDEST_SQLITE = "3.51.3";

  private Database() {}

  /**
   * A connection that may write.
   *
   * @throws ai.stigmer.graphton.error.ProblemException E503, E506, E508, E509 or E510
   */
  static Connection open(Path file) {
    makeFolder(file);
    checkFiles(file);
    Connection connection = null;
    try {
      connection = connect(file, "");
      check(connection, file);
      if (Schema.version(connection) == 0) {
        restrict(file); // SQLite gives the log the rights that the file has by then.
      }
      configure(connection);
      Schema.bringUp(connection);
      return connection;
    } catch (SQLException e) {
      close(connection);
      throw StoreProblems.of(file, e);
    } catch (RuntimeException e) {
      close(connection);
      throw e;
    }
  }

  /**
   * A connection that cannot change anything; works on a file that nobody may write, too, unless
   * there is a log that only a writer can read. A file that is not there is a journal of no runs.
   */
  static Connection openReadOnly(Path file) {
    checkFiles(file);
    Connection connection = null;
    try {
      if (!Files.exists(file)) {
        return withoutRuns();
      }
      connection = connect(file, isUnchangeable(file) ? "?immutable=1" : "?mode=ro");
      check(connection, file);
      if (Schema.version(connection) == 0) {
        connection.close();
        connection = withoutRuns();
      }
      Schema.showAsPresent(connection);
      return connection;
    } catch (SQLException e) {
      close(connection);
      throw StoreProblems.of(file, e);
    } catch (RuntimeException e) {
      close(connection);
      throw e;
    }
  }

  /** Stands for a file that nobody has made, or that its maker has not come to write. */
  private static Connection withoutRuns() throws SQLException {
    Connection connection = JDBC.createConnection("jdbc:sqlite::memory:", new Properties());
    Schema.bringUp(connection);
    return connection;
  }

  /** What SQLite would overwrite, drop or explain badly is refused before it sees the file. */
  private static void checkFiles(Path file) {
    if (Files.isDirectory(file)) {
      throw StoreProblems.notAFile(file);
    }
    long size = size(file);
    if (size == 0 && WriteAheadLog.exists(file)) {
      throw StoreProblems.emptyBesideLog(file, WriteAheadLog.of(file));
    }
    if (size > 0 && size < SMALLEST_FILE) {
      throw StoreProblems.cut(file, size);
    }
    WriteAheadLog.check(file);
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return 0;
    }
  }

  /** SQLite reads an unchangeable file without its log, so there must not be one. */
  private static boolean isUnchangeable(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    boolean writable = Files.isWritable(file) && folder != null && Files.isWritable(folder);
    return !writable && Files.exists(file) && !WriteAheadLog.exists(file);
  }

  private static Connection connect(Path file, String query) throws SQLException {
    String url = "jdbc:sqlite:file:" + file.toAbsolutePath().toUri().getRawPath() + query;
    var properties = new Properties();
    // Otherwise the driver asks for the last key after each insert, with a statement that it
    // compiles anew.
    properties.setProperty("jdbc.get_generated_keys", "false");
    Connection connection = JDBC.createConnection(url, properties);
    execute(connection, "PRAGMA busy_timeout=" + BUSY_MILLIS);
    return connection;
  }

  private static void check(Connection connection, Path file) throws SQLException {
    String version = text(connection, "SELECT sqlite_version()");
    if (older(version, OLDEST_SQLITE)) {
      throw new IllegalStateException(
          "SQLite " + version + " is too old; at least " + OLDEST_SQLITE + " is needed");
    }
    int schema = Schema.version(connection);
    if (schema > Schema.PRESENT) {
      throw StoreProblems.newerSchema(file.toString(), schema, Schema.PRESENT);
    }
    if (Schema.isForeign(connection)) {
      throw StoreProblems.of(file, new SQLException("it belongs to another program", null, 26));
    }
  }

  private static void configure(Connection connection) throws SQLException {
    execute(connection, "PRAGMA journal_mode=WAL");
    execute(connection, "PRAGMA synchronous=FULL");
    execute(connection, "PRAGMA cache_size=-16384");
    execute(connection, "PRAGMA wal_autocheckpoint=4000");
  }

  /** The folder of the file. */
  static Path home(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    return folder == null ? file.toAbsolutePath() : folder;
  }

  private static void makeFolder(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || Files.isDirectory(folder)) {
      return;
    }
    try {
      Files.createDirectories(folder);
      if (isPosix(folder)) {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
      }
    } catch (IOException e) {
      throw StoreProblems.noFolder(file, e);
    }
  }

  private static void restrict(Path file) {
    try {
      if (isPosix(file)) {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
      }
    } catch (IOException e) {
      throw StoreProblems.readOnly(file);
    }
  }

  private static boolean isPosix(Path path) throws IOException {
    return Files.getFileStore(path).supportsFileAttributeView("posix")
        && Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }

  static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  static String text(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }

  static boolean older(String version, String than) {
    String[] left = version.toLowerCase(Locale.ROOT).split("\\.", -1);
    String[] right = than.split("\\.", -1);
    for (int i = 0; i < Math.min(left.length, right.length); i++) {
      int order = Integer.compare(Integer.parseInt(left[i]), Integer.parseInt(right[i]));
      if (order != 0) {
        return order < 0;
      }
    }
    return left.length < right.length;
  }

  private static void close(@Nullable Connection connection) {
    if (connection != null) {
      try {
        connection.close();
      } catch (SQLException e) {
        // It was opened for nothing; the first failure is the one to tell.
      }
    }
  }
}
