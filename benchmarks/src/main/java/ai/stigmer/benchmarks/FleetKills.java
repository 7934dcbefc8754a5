package ai.stigmer.benchmarks;

import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.RunFinished;
import ai.stigmer.graphton.journal.JournalEntry.ToolOutcome;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.message.ToolResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Three workers over one PostgreSQL and one Temporal, of which the oldest is killed with {@code
 * kill -9} a second after the one before it was replaced, and many runs of commands that take
 * effect. Every command writes its number into its run's own file, so what was lost or done twice
 * is seen from outside.
 */
public final class FleetKills {
  private static final int WORKERS = 3;
  private static final int STEPS = 12;
  private static final String UNKNOWN = "not known whether it took effect";
  private static final Duration BETWEEN = Duration.ofSeconds(1);

  /** Runs with one of these are printed. */
  private static final List<String> TOLD = List.of("lost", "doubled", "told to have failed");

  /** Without one more end in so long, the rest will not end. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private FleetKills() {}

  /**
   * Plays it.
   *
   * @return counts by name; {@code lost}, {@code doubled} and {@code not ended} should be 0
   */
  public static Map<String, Long> play(Path folder, int runs) throws Exception {
    var workers = new ArrayDeque<WorkerProcess>();
    try (TemporalBench bench = TemporalBench.in(folder)) {
      for (int i = 0; i < WORKERS; i++) {
        workers.add(WorkerProcess.start(bench, folder, i));
      }
      var ids = new ArrayList<String>();
      for (int i = 0; i < runs; i++) {
        String id = bench.beginCounting(i, STEPS);
        ids.add(id);
        bench.engine().start(id);
      }
      long kills = killUntilTheEnd(bench, folder, workers, ids);
      Map<String, Long> counts = count(bench, ids);
      counts.put("kills", kills);
      return counts;
    } finally {
      workers.forEach(WorkerProcess::close);
    }
  }

  /** Returns how many were killed. */
  private static long killUntilTheEnd(
      TemporalBench bench, Path folder, ArrayDeque<WorkerProcess> workers, List<String> ids)
      throws IOException, InterruptedException {
    long kills = 0;
    var open = new HashSet<>(ids);
    Instant last = Instant.now();
    while (!open.isEmpty() && Instant.now().isBefore(last.plus(PATIENCE))) {
      Thread.sleep(BETWEEN.toMillis());
      workers.removeFirst().kill();
      kills++;
      workers.add(WorkerProcess.start(bench, folder, WORKERS + (int) kills));
      if (open.removeIf(id -> end(bench, id) instanceof RunFinished)) {
        last = Instant.now();
      }
    }
    return kills;
  }

  private static JournalEntry end(TemporalBench bench, String id) {
    return bench.journal().read(id).getLast().entry();
  }

  private static Map<String, Long> count(TemporalBench bench, List<String> ids) throws IOException {
    var counts = new TreeMap<>(Map.of("runs", (long) ids.size()));
    for (int i = 0; i < ids.size(); i++) {
      List<JournalEntry> entries =
          bench.journal().read(ids.get(i)).stream().map(Recorded::entry).toList();
      List<String> lines = lines(bench.counted(i));
      Map<String, Long> counted = count(lines, entries);
      counted.forEach((name, number) -> counts.merge(name, number, Long::sum));
      if (TOLD.stream().anyMatch(name -> counted.getOrDefault(name, 0L) > 0)) {
        tell(ids.get(i), lines, entries);
      }
    }
    return counts;
  }

  /** So that it can be looked into, as the journal goes with its folder. */
  private static void tell(String id, List<String> lines, List<JournalEntry> entries) {
    System.err.println("run " + id + " wrote " + lines);
    entries.forEach(entry -> System.err.println("  " + entry));
  }

  /** What one run has written from outside, and what its journal says of it. */
  static Map<String, Long> count(List<String> lines, List<JournalEntry> entries) {
    long different = IntStream.range(0, STEPS).filter(n -> lines.contains("" + n)).count();
    List<ToolOutcome> undone =
        entries.stream()
            .filter(ToolOutcome.class::isInstance)
            .map(ToolOutcome.class::cast)
            .filter(outcome -> outcome.result().status() != ToolResult.Status.OK)
            .toList();
    long unknown =
        undone.stream().filter(outcome -> outcome.result().text().contains(UNKNOWN)).count();
    long lost =
        IntStream.range(0, STEPS)
            .filter(n -> !lines.contains("" + n))
            .filter(n -> undone.stream().noneMatch(outcome -> isOf(n, outcome)))
            .count();
    long resumed = entries.stream().filter(JournalEntry.RunResumed.class::isInstance).count();
    JournalEntry end = entries.getLast();
    return Map.of(
        "completed",
        end instanceof RunFinished(RunEnd.Completed _) ? 1L : 0L,
        "not ended",
        end instanceof RunFinished ? 0L : 1L,
        "commands",
        different,
        "unknown",
        unknown,
        "told to have failed",
        undone.size() - unknown,
        "lost",
        lost,
        "doubled",
        lines.size() - different,
        "taken over",
        resumed);
  }

  private static boolean isOf(int number, ToolOutcome outcome) {
    return outcome.call().arguments().contains("echo " + number + " ");
  }

  private static List<String> lines(Path log) throws IOException {
    return Files.exists(log) ? Files.readAllLines(log) : List.of();
  }
}
