package ai.stigmer.benchmarks;

import ai.stigmer.graphton.journal.EntryCodec;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.store.SqliteJournal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.sqlite.JDBC;

/**
 * Entries of 1 KB, appended by many runs at once, each on a virtual thread that waits until its
 * entry is durable; against one thread that inserts the same texts into a bare table and commits
 * after as many as there are runs, which is the best grouping that there can be.
 */
final class JournalThroughput {
  private static final double TARGET = 1.25;
  private static final List<Integer> RUNS = List.of(1, 32, 1_000);
  private static final int ROUNDS = 5;

  /** Each run appends at least this part of all entries, so that there are many commits. */
  private static final int LEAST = 400;

  private final int entries;

  JournalThroughput(int entries) {
    this.entries = entries;
  }

  List<Figure> measure(Path folder) throws Exception {
    var figures = new ArrayList<Figure>();
    for (int runs : RUNS) {
      int each = Math.ceilDiv(entries, Math.min(runs, LEAST));
      var ours = new ArrayList<Double>();
      var bare = new ArrayList<Double>();
      for (int round = 0; round <= ROUNDS; round++) {
        String name = runs + "-" + round;
        double nanos = ours(folder.resolve("journal-" + name + ".db"), runs, each);
        double nanosBare = bare(folder.resolve("bare-" + name + ".db"), runs, each);
        if (round > 0) { // The first one compiles both.
          ours.add(nanos);
          bare.add(nanosBare);
        }
      }
      figures.add(
          Figure.of(
                  String.format(Locale.ROOT, "time per entry, %,d runs at once", runs),
                  Numbers.median(ours),
                  Numbers.median(bare),
                  TARGET)
              .with("entries per second", 1e9 / Numbers.median(ours))
              .with("bare SQLite, rows per second", 1e9 / Numbers.median(bare)));
    }
    return figures;
  }

  private static JournalEntry entry(int run, int seq) {
    return new JournalEntry.UserMessage(run + "/" + seq + " " + "x".repeat(1_000));
  }

  /** Nanoseconds per entry. */
  private static double ours(Path file, int runs, int each) throws Exception {
    try (var journal = SqliteJournal.open(file, InstantSource.system());
        var pool = Executors.newVirtualThreadPerTaskExecutor()) {
      var writers = new ArrayList<JournalWriter>();
      for (int run = 0; run < runs; run++) {
        writers.add(journal.create("r" + run, "me"));
      }
      long start = System.nanoTime();
      var done = new ArrayList<Future<Long>>();
      for (int run = 0; run < runs; run++) {
        int number = run;
        done.add(pool.submit(() -> append(writers.get(number), number, each)));
      }
      for (Future<Long> one : done) {
        one.get();
      }
      return (double) (System.nanoTime() - start) / ((long) runs * each);
    }
  }

  private static long append(JournalWriter writer, int run, int each) {
    long last = 0;
    for (int seq = 1; seq <= each; seq++) {
      last = writer.append(List.of(entry(run, seq)));
    }
    return last;
  }

  private static double bare(Path file, int runs, int each) throws Exception {
    var properties = new Properties();
    properties.setProperty("jdbc.get_generated_keys", "false"); // As the journal has it.
    try (Connection connection = JDBC.createConnection("jdbc:sqlite:" + file, properties);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode=WAL");
      statement.execute("PRAGMA synchronous=FULL");
      statement.execute("PRAGMA cache_size=-16384");
      statement.execute("PRAGMA wal_autocheckpoint=4000");
      statement.execute("CREATE TABLE entries(id INTEGER PRIMARY KEY, body TEXT NOT NULL)");
      connection.setAutoCommit(false);
      long start = System.nanoTime();
      try (PreparedStatement insert =
          connection.prepareStatement("INSERT INTO entries(body) VALUES(?)")) {
        for (int seq = 1; seq <= each; seq++) {
          for (int run = 0; run < runs; run++) {
            insert.setString(1, EntryCodec.encode(entry(run, seq)));
            insert.executeUpdate();
          }
          connection.commit();
        }
      }
      return (double) (System.nanoTime() - start) / ((long) runs * each);
    }
  }
}
