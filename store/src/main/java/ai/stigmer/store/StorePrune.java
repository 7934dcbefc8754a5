package ai.stigmer.store;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.EntryCodec;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.store.PrunePlan.Candidate;
import ai.stigmer.store.Runs.Run;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Removes finished runs. A run that a living process holds, that is not finished, or that changed
 * since the plan was made stays.
 */
public final class StorePrune {
  private static final String SIZE =
      Chain.ROWS
          + " SELECT coalesce(sum(octet_length(body) + octet_length(hash)"
          + " + coalesce(octet_length(parts), 0)), 0) FROM run";
  private static final String PARTS = Chain.ROWS + " SELECT parts FROM run WHERE parts IS NOT NULL";
  private static final String DELETE =
      "DELETE FROM entries WHERE id IN (" + Chain.ROWS + " SELECT id FROM run)";

  private final Path file;
  private final InstantSource clock;
  private final Predicate<String> alive;

  StorePrune(Path file, InstantSource clock, Predicate<String> alive) {
    this.file = file;
    this.clock = clock;
    this.alive = alive;
  }

  public StorePrune(Path file, InstantSource clock) {
    this(file, clock, Owners.ALIVE);
  }

  /** Whether the file gets smaller at the end. */
  public enum Room {
    /** The room is given back to the disk. */
    GIVEN_BACK,
    /** The database server uses it for what comes. */
    LEFT_TO_THE_SERVER,
    /** Runs are going on, which giving back would stop for its time; they will use the room. */
    KEPT_FOR_RUNS,
    /** Nothing was removed. */
    UNCHANGED
  }

  /**
   * A run that goes.
   *
   * @param bytes what its entries take without long texts
   */
  public record Going(String runId, Instant updated, long entries, long bytes) {}

  /**
   * What goes, or went.
   *
   * @param bytes what that frees within the file
   * @param left what the runs that stay take within it
   * @param held how many stay because a living process holds them
   * @param unfinished how many stay because they can be gone on with
   */
  public record Report(
      List<Going> going, long bytes, long left, long held, long unfinished, Room room) {
    public Report {
      going = List.copyOf(going);
    }
  }

  /**
   * Tells what {@link #prune} would remove, and removes nothing.
   *
   * @throws ProblemException when the file cannot be read
   */
  public Report plan(PrunePolicy policy) {
    NativeLibrary.load(Database.home(file));
    try (Connection connection = Database.openReadOnly(file)) {
      Database.execute(connection, "BEGIN");
      List<Candidate> all = candidates(connection);
      PrunePlan plan = PrunePlan.of(policy, clock.instant(), all, Blobs.sizes(connection));
      return report(plan, plan.going(), all, Room.UNCHANGED);
    } catch (SQLException e) {
      throw StoreProblems.of(file, e);
    }
  }

  /**
   * Removes runs, each in a transaction of its own, then the long texts that nobody names.
   *
   * @throws ProblemException when the file cannot be written
   */
  public Report prune(PrunePolicy policy) {
    if (!Files.exists(file)) {
      return plan(policy);
    }
    NativeLibrary.load(Database.home(file));
    try (Connection connection = Database.open(file)) {
      List<Candidate> all = candidates(connection);
      PrunePlan plan = PrunePlan.of(policy, clock.instant(), all, Blobs.sizes(connection));
      var gone = new ArrayList<Candidate>();
      for (Candidate each : plan.going()) {
        if (remove(connection, each.run())) {
          gone.add(each);
        }
      }
      boolean changed = removeUnnamed(connection) > 0 || !gone.isEmpty();
      return report(plan, gone, all, changed ? giveBack(connection) : Room.UNCHANGED);
    } catch (SQLException e) {
      throw StoreProblems.of(file, e);
    }
  }

  private List<Candidate> candidates(Connection connection) throws SQLException {
    var all = new ArrayList<Candidate>();
    for (Run run : Runs.all(connection)) {
      Last last = last(connection, run);
      all.add(
          new Candidate(
              run,
              last == null ? clock.instant() : last.time(),
              last != null && last.isEnd() && !isHeld(run),
              number(connection, SIZE, run.last()),
              Blobs.named(connection, PARTS, run.last())));
    }
    return all;
  }

  /** The last entry of a run. */
  private record Last(Instant time, boolean isEnd) {}

  /** Null when the run has no entries; one that cannot be understood ends nothing. */
  private static @Nullable Last last(Connection connection, Run run) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT time, body, parts FROM entries WHERE id = ?")) {
      select.setLong(1, run.last());
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          return null;
        }
        Instant time = Instant.ofEpochMilli(row.getLong(1));
        String parts = row.getString(3);
        String body = Objects.requireNonNullElse(row.getString(2), "");
        String whole = parts == null ? body : Blobs.restore(connection, body, parts);
        return new Last(time, whole != null && isEnd(whole));
      }
    }
  }

  /** Whether the text of an entry says that its run is over. */
  static boolean isEnd(String body) {
    try {
      return EntryCodec.decode(body) instanceof JournalEntry.RunFinished;
    } catch (ProblemException e) {
      return false;
    }
  }

  private boolean isHeld(Run run) {
    return !run.holder().isEmpty() && alive.test(run.holder());
  }

  /** Removes a run, unless somebody claimed it or went on with it since it was looked at. */
  private static boolean remove(Connection connection, Run run) throws SQLException {
    Database.execute(connection, "BEGIN IMMEDIATE");
    boolean same = run.equals(Runs.find(connection, run.runId()));
    if (same) {
      update(connection, DELETE, run.last());
      update(connection, "DELETE FROM executions WHERE id = ?", run.id());
    }
    Database.execute(connection, "COMMIT");
    return same;
  }

  private static int removeUnnamed(Connection connection) throws SQLException {
    Database.execute(connection, "BEGIN IMMEDIATE");
    Set<String> unnamed = new HashSet<>(Blobs.sizes(connection).keySet());
    unnamed.removeAll(Blobs.named(connection));
    try (PreparedStatement delete =
        connection.prepareStatement("DELETE FROM blobs WHERE hash = ?")) {
      for (String hash : unnamed) {
        delete.setString(1, hash);
        delete.executeUpdate();
      }
    }
    Database.execute(connection, "COMMIT");
    return unnamed.size();
  }

  private Room giveBack(Connection connection) throws SQLException {
    if (Runs.all(connection).stream().anyMatch(this::isHeld)) {
      return Room.KEPT_FOR_RUNS;
    }
    Database.execute(connection, "VACUUM");
    Database.execute(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
    return Room.GIVEN_BACK;
  }

  private Report report(PrunePlan plan, List<Candidate> gone, List<Candidate> all, Room room) {
    return report(plan, gone, all, room, this::isHeld);
  }

  /** What went and what stays. */
  static Report report(
      PrunePlan plan, List<Candidate> gone, List<Candidate> all, Room room, Predicate<Run> isHeld) {
    List<Going> going =
        gone.stream()
            .map(c -> new Going(c.run().runId(), c.updated(), c.run().entries(), c.bytes()))
            .toList();
    long held = all.stream().filter(each -> isHeld.test(each.run())).count();
    long unfinished =
        all.stream().filter(each -> !each.isDone() && !isHeld.test(each.run())).count();
    return new Report(going, plan.bytes(), plan.left(), held, unfinished, room);
  }

  private static long number(Connection connection, String sql, long key) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setLong(1, key);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  private static void update(Connection connection, String sql, long key) throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      update.setLong(1, key);
      update.executeUpdate();
    }
  }
}
