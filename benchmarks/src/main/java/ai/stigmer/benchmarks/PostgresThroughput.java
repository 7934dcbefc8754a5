package ai.stigmer.benchmarks;

import ai.stigmer.graphton.journal.EntryCodec;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.store.PostgresJournal;
import ai.stigmer.store.PostgresUrl;
import ai.stigmer.testkit.postgres.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Entries of 1 KB, appended to PostgreSQL by many runs at once, each on a virtual thread that waits
 * until its entry is committed; against as many threads as the journal has connections, each of
 * which inserts the same texts into a bare table by JDBC, a commit for each. The server of this
 * machine, with flushes to the disk.
 */
final class PostgresThroughput {
  private static final List<Integer> RUNS = List.of(1, 32, 1_000);
  private static final int CONNECTIONS = 16;
  private static final int ROUNDS = 3;

  private final int entries;

  PostgresThroughput(int entries) {
    this.entries = entries;
  }

  List<Figure> measure() throws Exception {
    var figures = new ArrayList<Figure>();
    try (PostgresServer server = PostgresServer.start("fsync=on")) {
      for (int runs : RUNS) {
        int each = Math.max(1, entries / runs);
        var ours = new ArrayList<Double>();
        var bare = new ArrayList<Double>();
        for (int round = 0; round < ROUNDS; round++) {
          ours.add(ours(server.newDatabase(), runs, each));
          bare.add(bare(server, runs, each));
        }
        figures.add(
            new Figure(
                    String.format(Locale.ROOT, "PostgreSQL, time per entry, %,d runs", runs),
                    Numbers.median(ours) / Numbers.median(bare),
                    OptionalDouble.empty(),
                    Map.of())
                .with("entries per second", 1e9 / Numbers.median(ours))
                .with("bare JDBC, rows per second", 1e9 / Numbers.median(bare)));
      }
    }
    return figures;
  }

  private static JournalEntry entry(int run, int seq) {
    return new JournalEntry.UserMessage(run + "/" + seq + " " + "x".repeat(1_000));
  }

  /** Nanoseconds per entry. */
  private static double ours(String url, int runs, int each) throws Exception {
    try (var journal =
            PostgresJournal.open(PostgresUrl.parse(url), InstantSource.system(), _ -> {});
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var work = new ArrayList<Callable<Integer>>();
      for (int run = 0; run < runs; run++) {
        int number = run;
        JournalWriter writer = journal.create("r" + run, "me");
        work.add(
            () -> {
              for (int seq = 1; seq <= each; seq++) {
                writer.append(List.of(entry(number, seq)));
              }
              return each;
            });
      }
      return nanosPerEntry(threads, work);
    }
  }

  private static double bare(PostgresServer server, int runs, int each) throws Exception {
    String url = server.newDatabase();
    String jdbc = "jdbc:postgresql://127.0.0.1:" + server.port() + "/" + PostgresServer.name(url);
    int threads = Math.min(runs, CONNECTIONS);
    var connections = new ArrayList<Connection>();
    try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
      var work = new ArrayList<Callable<Integer>>();
      for (int thread = 0; thread < threads; thread++) {
        Connection connection = DriverManager.getConnection(jdbc, "stigmer", server.password());
        connections.add(connection);
        int number = thread;
        int rows = runs * each / threads;
        work.add(() -> insert(connection, number, rows));
      }
      try (Statement statement = connections.getFirst().createStatement()) {
        statement.execute(
            "CREATE TABLE entries(id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
                + " body text NOT NULL)");
      }
      return nanosPerEntry(pool, work);
    } finally {
      for (Connection connection : connections) {
        connection.close();
      }
    }
  }

  private static int insert(Connection connection, int thread, int rows) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO entries(body) VALUES(?)")) {
      for (int seq = 1; seq <= rows; seq++) {
        insert.setString(1, EntryCodec.encode(entry(thread, seq)));
        insert.executeUpdate();
      }
    }
    return rows;
  }

  private static double nanosPerEntry(ExecutorService threads, List<Callable<Integer>> work)
      throws Exception {
    long start = System.nanoTime();
    long entries = 0;
    for (Future<Integer> done : threads.invokeAll(work)) {
      entries += done.get();
    }
    return (double) (System.nanoTime() - start) / entries;
  }
}
