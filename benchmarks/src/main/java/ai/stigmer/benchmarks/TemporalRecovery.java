package ai.stigmer.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

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
    var workers = new ArrayList<Process>();
    try (TemporalBench bench = TemporalBench.in(folder)) {
      workers.add(worker(bench, folder, 0));
      workers.add(worker(bench, folder, 1));
      bench.engine().start(bench.beginTelling(MOST_STEPS));
      int seen = 0;
      for (int i = 0; i < kills; i++) {
        List<Served> before = await(bench, seen + 3);
        seen = before.size();
        long victim = before.getLast().pid();
        long killed = now();
        ProcessHandle.of(victim).ifPresent(ProcessHandle::destroyForcibly);
        took.add((next(bench, seen, victim).nanos() - killed) / 1e9);
        workers.add(worker(bench, folder, i + 2));
        seen = lines(bench).size();
      }
    } finally {
      workers.forEach(Process::destroyForcibly);
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

  /** Starts a worker, and waits until it takes runs. */
  private static Process worker(TemporalBench bench, Path folder, int number) throws Exception {
    Path said = folder.resolve("worker-" + number + ".log");
    var builder =
        new ProcessBuilder(
                ServerProcess.java(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "ai.stigmer.cli.Main",
                "worker")
            .redirectErrorStream(true)
            .redirectOutput(said.toFile());
    builder.environment().clear();
    builder
        .environment()
        .putAll(
            Map.of(
                "STIGMER_HOME",
                folder.resolve("home-" + number).toString(),
                "STIGMER_DATABASE_URL",
                bench.database(),
                "TEMPORAL_SERVICE_ADDRESS",
                bench.address(),
                "STIGMER_TEMPORAL_HEARTBEAT",
                TemporalBench.HEARTBEAT.toSeconds() + "s",
                "PATH",
                "/usr/local/bin:/usr/bin:/bin"));
    Process worker = builder.start();
    while (!Files.readString(said).contains("takes runs")) {
      if (!worker.isAlive()) {
        throw new IllegalStateException("a worker ended: " + Files.readString(said));
      }
      Thread.sleep(50);
    }
    return worker;
  }
}
