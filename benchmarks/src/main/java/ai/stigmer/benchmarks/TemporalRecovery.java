package ai.stigmer.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The time from {@code kill -9} of the worker that drives a run to the next command of the run, at
 * another worker; both are processes of their own. Against the heartbeat's timeout and 2 s.
 */
final class TemporalRecovery {
  private static final double SLACK_SECONDS = 2;
  private static final int MOST_STEPS = 5_000;

  private final int kills;

  TemporalRecovery(int kills) {
    this.kills = kills;
  }

  /** A line of the run's log: which process served a command, and when, in nanoseconds. */
  private record Served(long pid, long nanos) {}

  List<Figure> measure(Path folder) throws Exception {
    var took = new ArrayList<Double>();
    var workers = new ArrayList<WorkerProcess>();
    try (TemporalBench bench = TemporalBench.in(folder)) {
      workers.add(WorkerProcess.start(bench, folder, 0));
      workers.add(WorkerProcess.start(bench, folder, 1));
      bench.engine().start(bench.beginTelling(MOST_STEPS));
      int seen = 0;
      for (int i = 0; i < kills; i++) {
        List<Served> before = await(bench, seen + 3);
        seen = before.size();
        long victim = before.getLast().pid();
        long killed = now();
        ProcessHandle.of(victim).ifPresent(ProcessHandle::destroyForcibly);
        took.add((next(bench, seen, victim).nanos() - killed) / 1e9);
        workers.add(WorkerProcess.start(bench, folder, i + 2));
        seen = lines(bench).size();
      }
    } finally {
      workers.forEach(WorkerProcess::close);
    }
    double allowed = TemporalBench.HEARTBEAT.toMillis() / 1e3 + SLACK_SECONDS;
    return List.of(
        Figure.of("recovery after kill -9, to heartbeat + 2 s", Collections.max(took), allowed, 1)
            .with("kills", kills)
            .with("heartbeat, s", TemporalBench.HEARTBEAT.toMillis() / 1e3)
            .with("longest, s", Collections.max(took))
            .with("median, s", Numbers.median(took)));
  }

  private static long now() {
    var time = java.time.Instant.now();
    return time.getEpochSecond() * 1_000_000_000 + time.getNano();
  }

  private static List<Served> await(TemporalBench bench, int count) throws Exception {
    List<Served> lines = lines(bench);
    while (lines.size() < count) {
      Thread.sleep(10);
      lines = lines(bench);
    }
    return lines;
  }

  /** The first command that another process serves. */
  private static Served next(TemporalBench bench, int seen, long victim) throws Exception {
    while (true) {
      List<Served> lines = lines(bench);
      for (Served line : lines.subList(seen, lines.size())) {
        if (line.pid() != victim) {
          return line;
        }
      }
      Thread.sleep(10);
    }
  }

  private static List<Served> lines(TemporalBench bench) throws IOException {
    if (!Files.exists(bench.log())) {
      return List.of();
    }
    return Files.readAllLines(bench.log()).stream()
        .map(line -> line.split(" ", -1))
        .filter(words -> words.length == 2 && !words[1].isEmpty())
        .map(words -> new Served(Long.parseLong(words[0]), Long.parseLong(words[1])))
        .toList();
  }
}
