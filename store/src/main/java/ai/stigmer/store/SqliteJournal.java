package ai.stigmer.store;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.EntryCodec;
import ai.stigmer.graphton.journal.Inbox;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.journal.Recorded;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/*
 * Entries of all runs lie in one table in the order in which they came, without an index: a commit of a thousand runs
 * then fills a few pages instead of touching a page for each run. A run's row knows how many entries it has and which
 * is the last, and each entry knows the one before it; so a run is read from its end.
 */
/**
 * The journal in one SQLite file. An append returns when it is on the disk; appends of many runs
 * share commits.
 *
 * <p>Thread contract: thread-safe, also across processes that open the same file on a local disk.
 * Network file systems are not safe.
 */
public final class SqliteJournal implements Journal {
  private static final String INSERT =
      "INSERT INTO entries(execution, seq, previous, epoch, time, body, hash)"
          + " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7"
          + " WHERE (SELECT epoch FROM executions WHERE id = ?1) = ?4 RETURNING id";
  private static final String ADVANCE = "UPDATE executions SET entries = ?, last = ? WHERE id = ?";
  private static final String READ =
      "WITH RECURSIVE run(id, seq, previous, time, body, hash) AS ("
          + "SELECT id, seq, previous, time, body, hash FROM entries WHERE id = ? UNION ALL"
          + " SELECT e.id, e.seq, e.previous, e.time, e.body, e.hash FROM entries e"
          + " JOIN run ON e.id = run.previous AND e.id < run.id)"
          + " SELECT seq, time, body, hash FROM run";
  private static final String FIND =
      "SELECT id, owner, holder, epoch, entries, last FROM executions WHERE run_id = ?";
  private static final String LIST =
      "SELECT run_id, owner, created, entries, (SELECT time FROM entries WHERE id = last)"
          + " FROM executions ORDER BY id DESC LIMIT ?";

  private final Path file;
  private final InstantSource clock;
  private final Predicate<String> alive;
  private final Connection reading;
  private final @Nullable GroupCommit writing;
  private final Inbox inbox;

  private SqliteJournal(
      Path file,
      InstantSource clock,
      Predicate<String> alive,
      Connection reading,
      @Nullable GroupCommit writing) {
    this.file = file;
    this.clock = clock;
    this.alive = alive;
    this.reading = reading;
    this.writing = writing;
    this.inbox = new SqliteInbox(file, clock, reading, () -> writing(file, writing));
  }

  /** Loads SQLite. Worth doing early, on another thread; {@link #open} does it otherwise. */
  public static void warmUp(Path home) {
    NativeLibrary.load(home);
  }

  /**
   * Opens the file, or makes it, readable for its owner only.
   *
   * @throws ProblemException E503 damaged or no journal, E506 disk, E508 newer schema, E509 locked,
   *     E510 read-only
   */
  public static SqliteJournal open(Path file, InstantSource clock) {
    return open(file, clock, Owners.ALIVE);
  }

  static SqliteJournal open(Path file, InstantSource clock, Predicate<String> alive) {
    NativeLibrary.load(home(file));
    var writing = new GroupCommit(file, Database.open(file));
    try {
      return new SqliteJournal(file, clock, alive, Database.openReadOnly(file), writing);
    } catch (RuntimeException e) {
      writing.close();
      throw e;
    }
  }

  /**
   * Opens the file for reading; {@link #create} and {@link #claim} are refused with E510.
   *
   * @throws ProblemException as {@link #open}
   */
  public static SqliteJournal openReadOnly(Path file, InstantSource clock) {
    NativeLibrary.load(home(file));
    return new SqliteJournal(file, clock, Owners.ALIVE, Database.openReadOnly(file), null);
  }

  @Override
  public JournalWriter create(String runId, String owner) {
    String holder = Owners.current();
    long id =
        writing()
            .commit(
                connection -> {
                  if (find(connection, runId) != null) {
                    throw StoreProblems.exists(runId);
                  }
                  return insertRun(connection, runId, owner, holder);
                });
    return new Writer(runId, id, 1, new Chain(List.of(), 0, EntryChain.START));
  }

