package ai.stigmer.store;

import ai.stigmer.graphton.cancel.CancelToken.Registration;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.Inbox;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.store.PostgresPool.Commit;
import ai.stigmer.store.Runs.Run;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The journal in a PostgreSQL database, for processes on many machines. An append returns when the
 * server has committed it. While the database is away, whoever needs it waits; what was asked for
 * when a connection was lost is settled by looking, never by doing it twice.
 *
 * <p>Thread contract: thread-safe, also across processes and machines.
 */
public final class PostgresJournal implements Journal {
  private static final String LIST =
      "SELECT run_id, owner, created, entries,"
          + " (SELECT time FROM entries WHERE execution = id AND seq = executions.entries)"
          + " FROM executions ORDER BY id DESC LIMIT ?";
  private static final String INSERT =
      "INSERT INTO executions(run_id, owner, holder, claim, epoch, created)"
          + " VALUES(?, ?, ?, ?, 1, ?) ON CONFLICT (run_id) DO NOTHING RETURNING id";
  private static final String CLAIM =
      "UPDATE executions SET epoch = epoch + 1, owner = ?, holder = ?, claim = ? WHERE id = ?";
  private static final String IS_CLAIM = "SELECT 1 FROM executions WHERE id = ? AND claim = ?";

  private final PostgresPool pool;
  private final PostgresAppends appends;
  private final PostgresReturns returns;
  private final InstantSource clock;
  private final Predicate<String> alive;
  private final @Nullable PostgresLease lease;
  private final boolean isEmpty;
  private final PostgresNews news;
  private final PostgresInbox inbox;

  private PostgresJournal(
      PostgresPool pool,
      PostgresReturns returns,
      InstantSource clock,
      Predicate<String> alive,
      @Nullable PostgresLease lease,
      boolean isEmpty) {
    this.pool = pool;
    this.returns = returns;
    this.appends = new PostgresAppends(pool);
    this.clock = clock;
    this.alive = alive;
    this.lease = lease;
    this.isEmpty = isEmpty;
    this.news = new PostgresNews(pool);
    this.inbox = new PostgresInbox(pool, clock, news);
  }

  /**
   * Connects, and makes the tables where there are none.
   *
   * @param notes is told when the database goes away during a run, and when it is back; a line each
   * @throws ProblemException E508 newer schema, E510 no right to write, E530 not reached, E531 user
   *     or password, E533 no such database
   */
  public static PostgresJournal open(PostgresUrl url, InstantSource clock, Consumer<String> notes) {
    return open(url, clock, notes, Owners::mayLive, PostgresPool.PATIENCE);
  }

  static PostgresJournal open(
      PostgresUrl url,
      InstantSource clock,
      Consumer<String> notes,
      Predicate<String> alive,
      Duration patience) {
    PostgresPool pool = PostgresPool.open(url, patience, notes);
    try {
      int version = pool.work(Commit.EACH, PostgresSchema::version);
      PostgresSchema.check(url, version);
      if (version < PostgresSchema.PRESENT) {
        pool.work(
            Commit.TOGETHER,
            connection -> {
              PostgresSchema.bringUp(url, connection);
              return true;
            });
      }
      var returns = new PostgresReturns(pool);
      PostgresLease lease = PostgresLease.take(pool, Owners.current(), returns::giveBackAgain);
      return new PostgresJournal(pool, returns, clock, alive, lease, false);
    } catch (RuntimeException e) {
      pool.close();
      throw e;
    }
  }

  /**
   * Connects for reading; {@link #create} and {@link #claim} are refused with E510. A database
   * without tables is a journal of no runs.
   *
   * @throws ProblemException as {@link #open}
   */
  public static PostgresJournal openReadOnly(PostgresUrl url, InstantSource clock) {
    PostgresPool pool = PostgresPool.open(url, Duration.ZERO, _ -> {});
    try {
      int version = pool.work(Commit.EACH, PostgresSchema::version);
      PostgresSchema.check(url, version);
      return new PostgresJournal(
          pool, new PostgresReturns(pool), clock, Owners::mayLive, null, version == 0);
    } catch (RuntimeException e) {
      pool.close();
      throw e;
    }
  }

  @Override
  public JournalWriter create(String runId, String owner) {
    requireWriting();
    String token = UUID.randomUUID().toString();
    long id = pool.work(Commit.TOGETHER, connection -> insert(connection, runId, owner, token));
    return writer(new RunWriter.Claim(runId, id, 1), Chain.EMPTY);
  }

