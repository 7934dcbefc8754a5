package ai.stigmer.store;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.EntryCodec;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.store.Blobs.Blob;
import ai.stigmer.store.Blobs.Cut;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;

/** One claim of one run. Its position is guarded by its own monitor. */
final class RunWriter implements JournalWriter {
  /** A key is given again once its run is gone, a run's id never is: so both must fit. */
  private static final String INSERT =
      "INSERT INTO entries(execution, seq, previous, epoch, time, body, hash, parts)"
          + " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8"
          + " WHERE (SELECT epoch FROM executions WHERE id = ?1 AND run_id = ?9) = ?4"
          + " RETURNING id";

  private static final String ADVANCE = "UPDATE executions SET entries = ?, last = ? WHERE id = ?";
  private static final String GIVE_BACK =
      "UPDATE executions SET holder = '' WHERE id = ? AND run_id = ? AND epoch = ?";

  private final GroupCommit writing;
  private final InstantSource clock;
  private final Claim claim;
  private final List<Recorded> before;
  private Position at;
  private boolean dead;
  private boolean closed;

  /**
   * The right to write a run.
   *
   * @param execution the key of its row
   */
  record Claim(String runId, long execution, long epoch) {}

  /** The end of a run: how many entries it has, the key and the hash of the last one. */
  private record Position(long seq, long key, String hash) {}

  RunWriter(GroupCommit writing, InstantSource clock, Claim claim, Chain chain) {
    this.writing = writing;
    this.clock = clock;
    this.claim = claim;
    this.before = chain.entries();
    this.at = new Position(before.size(), chain.last(), chain.hash());
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
    long time = clock.millis();
    List<String> bodies = entries.stream().map(EntryCodec::encode).toList();
    try {
      at = writing.commit(_ -> insert(bodies, time));
    } catch (ProblemException e) {
      dead = true;
      throw e;
    }
    return at.seq();
  }

  private Position insert(List<String> bodies, long time) throws SQLException {
    Position next = at;
    for (String body : bodies) {
      next = insert(next, body, time);
    }
    PreparedStatement advance = writing.prepared(ADVANCE);
    advance.setLong(1, next.seq());
    advance.setLong(2, next.key());
    advance.setLong(3, claim.execution());
    advance.executeUpdate();
    return next;
  }

  private Position insert(Position after, String body, long time) throws SQLException {
    long seq = after.seq() + 1;
    String hash = EntryChain.next(after.hash(), seq, time, body);
    Cut cut = Blobs.cut(body);
    PreparedStatement insert = writing.prepared(INSERT);
    insert.setLong(1, claim.execution());
    insert.setLong(2, seq);
    insert.setLong(3, after.key());
    insert.setLong(4, claim.epoch());
    insert.setLong(5, time);
    insert.setString(6, cut.body());
    insert.setString(7, hash);
    insert.setString(8, cut.parts());
    insert.setString(9, claim.runId());
    try (ResultSet key = insert.executeQuery()) {
      if (!key.next()) {
        throw StoreProblems.takenOver(claim.runId());
      }
      keep(cut.blobs());
      return new Position(seq, key.getLong(1), hash);
    }
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