  @Override
  public JournalWriter claim(String runId, String owner) {
    String holder = Owners.current();
    return writing()
        .commit(
            connection -> {
              Run run = find(connection, runId);
              if (run == null) {
                throw missing(connection, runId);
              }
              if (!run.holder().isEmpty() && alive.test(run.holder())) {
                throw StoreProblems.owned(
                    runId,
                    run.owner(),
                    run.holder(),
                    since(chain(connection, run, runId).entries()));
              }
              Chain chain = chain(connection, run, runId);
              try (PreparedStatement update =
                  connection.prepareStatement(
                      "UPDATE executions SET epoch = ?, owner = ?, holder = ? WHERE id = ?")) {
                update.setLong(1, run.epoch() + 1);
                update.setString(2, owner);
                update.setString(3, holder);
                update.setLong(4, run.id());
                update.executeUpdate();
              }
              return new Writer(runId, run.id(), run.epoch() + 1, chain);
            });
  }

  /** When the present owner wrote its first entry; empty while it has written none. */
  private static Optional<Instant> since(List<Recorded> entries) {
    return entries.reversed().stream()
        .filter(
            recorded ->
                recorded.entry() instanceof JournalEntry.RunStarted
                    || recorded.entry() instanceof JournalEntry.RunResumed)
        .findFirst()
        .map(Recorded::time);
  }

  @Override
  public List<Recorded> read(String runId) {
    synchronized (reading) {
      try {
        Run run = find(reading, runId);
        if (run == null) {
          throw missing(reading, runId);
        }
        return chain(reading, run, runId).entries();
      } catch (SQLException e) {
        throw StoreProblems.of(file, e);
      }
    }
  }

  @Override
  public List<RunSummary> list(int limit) {
    synchronized (reading) {
      try (PreparedStatement select = reading.prepareStatement(LIST)) {
        select.setInt(1, limit);
        var runs = new ArrayList<RunSummary>();
        try (ResultSet rows = select.executeQuery()) {
          while (rows.next()) {
            Instant created = Instant.ofEpochMilli(rows.getLong(3));
            long updated = rows.getLong(5);
            runs.add(
                new RunSummary(
                    rows.getString(1),
                    created,
                    updated == 0 ? created : Instant.ofEpochMilli(updated),
                    rows.getLong(4),
                    rows.getString(2)));
          }
        }
        return List.copyOf(runs);
      } catch (SQLException e) {
        throw StoreProblems.of(file, e);
      }
    }
  }

  @Override
  public Inbox inbox() {
    return inbox;
  }

  @Override
  public void close() {
    synchronized (reading) {
      try {
        reading.close();
      } catch (SQLException e) {
        throw StoreProblems.of(file, e);
      }
    }
    if (writing != null) {
      writing.close();
    }
  }

  private GroupCommit writing() {
    return writing(file, writing);
  }

  private static GroupCommit writing(Path file, @Nullable GroupCommit writing) {
    if (writing == null) {
      throw StoreProblems.readOnly(file);
    }
    return writing;
  }

  private static Path home(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    return folder == null ? file.toAbsolutePath() : folder;
  }

  /**
   * A row of the table of runs.
   *
   * @param entries how many entries the run has
   * @param last the key of its last entry, 0 when it has none
   */
  private record Run(long id, String owner, String holder, long epoch, long entries, long last) {}