  /** The key of the new run; one that stands there with this token is the one that we made. */
  private Long insert(Connection connection, String runId, String owner, String token)
      throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      insert.setString(1, runId);
      insert.setString(2, owner);
      insert.setString(3, Owners.current());
      insert.setString(4, token);
      insert.setLong(5, clock.millis());
      try (ResultSet row = insert.executeQuery()) {
        if (row.next()) {
          return row.getLong(1);
        }
      }
    }
    Run run = PostgresRuns.find(connection, runId, PostgresRuns.Hold.NO);
    if (run == null || !isClaim(connection, run, token)) {
      throw StoreProblems.exists(runId);
    }
    return run.id();
  }

  @Override
  public JournalWriter claim(String runId, String owner) {
    return claim(runId, owner, _ -> true);
  }

  @Override
  public JournalWriter reclaim(String runId, String owner) {
    return claim(runId, owner, run -> !run.owner().equals(owner));
  }

  private JournalWriter claim(String runId, String owner, Predicate<Run> respected) {
    requireWriting();
    String token = UUID.randomUUID().toString();
    return pool.work(
        Commit.TOGETHER, connection -> claim(connection, runId, owner, token, respected));
  }

  /**
   * @param respected the run's present owner, should it live, is not pushed aside
   */
  private JournalWriter claim(
      Connection connection, String runId, String owner, String token, Predicate<Run> respected)
      throws SQLException {
    Run run = PostgresRuns.require(connection, runId, PostgresRuns.Hold.UNTIL_COMMIT);
    if (isClaim(connection, run, token)) {
      return writer(
          new RunWriter.Claim(runId, run.id(), run.epoch()),
          PostgresRuns.chain(connection, pool.url(), run));
    }
    boolean isHeld = respected.test(run) && !returns.isOwed(run) && isHeld(connection, run, alive);
    Chain chain = PostgresRuns.chain(connection, pool.url(), run);
    if (isHeld) {
      throw StoreProblems.owned(
          runId, run.owner(), run.holder(), SqliteJournal.since(chain.entries()));
    }
    try (PreparedStatement update = connection.prepareStatement(CLAIM)) {
      update.setString(1, owner);
      update.setString(2, Owners.current());
      update.setString(3, token);
      update.setLong(4, run.id());
      update.executeUpdate();
    }
    return writer(new RunWriter.Claim(runId, run.id(), run.epoch() + 1), chain);
  }

  private static boolean isClaim(Connection connection, Run run, String token) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(IS_CLAIM)) {
      select.setLong(1, run.id());
      select.setString(2, token);
      try (ResultSet row = select.executeQuery()) {
        return row.next();
      }
    }
  }

  /** Whether somebody who may live, and says so, writes the run. */
  static boolean isHeld(Connection connection, Run run, Predicate<String> alive)
      throws SQLException {
    return !run.holder().isEmpty()
        && alive.test(run.holder())
        && PostgresLease.isFresh(connection, run.holder());
  }

  @Override
  public Hold hold(String runId) {
    return pool.work(
        Commit.EACH,
        connection -> {
          Run run = PostgresRuns.require(connection, runId, PostgresRuns.Hold.NO);
          return hold(run, _ -> isHeld(connection, run, alive));
        });
  }

  private Hold hold(Run run, Held held) throws SQLException {
    if (run.holder().isEmpty() || returns.isOwed(run)) {
      return Hold.NOBODY;
    }
    if (run.holder().equals(Owners.current())) {
      return Hold.HERE;
    }
    return held.by(run.holder()) ? Hold.ELSEWHERE : Hold.LOST;
  }

  /** Whether a holder may live, and says so. */
  @FunctionalInterface
  private interface Held {
    boolean by(String holder) throws SQLException;
  }

  /** One statement, and one more for each process that holds some of them. */
  @Override
  public Map<String, Head> heads(Collection<String> runIds) {
    return isEmpty || runIds.isEmpty()
        ? Map.of()
        : pool.work(Commit.EACH, connection -> heads(connection, runIds));
  }

  private Map<String, Head> heads(Connection connection, Collection<String> runIds)
      throws SQLException {
    var heads = new HashMap<String, Head>();
    var living = new HashMap<String, Boolean>();
    for (Run run : PostgresRuns.all(connection, runIds)) {
      Boolean known = living.get(run.holder());
      boolean lives = known == null ? isHeld(connection, run, alive) : known;
      living.put(run.holder(), lives);
      heads.put(run.runId(), new Head(run.entries(), hold(run, _ -> lives)));
    }
    return heads;
  }

  private JournalWriter writer(RunWriter.Claim claim, Chain chain) {
    return new PostgresWriter(
        returns, appends, clock, claim, chain, () -> news.appended(claim.runId()));
  }

  @Override
  public List<Recorded> read(String runId) {
    if (isEmpty) {
      throw StoreProblems.noSuchRun(runId);
    }
    return pool.work(
        Commit.TOGETHER,
        connection -> {
          connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
          Run run = PostgresRuns.require(connection, runId, PostgresRuns.Hold.NO);
          return PostgresRuns.chain(connection, pool.url(), run).entries();
        });
  }

  @Override
  public List<Recorded> read(String runId, long after) {
    if (after == 0 || isEmpty) {
      return read(runId);
    }
    return pool.work(
        Commit.TOGETHER,
        connection -> {
          connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
          Run run = PostgresRuns.require(connection, runId, PostgresRuns.Hold.NO);
          return PostgresRuns.behind(connection, pool.url(), run, after);
        });
  }

  @Override
  public Registration watch(Consumer<String> appended) {
    return news.watch(appended);
  }

  @Override
  public List<RunSummary> list(int limit) {
    return isEmpty ? List.of() : pool.work(Commit.EACH, connection -> list(connection, limit));
  }

  private static List<RunSummary> list(Connection connection, int limit) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(LIST)) {
      select.setInt(1, limit);
      return SqliteJournal.summaries(select);
    }
  }

  @Override
  public Optional<String> id() {
    return pool.work(Commit.EACH, PostgresSchema::id);
  }

  @Override
  public Inbox inbox() {
    return isEmpty ? Inbox.NONE : inbox;
  }

  @Override
  public void close() {
    if (lease != null) {
      lease.close();
    }
    news.close();
    pool.close();
  }

  private void requireWriting() {
    if (lease == null) {
      throw PostgresProblems.openedForReading(pool.url());
    }
  }
}
