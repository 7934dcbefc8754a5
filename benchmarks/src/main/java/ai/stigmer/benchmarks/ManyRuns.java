package ai.stigmer.benchmarks;

import ai.stigmer.graphton.Graphton;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.journal.InMemoryJournal;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.store.SqliteJournal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Many runs at once in one process, over a model that takes its time. */
final class ManyRuns {
  private static final double TARGET = 1.3;
  private static final long LATENCY_MILLIS = 50;

  private final int runs;
  private final int steps;
  private final int rounds;

  ManyRuns(int runs, int steps, int rounds) {
    this.runs = runs;
    this.steps = steps;
    this.rounds = rounds;
  }

  List<Figure> measure(Path folder) throws Exception {
    var figures = new ArrayList<Figure>();
    for (String journal : List.of("none", "sqlite")) {
      var times = new ArrayList<Double>();
      double peak = 0;
      for (int i = 0; i < rounds; i++) {
        double[] one = child(journal, folder.resolve(journal + i + ".db"));
        times.add(one[0]);
        peak = Math.max(peak, one[1]);
      }
      double wall = Numbers.median(times);
      double floor = (steps + 1) * LATENCY_MILLIS / 1e3;
      String name =
          runs + " runs at once, " + (journal.equals("none") ? "no journal" : "durable journal");
      figures.add(
          Figure.of(name, wall, floor, TARGET)
              .with("wall, s", wall)
              .with("floor, s", floor)
              .with("peak memory of the process, MB", peak / 1e3)
              .with("peak memory per run, KB", peak / runs));
    }
    return figures;
  }

  /** Seconds and peak resident kilobytes of a process that does all runs. */
  private double[] child(String journal, Path file) throws Exception {
    try (ServerProcess server = ServerProcess.start(steps, LATENCY_MILLIS)) {
      Process process =
          new ProcessBuilder(
                  ServerProcess.java(),
                  "--enable-native-access=ALL-UNNAMED",
                  "-cp",
                  System.getProperty("java.class.path"),
                  ManyRuns.class.getName(),
                  String.valueOf(runs),
                  String.valueOf(steps),
                  server.url(),
                  journal,
                  file.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      String[] words =
          new String(
                  process.getInputStream().readAllBytes(),
                  java.nio.charset.StandardCharsets.US_ASCII)
              .strip()
              .split(" ", -1);
      return new double[] {Double.parseDouble(words[0]), Double.parseDouble(words[1])};
    }
  }

  /** The measured process: a short warm-up, then all runs; prints seconds and peak kilobytes. */
  static void main(String[] args) throws Exception {
    int runs = Integer.parseInt(args[0]);
    int steps = Integer.parseInt(args[1]);
    try (ChatModel model = StepOverhead.model(args[2]);
        Journal journal =
            args[3].equals("none")
                ? new InMemoryJournal(InstantSource.system())
                : SqliteJournal.open(Path.of(args[4]), InstantSource.system())) {
      Graphton graphton = Graphton.with(model).journal(journal);
      all(graphton, Math.max(1, runs / 5), steps);
      all(graphton, Math.max(1, runs / 2), steps);
      long start = System.nanoTime();
      all(graphton, runs, steps);
      System.out.println((System.nanoTime() - start) / 1e9 + " " + peakKilobytes());
    }
    System.exit(0);
  }

  private static void all(Graphton graphton, int runs, int steps) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var results = new ArrayList<Future<RunResult>>();
      for (int i = 0; i < runs; i++) {
        results.add(threads.submit(() -> graphton.run(StepOverhead.agent(steps), "go")));
      }
      for (Future<RunResult> result : results) {
        if (result.get().turns() != steps + 1) {
          throw new IllegalStateException("a run ended early: " + result.get().end());
        }
      }
    }
  }

  private static double peakKilobytes() throws Exception {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return Runtime.getRuntime().totalMemory() / 1e3;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D+", "")))
        .findFirst()
        .orElse(0);
  }
}
