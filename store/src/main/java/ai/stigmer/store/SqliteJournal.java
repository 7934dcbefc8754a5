package ai.stigmer.store;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.Inbox;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.store.Chain.Row;
import ai.stigmer.store.Runs.Run;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
  private static final String LIST =
      "SELECT run_id, owner, created, entries, (SELECT time FROM entries WHERE id = last)"
          + " FROM executions ORDER BY id DESC LIMIT ?";

  private final Path file;
  private final InstantSource clock;
  private final Predicate<String> alive;
  private final Statements reading;
  private final @Nullable GroupCommit writing;
  private final Inbox inbox;

  SqliteJournal(
      Path file,
      InstantSource clock,
      Predicate<String> alive,
      Connection reading,
      @Nullable GroupCommit writing) {
    this.file = file;
    this.clock = clock;
    this.alive = alive;
    this.reading = new Statements(reading);
    this.writing = writing;
    this.inbox = new SqliteInbox(file, clock, this.reading, () -> writing(file, writing));
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
    NativeLibrary.load(Database.home(file));
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
    NativeLibrary.load(Database.home(file));
    return new SqliteJournal(file, clock, Owners.ALIVE, Database.openReadOnly(file), null);
  }

  @Override
  public JournalWriter create(String runId, String owner) {
    String holder = Owners.current();
    long id =
        writing()
            .commit(
                connection -> {
                  if (Runs.find(connection, runId) != null) {
                    throw StoreProblems.exists(runId);
                  }
                  return Runs.insert(connection, runId, owner, holder, clock.millis());
                });
    return new RunWriter(writing(), clock, new RunWriter.Claim(runId, id, 1), Chain.EMPTY);
  }

  @Override
  public JournalWriter claim(String runId, String owner) {
    return claim(runId, owner, run -> alive.test(run.holder()));
  }

  @Override
  public JournalWriter reclaim(String runId, String owner) {
    return claim(runId, owner, run -> !run.owner().equals(owner) && alive.test(run.holder()));
  }

  private JournalWriter claim(String runId, String owner, Predicate<Run> isHeld) {
    String holder = Owners.current();
    GroupCommit commits = writing();
    Seen seen = look(runId); // So that nobody waits for the reading who wants to write.
    return commits.commit(
        connection -> {
          Run run = Runs.require(connection, file, runId);
          Chain chain = seen.isAll(run) ? seen.chain() : Chain.read(connection, file, run);
          if (!run.holder().isEmpty() && isHeld.test(run)) {
            throw StoreProblems.owned(runId, run.owner(), run.holder(), since(chain.entries()));
          }
          long epoch = Runs.claim(connection, run, owner, holder);
          return new RunWriter(commits, clock, new RunWriter.Claim(runId, run.id(), epoch), chain);
        });
  }

  /** A run as it was when somebody looked. */
  private record Seen(Run run, Chain chain) {

    /** Whether the run still ends there. */
    boolean isAll(Run now) {
      return now.id() == run.id() && now.last() == run.last() && now.entries() == run.entries();
    }
  }

  private Seen look(String runId) {
    Run run;
    List<Row> rows;
    synchronized (reading) {
      try {
        run = Runs.require(reading, file, runId);
        rows = Chain.rows(reading, run);
      } catch (SQLException e) {
        throw reading.failed(file, e);
      }
    }
    return new Seen(run, Chain.of(file.toString(), run, rows));
  }

  /** When the present owner wrote its first entry; empty while it has written none. */
  static Optional<Instant> since(List<Recorded> entries) {
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
    return look(runId).chain().entries();
  }

  @Override
  public List<Recorded> read(String runId, long after) {
    if (after == 0) {
      return read(runId);
    }
    synchronized (reading) {
      try {
        return Chain.readBehind(reading, file, Runs.require(reading, file, runId), after);
      } catch (SQLException e) {
        throw reading.failed(file, e);
      }
    }
  }

  /** Who holds them this journal does not tell. */
  @Override
  public Map<String, Head> heads(Collection<String> runIds) {
    var heads = new HashMap<String, Head>();
    synchronized (reading) {
      try {
        for (String runId : runIds) {
          Run run = Runs.find(reading.connection(), runId);
          if (run != null) {
            heads.put(runId, new Head(run.entries(), Hold.NOBODY));
          }
        }
        return heads;
      } catch (SQLException e) {
        throw reading.failed(file, e);
      }
    }
  }

  @Override
  public List<RunSummary> list(int limit) {
    synchronized (reading) {
      try (PreparedStatement select = reading.connection().prepareStatement(LIST)) {
        select.setInt(1, limit);
        return summaries(select);
      } catch (SQLException e) {
        throw StoreProblems.of(file, e);
      }
    }
  }

  /** What a statement finds: run, owner, when it began, entries, when the last one came or 0. */
  static List<RunSummary> summaries(PreparedStatement select) throws SQLException {
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
  }

  @Override
  public Optional<String> id() {
    synchronized (reading) {
      try (ResultSet rows = reading.of("SELECT id FROM identity").executeQuery()) {
        return rows.next() ? Optional.of(rows.getString(1)) : Optional.empty();
      } catch (SQLException e) {
        throw reading.failed(file, e);
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
        reading.connection().close();
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
}
