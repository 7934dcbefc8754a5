package ai.stigmer.benchmarks.crash;

import ai.stigmer.testkit.crash.SystemCallKill;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * {@code bin/crash-kit kills [--points N] [--seeds S] [--from F] [--report FILE]}: kills real
 * processes at N system calls, spread over runs of as many agents as that takes, for each of S
 * series of seeds. Goes on where its report stopped.
 */
public final class KillsMain {
  private static final int AT_ONCE = 4;

  private KillsMain() {}

  static void main(String[] args) throws Exception {
    Options options = Options.of(args);
    long points = options.number("--points", "300");
    long series = options.number("--seeds", "1");
    var report = Report.open(options, "kills", "points=" + points + " seeds=" + series);
    Path folder = Files.createTempDirectory("stigmer-kills-");
    try {
      KilledProcess process = KilledProcess.preparedIn(folder);
      for (long i = 0; i < series; i++) {
        // A series has seeds of its own; one agent has some hundreds of points.
        long seed = options.number("--from", "1") + i * 1_000_000;
        for (long made = 0; made < points; seed++) {
          String name = "seed " + seed;
          if (!report.has(name)) {
            report.add(name, kill(process, folder, seed, points - made));
          }
          for (KillTrial.Outcome outcome : KillTrial.Outcome.values()) {
            made += outcome.wasKilled() ? report.count(name, outcome.name()) : 0;
          }
        }
      }
      System.out.print(report.total());
    } finally {
      Folders.delete(folder);
    }
    System.exit(0);
  }

  /** Kills the run of one seed at most so often, spread over all of its points. */
  static Map<String, Long> kill(KilledProcess process, Path folder, long seed, long most)
      throws Exception {
    KillTrial trial = KillTrial.of(process, folder, seed);
    List<SystemCallKill> all = trial.points();
    var tries = new ArrayList<Callable<KillTrial.Outcome>>();
    for (int i = 0; i < Math.min(most, all.size()); i++) {
      SystemCallKill point = all.get((int) (i * (long) all.size() / Math.min(most, all.size())));
      int index = i;
      tries.add(() -> trial.kill(point, index));
    }
    var outcomes = new EnumMap<KillTrial.Outcome, Long>(KillTrial.Outcome.class);
    try (ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE)) {
      for (Future<KillTrial.Outcome> done : pool.invokeAll(tries)) {
        outcomes.merge(done.get(), 1L, Long::sum);
      }
    }
    var counts = new TreeMap<String, Long>();
    outcomes.forEach((outcome, count) -> counts.put(outcome.name(), count));
    return counts;
  }
}
