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

  private static final String BACK =
      "WITH RECURSIVE run(id, seq, previous, time, body, hash, parts) AS ("
          + "SELECT id, seq, previous, time, body, hash, parts FROM entries WHERE id = ? UNION ALL"
          + " SELECT e.id, e.seq, e.previous, e.time, e.body, e.hash, e.parts FROM entries e"
          + " JOIN run ON e.id = run.previous AND e.id < run.id";

  /** The rows of a run by its last one's key, the last one first. */
  static final String ROWS = BACK + ")";

  private static final String ROWS_FROM =
      BACK + " AND run.seq > ?) SELECT seq, time, body, hash, parts FROM run";

  Chain {
    entries = List.copyOf(entries);
  }

  /** A row of the entries; what is null was damaged, but for {@code parts}. */
  record Row(
      long seq, long time, @Nullable String body, @Nullable String hash, @Nullable String parts) {

    /** The columns seq, time, body, hash and parts. */
    static Row of(ResultSet row) throws SQLException {
      return new Row(
          row.getLong(1), row.getLong(2), row.getString(3), row.getString(4), row.getString(5));
    }

    /** With its long texts put back; the body is null when one of them is damaged. */
    private Row whole(Connection connection) throws SQLException {
      return body == null || parts == null
          ? new Row(seq, time, body, hash, null)
          : new Row(seq, time, Blobs.restore(connection, body, parts), hash, parts);
    }
  }

  /**
   * Reads a run.
   *
   * @throws ai.stigmer.graphton.error.ProblemException E503 when entries are changed or gone, E520
   *     when a blob is
   */
  static Chain read(Connection connection, Path file, Run run) throws SQLException {
    return of(file.toString(), run, rows(connection, run));
  }

  /**
   * Reads what a run has behind a place.
   *
   * @param after the place, from 1
   * @throws ai.stigmer.graphton.error.ProblemException as {@link #read}
   */
  static List<Recorded> readBehind(Statements statements, Path file, Run run, long after)
      throws SQLException {
    return after >= run.entries()
        ? List.of()
        : behind(file.toString(), run, rows(statements, run, after), after);
  }

  /**
   * Checks the rows of a whole run, the first one first.
   *
   * @param place the journal, for people
   * @throws ai.stigmer.graphton.error.ProblemException as {@link #read}
   */
  static Chain of(String place, Run run, List<Row> rows) {
    var checked = new Checked(place, run, 0, EntryChain.START);
    for (Row row : rows) {
      checked.add(row);
    }
    return new Chain(checked.entries(), run.last(), checked.hash);
  }

  /**
   * Checks the rows behind a place.
   *
   * @param rows from the one at that place on, whose hash is taken for right
   * @param after the place, from 1
   * @throws ai.stigmer.graphton.error.ProblemException as {@link #read}
   */
  static List<Recorded> behind(String place, Run run, List<Row> rows, long after) {
    Row known = rows.isEmpty() ? null : rows.getFirst();
    if (known == null || known.seq() != after || known.hash() == null) {
      throw StoreProblems.damagedRun(place, run.runId(), after);
    }
    var checked = new Checked(place, run, after, known.hash());
    for (Row row : rows.subList(1, rows.size())) {
      checked.add(row);
    }
    return List.copyOf(checked.entries());
  }

  /** Entries whose hashes fit, as far as they were looked at. */
  private static final class Checked {
    private final String place;
    private final Run run;
    private final List<Recorded> entries = new ArrayList<>();
    private long seq;
    private String hash;

    Checked(String place, Run run, long after, String hash) {
      this.place = place;
      this.run = run;
      this.seq = after;
      this.hash = hash;
    }

    void add(Row row) {
      seq++;
      String body = row.body();
      if (row.seq() != seq || (body == null && row.parts() == null)) {
        throw StoreProblems.damagedRun(place, run.runId(), seq);
      }
      if (body == null) {
        throw StoreProblems.damagedBlob(place, run.runId(), seq);
      }
      hash = EntryChain.next(hash, seq, row.time(), body);
      if (!hash.equals(row.hash())) {
        throw StoreProblems.damagedRun(place, run.runId(), seq);
      }
      entries.add(new Recorded(seq, Instant.ofEpochMilli(row.time()), EntryCodec.decode(body)));
    }

    /** All of them; the run's row knows how many there must be. */
    List<Recorded> entries() {
      if (seq != run.entries()) {
        throw StoreProblems.damagedRun(place, run.runId(), seq + 1);
      }
      return entries;
    }
  }

  /** The rows of a whole run, the first one first. */
  static List<Row> rows(Connection connection, Run run) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(ROWS_FROM)) {
      return rows(connection, statement, run, Long.MIN_VALUE);
    }
  }

  /** The same for whoever asks often. */
  static List<Row> rows(Statements statements, Run run) throws SQLException {
    return rows(statements, run, Long.MIN_VALUE);
  }

  /** The rows of a run from a place on, the first one first. */
  private static List<Row> rows(Statements statements, Run run, long from) throws SQLException {
    return rows(statements.connection(), statements.of(ROWS_FROM), run, from);
  }

  private static List<Row> rows(
      Connection connection, PreparedStatement statement, Run run, long from) throws SQLException {
    statement.setLong(1, run.last());
    statement.setLong(2, from);
    return rows(connection, statement).reversed();
  }

  /** The rows that a statement finds, with their long texts. */
  static List<Row> rows(Connection connection, PreparedStatement statement) throws SQLException {
    var found = new ArrayList<Row>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        found.add(Row.of(rows));
      }
    }
    for (int i = 0; i < found.size(); i++) {
      found.set(i, found.get(i).whole(connection));
    }
    return found;
  }
}
