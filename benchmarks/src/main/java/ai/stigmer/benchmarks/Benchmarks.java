package ai.stigmer.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Runs the benchmarks and prints a table; the same as JSON goes to a file. Arguments: the folder of
 * the launcher's jars, the JSON file, {@code full} or {@code quick}, then names of benchmarks.
 */
public final class Benchmarks {
  private static final List<String> NAMES =
      List.of("start", "step", "many", "growth", "journal", "resume", "sandbox", "providers");

  /** Only when it is asked for, as it needs the server's programs. */
  private static final String POSTGRES = "postgres";

  /** Likewise: it needs Temporal's server. */
  private static final String TEMPORAL = "temporal";

  /** Likewise, and with processes that are killed. */
  private static final String TEMPORAL_RECOVERY = "temporal-recovery";

  /** Likewise, and with runs that wait. */
  private static final String TEMPORAL_WAITING = "temporal-waiting";

  /** Likewise: it keeps the machine busy for minutes. */
  private static final String SERVER = "server";

  /** Likewise. */
  private static final String SERVER_STALLED = "server-stalled";

  /** Likewise, and with servers that are killed. */
  private static final String SERVER_RESTART = "server-restart";

  private Benchmarks() {}

  static void main(String[] args) throws Exception {
    Path dist = Path.of(args[0]).toAbsolutePath();
    Size size = args[2].equals("quick") ? Size.QUICK : Size.FULL;
    List<String> names = args.length > 3 ? List.of(args).subList(3, args.length) : NAMES;
    List<Figure> figures = measure(dist, size, names);
    System.out.print(table(figures));
    Path json = Path.of(args[1]);
    Files.writeString(json, json(figures) + "\n");
    System.out.println("\nas JSON: " + json);
  }

  /** How much is measured. */
  enum Size {
    FULL(21, 101, 50, 1_000, 5, 2_000, 100),
    QUICK(5, 11, 50, 200, 1, 400, 30),
    TINY(1, 1, 2, 3, 1, 8, 1);

    /** Of a streamed turn. */
    private static final int DELTAS = 2_000;

    final int starts;
    final int stepRounds;
    final int steps;
    final int runs;
    final int manyRounds;
    final int growth;
    final int turns;

    Size(int starts, int stepRounds, int steps, int runs, int manyRounds, int growth, int turns) {
      this.starts = starts;
      this.stepRounds = stepRounds;
      this.steps = steps;
      this.runs = runs;
      this.manyRounds = manyRounds;
      this.growth = growth;
      this.turns = turns;
    }
  }

  static List<Figure> measure(Path dist, Size size, List<String> names) throws Exception {
    Path folder = Files.createTempDirectory("stigmer-benchmarks-");
    try {
      var figures = new ArrayList<Figure>();
      for (String name : names) {
        System.err.println("measuring " + name + " …");
        figures.addAll(
            switch (name) {
              case "start" -> new ColdStart(dist, size.starts).measure(folder);
              case "step" -> new StepOverhead(size.steps, size.stepRounds).measure(folder);
              case "many" -> new ManyRuns(size.runs, size.steps, size.manyRounds).measure(folder);
              case "growth" -> new JournalGrowth(size.growth).measure(folder);
              case "sandbox" -> new SandboxStart(size.stepRounds).measure(folder);
              case "journal" -> new JournalThroughput(size.growth * 10).measure(folder);
              case POSTGRES -> new PostgresThroughput(size.growth * 4).measure();
              case TEMPORAL ->
                  new TemporalOverhead(size.steps * 8, size.stepRounds).measure(folder);
              case TEMPORAL_RECOVERY -> new TemporalRecovery(size.starts).measure(folder);
              case TEMPORAL_WAITING -> new TemporalWaiting(size.runs * 10).measure(folder);
              case SERVER ->
                  new ServerLoad(dist, size.runs, Math.min(size.steps, 10)).measure(folder);
              case SERVER_STALLED ->
                  new ServerStalled(dist, size.runs / 10, 2 * size.manyRounds + 1).measure(folder);
              case SERVER_RESTART ->
                  new ServerRestart(dist, size.runs, Math.min(size.steps, 20)).measure(folder);
              case "providers" -> new StreamedTurns(Size.DELTAS, size.turns).measure();
              case "resume" -> new ResumeTime(size.growth).measure(folder);
              default ->
                  throw new IllegalArgumentException(
                      "no benchmark \""
                          + name
                          + "\"; there are "
                          + String.join(", ", NAMES)
                          + ", "
                          + POSTGRES
                          + ", "
                          + String.join(
                              ", ", SERVER, TEMPORAL, TEMPORAL_RECOVERY, TEMPORAL_WAITING));
            });
      }
      return figures;
    } finally {
      delete(folder);
    }
  }

  static String table(List<Figure> figures) {
    var table = new StringBuilder();
    table.append(String.format(Locale.ROOT, "%-42s %6s %8s%n", "", "ratio", "at most"));
    for (Figure figure : figures) {
      String target =
          figure.target().isPresent()
              ? String.format(
                  Locale.ROOT, "%8.2f  %s", figure.target().getAsDouble(), figure.verdict())
              : "";
      table.append(
          String.format(Locale.ROOT, "%-42s %6.2f %s%n", figure.name(), figure.ratio(), target));
      figure
          .numbers()
          .forEach(
              (name, value) ->
                  table.append(String.format(Locale.ROOT, "    %-38s %,14.2f%n", name, value)));
    }
    return table.toString();
  }

  static ObjectNode json(List<Figure> figures) {
    var mapper = new ObjectMapper();
    ObjectNode json = mapper.createObjectNode().put("schema", 1);
    json.put("time", Instant.now().toString());
    json.put("java", Runtime.version().toString());
    json.put("cores", Runtime.getRuntime().availableProcessors());
    ArrayNode array = json.putArray("figures");
    for (Figure figure : figures) {
      ObjectNode one = array.addObject().put("name", figure.name()).put("ratio", figure.ratio());
      figure.target().ifPresent(target -> one.put("target", target));
      ObjectNode numbers = one.putObject("numbers");
      for (Map.Entry<String, Double> number : figure.numbers().entrySet()) {
        numbers.put(number.getKey(), number.getValue());
      }
    }
    return json;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
