package ai.stigmer.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How large the journal is and how fast it grows; sizes are bytes.
 *
 * @param file the file
 * @param log its write-ahead log
 * @param free room in the file that the next entries will use
 * @param entryBytes what the entries say, without the long texts
 * @param blobs long texts, each kept once
 * @param references how often entries name them
 * @param unshared how much they would take if each were kept as often as it is named
 * @param growth what was appended in the last days, by how many days, shortest time first
 */
public record StoreStats(
    long file,
    long log,
    long free,
    long runs,
    long entries,
    long entryBytes,
    long blobs,
    long blobBytes,
    long references,
    long unshared,
    Map<Integer, Growth> growth) {
  private static final List<Integer> DAYS = List.of(1, 7, 30);

  public StoreStats {
    growth = new LinkedHashMap<>(growth);
  }

  /**
   * What was appended in some time.
   *
   * @param bytes without the long texts
   */
  public record Growth(long entries, long bytes) {}

  /**
   * Measures the file; one that is not there is empty.
   *
   * @throws ai.stigmer.graphton.error.ProblemException when it cannot be read
   */
  public static StoreStats of(Path file, InstantSource clock) {
    NativeLibrary.load(Database.home(file));
    try (Connection connection = Database.openReadOnly(file)) {
      Database.execute(connection, "BEGIN");
      return of(
          connection,
          new Room(
              size(file),
              size(WriteAheadLog.of(file)),
              number(connection, "PRAGMA freelist_count") * number(connection, "PRAGMA page_size")),
          clock);
    } catch (SQLException e) {
      throw StoreProblems.of(file, e);
    }
  }

  /** What the journal takes on the disk. */
  record Room(long file, long log, long free) {}

  /** Measures the runs, entries and long texts that a connection sees. */
  static StoreStats of(Connection connection, Room room, InstantSource clock) throws SQLException {
    Map<String, Long> sizes = Blobs.sizes(connection);
    var named = new Named(sizes);
    Blobs.eachName(connection, named::add);
    Map<Integer, Growth> growth = new LinkedHashMap<>();
    for (int days : DAYS) {
      growth.put(days, since(connection, clock.instant().minus(Duration.ofDays(days))));
    }
    Growth all = since(connection, Instant.EPOCH);
    return new StoreStats(
        room.file(),
        room.log(),
        room.free(),
        number(connection, "SELECT count(*) FROM executions"),
        all.entries(),
        all.bytes(),
        sizes.size(),
        sizes.values().stream().mapToLong(Long::longValue).sum(),
        named.count,
        named.bytes,
        growth);
  }

  /** Adds up what entries name. */
  private static final class Named {
    private final Map<String, Long> sizes;
    private long count;
    private long bytes;

    Named(Map<String, Long> sizes) {
      this.sizes = sizes;
    }

    void add(String hash) {
      count++;
      bytes += sizes.getOrDefault(hash, 0L);
    }
  }

  private static Growth since(Connection connection, Instant time) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT count(*), coalesce(sum(octet_length(body)), 0) FROM entries WHERE time >= ?")) {
      select.setLong(1, time.toEpochMilli());
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return new Growth(row.getLong(1), row.getLong(2));
      }
    }
  }

  private static long number(Connection connection, String sql) throws SQLException {
    return Long.parseLong(Database.text(connection, sql));
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return 0;
    }
  }
}