  private static @Nullable Run find(Connection connection, String runId) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(FIND)) {
      select.setString(1, runId);
      try (ResultSet rows = select.executeQuery()) {
        return rows.next()
            ? new Run(
                rows.getLong(1),
                rows.getString(2),
                rows.getString(3),
                rows.getLong(4),
                rows.getLong(5),
                rows.getLong(6))
            : null;
      }
    }
  }

  /** A run that cannot be found is not there, or the table of runs is damaged. */
  private ProblemException missing(Connection connection, String runId) throws SQLException {
    return Database.text(connection, "PRAGMA integrity_check(executions)").equals("ok")
        ? StoreProblems.noSuchRun(runId)
        : StoreProblems.damagedList(file);
  }

  private Long insertRun(Connection connection, String runId, String owner, String holder)
      throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO executions(run_id, owner, holder, epoch, created) VALUES(?, ?, ?, 1, ?)"
                + " RETURNING id")) {
      insert.setString(1, runId);
      insert.setString(2, owner);
      insert.setString(3, holder);
      insert.setLong(4, clock.millis());
      try (ResultSet rows = insert.executeQuery()) {
        rows.next();
        return rows.getLong(1);
      }
    }
  }

  /**
   * A run's entries, checked.
   *
   * @param last the key of the last one
   * @param hash the hash of the last one
   */
  private record Chain(List<Recorded> entries, long last, String hash) {}

  private record Row(long seq, long time, @Nullable String body, @Nullable String hash) {}

  private Chain chain(Connection connection, Run run, String runId) throws SQLException {
    var entries = new ArrayList<Recorded>();
    String hash = EntryChain.START;
    for (Row row : rows(connection, run).reversed()) {
      if (row.body() == null || row.seq() != entries.size() + 1L) {
        throw StoreProblems.damagedRun(file, runId, entries.size() + 1L);
      }
      hash = EntryChain.next(hash, row.seq(), row.time(), row.body());
      if (!hash.equals(row.hash())) {
        throw StoreProblems.damagedRun(file, runId, entries.size() + 1L);
      }
      entries.add(
          new Recorded(row.seq(), Instant.ofEpochMilli(row.time()), EntryCodec.decode(row.body())));
    }
    if (entries.size() != run.entries()) {
      throw StoreProblems.damagedRun(file, runId, entries.size() + 1L);
    }
    return new Chain(List.copyOf(entries), run.last(), hash);
  }

  /** The run's rows, the last one first. */
  private static List<Row> rows(Connection connection, Run run) throws SQLException {
    var found = new ArrayList<Row>();
    try (PreparedStatement select = connection.prepareStatement(READ)) {
      select.setLong(1, run.last());
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          found.add(
              new Row(rows.getLong(1), rows.getLong(2), rows.getString(3), rows.getString(4)));
        }
      }
    }
    return found;
  }

  /** The end of a run: how many entries it has, the key and the hash of the last one. */
  private record Position(long seq, long key, String hash) {}

  /** One claim. Its position is guarded by its own monitor. */
  private final class Writer implements JournalWriter {
    private final String runId;
    private final long execution;
    private final long epoch;
    private final List<Recorded> before;
    private Position at;
    private boolean dead;
    private boolean closed;

    Writer(String runId, long execution, long epoch, Chain chain) {
      this.runId = runId;
      this.execution = execution;
      this.epoch = epoch;
      this.before = chain.entries();
      this.at = new Position(before.size(), chain.last(), chain.hash());
    }

    @Override
    public String runId() {
      return runId;
    }

    @Override
    public long epoch() {
      return epoch;
    }

    @Override
    public List<Recorded> before() {
      return before;
    }

    @Override
    public synchronized long append(List<JournalEntry> entries) {
      if (dead) {
        throw StoreProblems.takenOver(runId);
      }
      long time = clock.millis();
      List<String> bodies = entries.stream().map(EntryCodec::encode).toList();
      try {
        at = writing().commit(_ -> insert(bodies, time));
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
      PreparedStatement advance = writing().prepared(ADVANCE);
      advance.setLong(1, next.seq());
      advance.setLong(2, next.key());
      advance.setLong(3, execution);
      advance.executeUpdate();
      return next;
    }

    private Position insert(Position after, String body, long time) throws SQLException {
      long seq = after.seq() + 1;
      String hash = EntryChain.next(after.hash(), seq, time, body);
      PreparedStatement insert = writing().prepared(INSERT);
      insert.setLong(1, execution);
      insert.setLong(2, seq);
      insert.setLong(3, after.key());
      insert.setLong(4, epoch);
      insert.setLong(5, time);
      insert.setString(6, body);
      insert.setString(7, hash);
      try (ResultSet key = insert.executeQuery()) {
        if (!key.next()) {
          throw StoreProblems.takenOver(runId);
        }
        return new Position(seq, key.getLong(1), hash);
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
        writing().commit(this::giveBack);
      } catch (ProblemException e) {
        // The next claim finds this process dead, or the run taken over.
      }
    }

    private Boolean giveBack(Connection connection) throws SQLException {
      try (PreparedStatement update =
          connection.prepareStatement(
              "UPDATE executions SET holder = '' WHERE id = ? AND epoch = ?")) {
        update.setLong(1, execution);
        update.setLong(2, epoch);
        return update.executeUpdate() == 1;
      }
    }
  }
}
