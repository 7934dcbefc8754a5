package ai.stigmer.store;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.PostCodec;
import ai.stigmer.store.Runs.Run;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a look at everything in the file found. Nothing is changed, and runs may go on meanwhile.
 *
 * @param runs how many runs there are
 * @param entries how many entries all runs have
 * @param blobs how many long texts are kept apart
 * @param unreferenced how many of them no entry names; harmless, the next prune removes them
 * @param problems all damage; empty when the file is sound
 */
public record StoreCheck(
    long runs, long entries, long blobs, long unreferenced, List<Problem> problems) {

  public StoreCheck {
    problems = List.copyOf(problems);
  }

  /**
   * Checks SQLite's own structures, the hash chain of each run, the hash of each long text, and
   * what was posted to runs. A file that is not there is sound.
   *
   * @throws ProblemException when the file cannot be opened at all
   */
  public static StoreCheck of(Path file) {
    NativeLibrary.load(Database.home(file));
    try (Connection connection = Database.openReadOnly(file)) {
      Database.execute(connection, "BEGIN"); // All looks are at one moment.
      List<Problem> structures = structures(file, connection);
      return look(
          file.toString(),
          connection,
          Runs.all(connection),
          run -> Chain.read(connection, file, run),
          structures);
    } catch (SQLException e) {
      throw StoreProblems.of(file, e);
    }
  }

  /** Reads one run, or says what is wrong with it. */
  @FunctionalInterface
  interface Reading {
    Chain of(Run run) throws SQLException;
  }

  /**
   * Checks the runs, entries and long texts that a connection sees.
   *
   * @param place the journal, for people
   * @param known what is known to be damaged already
   */
  static StoreCheck look(
      String place, Connection connection, List<Run> runs, Reading reading, List<Problem> known)
      throws SQLException {
    return new Looking(place, connection, runs, reading, known).look();
  }

  private static List<Problem> structures(Path file, Connection connection) throws SQLException {
    var problems = new ArrayList<Problem>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("PRAGMA integrity_check(20)")) {
      while (rows.next()) {
        if (!rows.getString(1).equals("ok")) {
          problems.add(StoreProblems.damagedFile(file.toString(), rows.getString(1)));
        }
      }
    }
    return problems;
  }

  /** One check. */
  private static final class Looking {
    private final String place;
    private final Connection connection;
    private final List<Run> runs;
    private final Reading reading;
    private final List<Problem> problems;

    Looking(
        String place, Connection connection, List<Run> runs, Reading reading, List<Problem> known) {
      this.place = place;
      this.connection = connection;
      this.runs = runs;
      this.reading = reading;
      this.problems = new ArrayList<>(known);
    }

    StoreCheck look() throws SQLException {
      long entries = 0;
      for (Run run : runs) {
        entries += chain(run);
      }
      strayEntries();
      inbox();
      Set<String> named = Blobs.named(connection);
      long blobs = 0;
      long unreferenced = 0;
      try (Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery("SELECT hash, text FROM blobs")) {
        for (; rows.next(); blobs++) {
          unreferenced += named.contains(rows.getString(1)) ? 0 : 1;
          blob(rows.getString(1), rows.getString(2));
        }
      }
      return new StoreCheck(runs.size(), entries, blobs, unreferenced, problems);
    }

    private long chain(Run run) throws SQLException {
      try {
        return reading.of(run).entries().size();
      } catch (ProblemException e) {
        problems.add(e.problem());
        return 0;
      }
    }

    /** A row that no run leads to was written by nobody, or its run's row is damaged. */
    private void strayEntries() throws SQLException {
      long counted = Long.parseLong(Database.text(connection, "SELECT count(*) FROM entries"));
      long expected = runs.stream().mapToLong(Run::entries).sum();
      if (counted != expected) {
        problems.add(
            StoreProblems.damagedFile(
                place, counted + " entries are there, the runs have " + expected));
      }
    }

    /** A post is removed with its run, and its topic says what it is. */
    private void inbox() throws SQLException {
      Set<String> known = runs.stream().map(Run::runId).collect(Collectors.toSet());
      try (Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery("SELECT run_id, topic, body FROM inbox")) {
        while (rows.next()) {
          String run = rows.getString(1);
          String topic = rows.getString(2);
          if (!known.contains(run)) {
            problems.add(
                StoreProblems.damagedFile(place, "there is word for a run that is gone: " + run));
          } else if (!isPost(topic, rows.getString(3))) {
            problems.add(
                StoreProblems.damagedFile(
                    place, "the word \"" + topic + "\" for run " + run + " is changed"));
          }
        }
      }
    }

    private static boolean isPost(String topic, String body) {
      try {
        return PostCodec.decode(body).topic().equals(topic);
      } catch (ProblemException e) {
        return e.problem().code().equals("E507"); // A later version's, which it will know.
      }
    }

    private void blob(String hash, String text) {
      if (!Blobs.hash(text).equals(hash)) {
        problems.add(StoreProblems.damagedFile(place, "the long text " + hash + " is changed"));
      }
    }
  }
}
