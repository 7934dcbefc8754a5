package ai.stigmer.benchmarks.crash;

import ai.stigmer.benchmarks.FleetKills;
import ai.stigmer.benchmarks.FleetKills.Size;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;

/**
 * {@code bin/crash-kit fleet [--runs N] [--workers W] [--rounds R] [--report FILE]}: N runs on W
 * workers of which one is killed every second, R times anew. Goes on where its report stopped; ends
 * with 1 when a promise was broken. Needs Temporal's server ({@code STIGMER_TEMPORAL}) and
 * PostgreSQL.
 */
public final class FleetMain {
  /** So long that 200 runs see dozens of kills. */
  private static final Duration PAUSE = Duration.ofSeconds(2);

  private FleetMain() {}

  static void main(String[] args) throws Exception {
    Options options = Options.of(args);
    int runs = (int) options.number("--runs", "200");
    int workers = (int) options.number("--workers", "6");
    long rounds = options.number("--rounds", "1");
    var report =
        Report.open(options, "fleet", "runs=" + runs + " workers=" + workers + " rounds=" + rounds);
    boolean kept = true;
    for (long round = 1; round <= rounds; round++) {
      String name = "round " + round;
      if (!report.has(name)) {
        report.add(name, play(new Size(runs, workers, PAUSE)));
      }
      kept &= isKept(report, name, runs);
    }
    System.out.print(report.total());
    System.exit(kept ? 0 : 1);
  }

  private static boolean isKept(Report report, String round, int runs) {
    return report.count(round, "completed") == runs
        && report.count(round, "lost") == 0
        && report.count(round, "doubled") == 0;
  }

  private static Map<String, Long> play(Size size) throws Exception {
    Path folder = Files.createTempDirectory("stigmer-fleet-");
    try {
      return FleetKills.play(folder, size);
    } finally {
      delete(folder);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
