package ai.stigmer.store;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.UserMessage;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.journal.Recorded;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;

/** A process that uses a journal and says on standard output what it was promised. */
final class StoreMain {
  private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  private StoreMain() {}

  public static void main(String[] args) throws Exception {
    Path file = Path.of(args[1]);
    try {
      switch (args[0]) {
        case "append" -> append(file, Integer.parseInt(args[2]));
        case "hold" -> hold(file);
        case "claim" -> claim(file);
        case "lock" -> lock(file);
        case "fill" -> fill(file);
        case "open" -> open(file);
        case "bring-up" -> SqliteJournal.open(file, InstantSource.system()).close();
        default -> throw new IllegalArgumentException(args[0]);
      }
    } catch (ProblemException e) {
      OUT.println(e.problem().code());
      OUT.println(e.problem());
    }
  }

  /** Appends on several threads, until it is killed; tells of each append once it returned. */
  private static void append(Path file, int threads) throws InterruptedException {
    var journal = SqliteJournal.open(file, InstantSource.system());
    for (int thread = 0; thread < threads; thread++) {
      String run = "r" + thread;
      Thread.ofPlatform().start(() -> appendForEver(journal, run));
    }
    Thread.currentThread().join();
  }

  private static void appendForEver(SqliteJournal journal, String run) {
    boolean known = journal.list(100).stream().anyMatch(r -> r.runId().equals(run));
    JournalWriter writer = known ? journal.claim(run, "child") : journal.create(run, "child");
    for (long seq = writer.before().size(); ; ) {
      List<JournalEntry> batch = List.of(said(run, seq + 1), said(run, seq + 2));
      seq = writer.append(batch);
      OUT.println(run + " " + seq);
    }
  }

  /** The entry that stands at this place of a run. */
  static JournalEntry said(String run, long seq) {
    return new UserMessage(run + "/" + seq + " " + "x".repeat((int) (seq * 37 % 700)));
  }

  /** An entry with a text that is kept as a blob. */
  static JournalEntry longText(String name) {
    return new UserMessage(name + "x".repeat(Blobs.THRESHOLD));
  }

  private static void hold(Path file) throws IOException {
    var journal = SqliteJournal.open(file, InstantSource.system());
    journal.create("r", "holder").append(List.of(said("r", 1)));
    OUT.println("held");
    System.in.read();
  }

  private static void claim(Path file) {
    try (var journal = SqliteJournal.open(file, InstantSource.system());
        JournalWriter writer = journal.claim("r", "claimer")) {
      OUT.println("claimed " + writer.epoch());
    }
  }

  private static void lock(Path file) throws SQLException, IOException {
    try (Connection connection = Database.open(file)) {
      Database.execute(connection, "PRAGMA locking_mode=EXCLUSIVE");
      Database.execute(connection, "BEGIN EXCLUSIVE");
      OUT.println("locked");
      System.in.read();
    }
  }

  /** Appends until the disk refuses, then once more. */
  private static void fill(Path file) {
    var journal = SqliteJournal.open(file, InstantSource.system());
    JournalWriter writer = journal.create("r", "child");
    for (int attempts = 0; attempts < 2; ) {
      try {
        OUT.println("r " + writer.append(List.of(said("r", writer.before().size()))));
      } catch (ProblemException e) {
        OUT.println(e.problem().code());
        attempts++;
      }
    }
    journal.close();
  }

  private static void open(Path file) {
    OUT.println("writable " + Files.isWritable(file));
    try (var journal = SqliteJournal.open(file, InstantSource.system())) {
      journal.create("new", "child");
      OUT.println("written");
    } catch (ProblemException e) {
      OUT.println(e.problem().code());
    }
    try (var journal = SqliteJournal.openReadOnly(file, InstantSource.system())) {
      List<Recorded> read = journal.read("r");
      OUT.println("read " + read.size());
    }
  }
}
