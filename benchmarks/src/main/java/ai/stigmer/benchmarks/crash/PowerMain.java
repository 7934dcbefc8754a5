package ai.stigmer.benchmarks.crash;

import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.store.SqliteJournal;
import ai.stigmer.testkit.crash.DiskTrace;
import ai.stigmer.testkit.crash.JournalImageCheck;
import ai.stigmer.testkit.crash.JournalInFolder;
import ai.stigmer.testkit.crash.JournalWorkload;
import ai.stigmer.testkit.crash.PowerCuts;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.sqlite.JDBC;

/**
 * Many power cuts. Each part has a recording of its own, with a workload of its own seed, and adds
 * a line to the report; parts that the report has for the same seed are not made again.
 *
 * @param images how many disks in all
 * @param report one JSON object per part
 */
public record PowerMain(long images, long seed, Path report, int threads) {
  private static final long PART = 20_000;
  private static final int OPENED = 3;
  private static final int APPENDS = 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Arguments: the folder of the checkout, then options; ends with 1 when a promise was broken. */
  static void main(String[] args) throws Exception {
    List<String> words = List.of(args);
    System.exit(of(words.subList(1, words.size())).run() ? 0 : 1);
  }

  static PowerMain of(List<String> words) {
    long images = 20_000;
    long seed = 1;
    Path report = Path.of("power-cuts.jsonl");
    int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    for (int i = 0; i < words.size(); i += 2) {
      if (i + 1 == words.size()) {
        throw new IllegalArgumentException(words.get(i) + " needs a value");
      }
      String value = words.get(i + 1);
      switch (words.get(i)) {
        case "--images" -> images = Long.parseLong(value);
        case "--seed" -> seed = Long.parseLong(value);
        case "--report" -> report = Path.of(value);
        case "--threads" -> threads = Integer.parseInt(value);
        default ->
            throw new IllegalArgumentException(
                "unknown: " + words.get(i) + "; there are --images --seed --report --threads");
      }
    }
    return new PowerMain(images, seed, report, threads);
  }

  /** Whether every promise was kept, by the whole report. */
  boolean run() throws IOException, InterruptedException {
    long done = 0;
    long failed = 0;
    for (String line : Files.exists(report) ? Files.readAllLines(report) : List.<String>of()) {
      JsonNode part = JSON.readTree(line);
      if (part.path("seed").asLong() == seed) {
        done += part.path("images").asLong();
        failed += part.path("failed").asLong();
      }
    }
    while (done < images) {
      long first = done % PART;
      PowerCuts.Report result = part(done / PART, first, Math.min(PART - first, images - done));
      done += result.images();
      failed += result.failed();
      System.out.println(done + " disks, " + failed + " broken promises");
      result.failures().forEach(System.out::println);
    }
    return failed == 0;
  }

  private PowerCuts.Report part(long part, long first, long count)
      throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("power-cuts-");
    try {
      long workload = seed * 1_000_003 + part;
      DiskTrace trace =
          DiskTrace.record(
              folder,
              JournalWorkload.command(
                  Workload.class, SqliteInFolder.class, folder, OPENED, APPENDS, workload));
      var check = new JournalImageCheck(new SqliteInFolder());
      PowerCuts.Report result = new PowerCuts(trace, workload, check).judge(first, count, threads);
      Files.writeString(
          report, line(part, result) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      return result;
    } finally {
      delete(folder);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private String line(long part, PowerCuts.Report result) {
    ObjectNode json = JSON.createObjectNode().put("time", Instant.now().toString());
    json.put("seed", seed).put("part", part);
    json.put("images", result.images()).put("failed", result.failed());
    ArrayNode failures = json.putArray("failures");
    result.failures().forEach(failures::add);
    return json.toString();
  }

  /** The process that is recorded. */
  static final class Workload {
    private Workload() {}

    public static void main(String[] args) throws ReflectiveOperationException {
      JournalWorkload.run(args, System.out);
    }
  }

  /** The journal in SQLite. */
  public static final class SqliteInFolder implements JournalInFolder {
    @Override
    public Journal open(Path folder) {
      return SqliteJournal.open(folder.resolve("stigmer.db"), InstantSource.system());
    }

    @Override
    public void maintain(Path folder) {
      String url = "jdbc:sqlite:" + folder.resolve("stigmer.db");
      try (Connection connection = JDBC.createConnection(url, new Properties());
          Statement statement = connection.createStatement()) {
        statement.execute("PRAGMA wal_checkpoint(PASSIVE)");
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
