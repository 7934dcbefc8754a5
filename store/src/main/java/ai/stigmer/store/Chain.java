package ai.stigmer.store;

import ai.stigmer.graphton.journal.EntryCodec;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.store.Runs.Run;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A run's entries, read from its last one back and checked.
 *
 * @param last the key of the last one
 * @param hash the hash of the last one
 */
record Chain(List<Recorded> entries, long last, String hash) {
  static final Chain EMPTY = new Chain(List.of(), 0, EntryChain.START);

  /** The rows of a run by its last one's key, the last one first. */
  static final String ROWS =
      "WITH RECURSIVE run(id, seq, previous, time, body, hash, parts) AS ("
          + "SELECT id, seq, previous, time, body, hash, parts FROM entries WHERE id = ? UNION ALL"
          + " SELECT e.id, e.seq, e.previous, e.time, e.body, e.hash, e.parts FROM entries e"
          + " JOIN run ON e.id = run.previous AND e.id < run.id)";

  Chain {
    entries = List.copyOf(entries);
  }

  private record Row(
      long seq, long time, @Nullable String body, @Nullable String hash, @Nullable String parts) {}

  /**
   * Reads a run.
   *
   * @throws ai.stigmer.graphton.error.ProblemException E503 when entries are changed or gone, E520
   *     when a blob is
   */
  static Chain read(Connection connection, Path file, Run run) throws SQLException {
    var entries = new ArrayList<Recorded>();
    String hash = EntryChain.START;
    for (Row row : rows(connection, run).reversed()) {
      long seq = entries.size() + 1L;
      if (row.body() == null || row.seq() != seq) {
        throw StoreProblems.damagedRun(file, run.runId(), seq);
      }
      String body =
          row.parts() == null ? row.body() : Blobs.restore(connection, row.body(), row.parts());
      if (body == null) {
        throw StoreProblems.damagedBlob(file, run.runId(), seq);
      }
      hash = EntryChain.next(hash, seq, row.time(), body);
      if (!hash.equals(row.hash())) {
        throw StoreProblems.damagedRun(file, run.runId(), seq);
      }
      entries.add(new Recorded(seq, Instant.ofEpochMilli(row.time()), EntryCodec.decode(body)));
    }
    if (entries.size() != run.entries()) {
      throw StoreProblems.damagedRun(file, run.runId(), entries.size() + 1L);
    }
    return new Chain(entries, run.last(), hash);
  }

  private static List<Row> rows(Connection connection, Run run) throws SQLException {
    var found = new ArrayList<Row>();
    String select = ROWS + " SELECT seq, time, body, hash, parts FROM run";
    try (PreparedStatement statement = connection.prepareStatement(select)) {
      statement.setLong(1, run.last());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(
              new Row(
                  rows.getLong(1),
                  rows.getLong(2),
                  rows.getString(3),
                  rows.getString(4),
                  rows.getString(5)));
        }
      }
    }
    return found;
  }
}
