package ai.stigmer.store;

import ai.stigmer.store.PostgresPool.Commit;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/*
 * A process that lives renews its lease, so a run that it could not give back would stay its own for ever.
 */
/**
 * Claims that their writers have given up, until the database has heard of it.
 *
 * <p>Thread contract: thread-safe.
 */
final class PostgresReturns {
  private static final String GIVE_BACK =
      "UPDATE executions SET holder = '' WHERE id = ? AND run_id = ? AND epoch = ?";

  private final PostgresPool pool;
  private final Set<RunWriter.Claim> owed = ConcurrentHashMap.newKeySet();

  PostgresReturns(PostgresPool pool) {
    this.pool = pool;
  }

  /** Nobody writes under the claim any more. */
  void giveBack(RunWriter.Claim claim) {
    owed.add(claim);
    tell(claim);
  }

  /** Tells the database what it has not heard yet. */
  void giveBackAgain() {
    owed.forEach(this::tell);
  }

  /** Whether a run that stands as this process's own is nobody's. */
  boolean isOwed(Runs.Run run) {
    return owed.contains(new RunWriter.Claim(run.runId(), run.id(), run.epoch()));
  }

  private void tell(RunWriter.Claim claim) {
    try {
      pool.once(Commit.EACH, connection -> update(connection, claim));
      owed.remove(claim);
    } catch (SQLException e) {
      // The next time.
    }
  }

  private static Boolean update(Connection connection, RunWriter.Claim claim) throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(GIVE_BACK)) {
      update.setLong(1, claim.execution());
      update.setString(2, claim.runId());
      update.setLong(3, claim.epoch());
      return update.executeUpdate() == 1;
    }
  }
}
