package ai.stigmer.store;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.EntryCodec;
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
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The journal in one SQLite file. An append returns when it is on the disk; appends of many runs
 * share commits.
 *
 * <p>Thread contract: thread-safe, also across processes that open the same file on a local disk.
 * Network file systems are not safe.
 */
public final class SqliteJournal implements Journal {
  private static final String INSERT =
      "INSERT INTO entries(execution, seq, epoch, time, body, hash)"
          + " SELECT ?, ?, ?, ?, ?, ? WHERE (SELECT epoch FROM executions WHERE id = ?) = ?";
  private static final String READ =
      "SELECT seq, time, body, hash FROM entries WHERE execution = ? ORDER BY seq";
  private static final String FIND =
      "SELECT id, owner, holder, epoch, sealed FROM executions WHERE run_id = ?";
  private static final String LIST =
      "SELECT run_id, owner, created,"
          + " (SELECT max(seq) FROM entries WHERE execution = executions.id),"
          + " (SELECT time FROM entries WHERE execution = executions.id ORDER BY seq DESC LIMIT 1)"
          + " FROM executions ORDER BY id DESC LIMIT ?";

  private final Path file;
  private final InstantSource clock;
  private final Predicate<String> alive;
  private final Connection reading;
  private final @Nullable GroupCommit writing;

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
    return new Writer(runId, id, 1, List.of(), EntryChain.START);
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
                throw StoreProblems.owned(runId, run.owner() + " (" + run.holder() + ")");
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
              return new Writer(runId, run.id(), run.epoch() + 1, chain.entries(), chain.last());
            });
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
   * @param sealed how many entries there were when the last writer gave the run back; there can be
   *     more, never less
   */
  private record Run(long id, String owner, String holder, long epoch, long sealed) {}

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
                rows.getLong(5))
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

  private record Chain(List<Recorded> entries, String last) {}

  private Chain chain(Connection connection, Run run, String runId) throws SQLException {
    var entries = new ArrayList<Recorded>();
    String last = EntryChain.START;
    try (PreparedStatement select = connection.prepareStatement(READ)) {
      select.setLong(1, run.id());
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          long seq = rows.getLong(1);
          long time = rows.getLong(2);
          String body = rows.getString(3);
          last = EntryChain.next(last, seq, time, body);
          if (seq != entries.size() + 1L || !last.equals(rows.getString(4))) {
            throw StoreProblems.damagedRun(file, runId, entries.size() + 1L);
          }
          entries.add(new Recorded(seq, Instant.ofEpochMilli(time), EntryCodec.decode(body)));
        }
      }
    }
    if (entries.size() < run.sealed()) {
      throw StoreProblems.damagedRun(file, runId, entries.size() + 1L);
    }
    return new Chain(List.copyOf(entries), last);
  }

  /** One claim. Its position and hash are guarded by its own monitor. */
  private final class Writer implements JournalWriter {
    private final String runId;
    private final long execution;
    private final long epoch;
    private final List<Recorded> before;
    private long seq;
    private String hash;
    private boolean dead;
    private boolean closed;

    Writer(String runId, long execution, long epoch, List<Recorded> before, String hash) {
      this.runId = runId;
      this.execution = execution;
      this.epoch = epoch;
      this.before = before;
      this.seq = before.size();
      this.hash = hash;
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
        hash = writing().commit(connection -> insert(connection, bodies, time));
      } catch (ProblemException e) {
        dead = true;
        throw e;
      }
      seq += bodies.size();
      return seq;
    }

    private String insert(Connection connection, List<String> bodies, long time)
        throws SQLException {
      String last = hash;
      long position = seq;
      try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
        for (String body : bodies) {
          position++;
          last = EntryChain.next(last, position, time, body);
          insert.setLong(1, execution);
          insert.setLong(2, position);
          insert.setLong(3, epoch);
          insert.setLong(4, time);
          insert.setString(5, body);
          insert.setString(6, last);
          insert.setLong(7, execution);
          insert.setLong(8, epoch);
          if (insert.executeUpdate() != 1) {
            throw StoreProblems.takenOver(runId);
          }
        }
      }
      return last;
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
              "UPDATE executions SET holder = '', sealed = ? WHERE id = ? AND epoch = ?")) {
        update.setLong(1, seq);
        update.setLong(2, execution);
        update.setLong(3, epoch);
        return update.executeUpdate() == 1;
      }
    }
  }
}
