package ai.stigmer.store;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.store.Prepared.End;
import java.time.InstantSource;
import java.util.List;

/** One claim of one run in PostgreSQL. Its position is guarded by its own monitor. */
final class PostgresWriter implements JournalWriter {
  private final PostgresReturns returns;
  private final PostgresAppends appends;
  private final InstantSource clock;
  private final RunWriter.Claim claim;
  private final Runnable appended;
  private final List<Recorded> before;
  private End at;
  private boolean dead;
  private boolean closed;

  /**
   * @param appended is told after each append, on the appending thread
   */
  PostgresWriter(
      PostgresReturns returns,
      PostgresAppends appends,
      InstantSource clock,
      RunWriter.Claim claim,
      Chain chain,
      Runnable appended) {
    this.returns = returns;
    this.appends = appends;
    this.clock = clock;
    this.claim = claim;
    this.appended = appended;
    this.before = chain.entries();
    this.at = End.of(chain);
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
    try {
      Prepared prepared = Prepared.behind(at, clock.millis(), entries);
      appends.append(claim, at, prepared);
      at = prepared.end();
    } catch (ProblemException e) {
      dead = true;
      throw e;
    }
    appended.run();
    return at.seq();
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    dead = true;
    returns.giveBack(claim);
  }
}
