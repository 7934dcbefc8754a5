package ai.stigmer.store;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.store.Blobs.Blob;
import ai.stigmer.store.Prepared.End;
import ai.stigmer.store.Prepared.Line;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;

/** One claim of one run. Its position is guarded by its own monitor. */
final class RunWriter implements JournalWriter {
  /** A key is given again once its run is gone, a run's id never is: so both must fit. */
  private static final String ADVANCE =
      "UPDATE executions SET entries = ?, last = ? WHERE id = ? AND run_id = ? AND epoch = ?";

  private static final String INSERT =
      "INSERT INTO entries(id, execution, seq, previous, epoch, time, body, hash, parts)"
          + " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)";
  private static final String GIVE_BACK =
      "UPDATE executions SET holder = '' WHERE id = ? AND run_id = ? AND epoch = ?";

  private final GroupCommit writing;
  private final InstantSource clock;
  private final Claim claim;
  private final List<Recorded> before;
  private End at;
  private long last;
  private boolean dead;
  private boolean closed;

  /**
   * The right to write a run.
   *
   * @param execution the key of its row
   */
  record Claim(String runId, long execution, long epoch) {}

  RunWriter(GroupCommit writing, InstantSource clock, Claim claim, Chain chain) {
    this.writing = writing;
    this.clock = clock;
    this.claim = claim;
    this.before = chain.entries();
    this.at = End.of(chain);
    this.last = chain.last();
  }

  @Override
  public String runId() {
    return claim.runId();
  }

  @Override
  public long epoch() {
    return claim.epoch();
  }

  @Override
  public List<Recorded> before() {
    return before;
  }

  @Override
  public synchronized long append(List<JournalEntry> entries) {
    if (dead) {
      throw StoreProblems.takenOver(claim.runId());
    }
    if (entries.isEmpty()) {
      return at.seq();
    }
    Prepared prepared = Prepared.behind(at, clock.millis(), entries);
    try {
      last = writing.commit(_ -> insert(prepared));
    } catch (ProblemException e) {
      dead = true;
      throw e;
    }
    at = prepared.end();
    return at.seq();
  }

  /** Returns the key of the last entry. */
  private Long insert(Prepared prepared) throws SQLException {
    List<Line> lines = prepared.lines();
    long key = writing.newKeys(lines.size());
    advance(prepared.end().seq(), key + lines.size() - 1);
    long previous = last;
    for (Line line : lines) {
      insert(line, key, previous, prepared.time());
      keep(line.blobs());
      previous = key++;
    }
    return previous;
  }

  /** Moves the run's end, on condition that the run is still ours: so it comes before the rest. */
  private void advance(long entries, long end) throws SQLException {
    PreparedStatement advance = writing.prepared(ADVANCE);
    advance.setLong(1, entries);
    advance.setLong(2, end);
    advance.setLong(3, claim.execution());
    advance.setString(4, claim.runId());
    advance.setLong(5, claim.epoch());
    if (advance.executeUpdate() == 0) {
      throw StoreProblems.takenOver(claim.runId());
    }
  }

  private void insert(Line line, long key, long previous, long time) throws SQLException {
    PreparedStatement insert = writing.prepared(INSERT);
    insert.setLong(1, key);
    insert.setLong(2, claim.execution());
    insert.setLong(3, line.at().seq());
    insert.setLong(4, previous);
    insert.setLong(5, claim.epoch());
    insert.setLong(6, time);
    insert.setString(7, line.body());
    insert.setString(8, line.at().hash());
    insert.setString(9, line.parts());
    insert.executeUpdate();
  }

  private void keep(List<Blob> blobs) throws SQLException {
    for (Blob blob : blobs) {
      PreparedStatement insert = writing.prepared(Blobs.INSERT);
      insert.setString(1, blob.hash());
      insert.setString(2, blob.text());
      insert.executeUpdate();
    }
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    dead = true;
    try {
      writing.commit(this::giveBack);
    } catch (ProblemException e) {
      // The next claim finds this process dead, or the run taken over.
    }
  }

  private Boolean giveBack(Connection connection) throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(GIVE_BACK)) {
      update.setLong(1, claim.execution());
      update.setString(2, claim.runId());
      update.setLong(3, claim.epoch());
      return update.executeUpdate() == 1;
    }
  }
}
