package ai.stigmer.benchmarks;

import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.Journal;
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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Workers over one PostgreSQL and one Temporal, of which the oldest is killed with {@code kill -9}
 * each second, whatever time its successor takes to start; and many runs of commands that take
 * effect. Every command writes its number into its run's own file, so what was lost or done twice
 * is seen from outside.
 */
public final class FleetKills {
  private static final int STEPS = 12;
  private static final String UNKNOWN = "not known whether it took effect";
  private static final Duration BETWEEN = Duration.ofSeconds(1);

  /** Runs with one of these are printed. */
  private static final List<String> TOLD = List.of("lost", "doubled", "told to have failed");

  /** Without one more end in so long, the rest will not end. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private FleetKills() {}

  /**
   * What is played.
   *
   * @param workers in all; those beyond the second are there so that one can be killed while others
   *     start
   * @param pause how long each of the 12 commands of a run takes
   */
  public record Size(int runs, int workers, Duration pause) {}

  /**
   * Plays it.
   *
   * @return counts by name; {@code lost}, {@code doubled} and {@code not ended} should be 0, {@code
   *     kills} close to {@code seconds}
   */
  public static Map<String, Long> play(Path folder, Size size) throws Exception {
    try (TemporalBench bench = TemporalBench.in(folder);
        Fleet fleet = new Fleet(bench, folder, size.workers())) {
      fleet.await();
      var ids = new ArrayList<String>();
      for (int i = 0; i < size.runs(); i++) {
        String id = bench.beginCounting(i, STEPS, size.pause());
        ids.add(id);
        bench.engine().start(id);
      }
      Map<String, Long> kills = killUntilTheEnd(bench, fleet, ids);
      Map<String, Long> counts = count(bench, ids);
      counts.putAll(kills);
      return counts;
    }
  }

  /** Returns how many were killed, and in how many seconds. */
  private static Map<String, Long> killUntilTheEnd(
      TemporalBench bench, Fleet fleet, List<String> ids) throws Exception {
    long kills = 0;
    Instant begin = Instant.now();
    Instant last = begin;
    Instant next = begin;
    var open = new HashSet<>(ids);
    while (!open.isEmpty() && Instant.now().isBefore(last.plus(PATIENCE))) {
      next = next.plus(BETWEEN);
      Thread.sleep(Math.max(0, Duration.between(Instant.now(), next).toMillis()));
      kills += fleet.killOldest() ? 1 : 0;
      if (open.removeAll(ended(bench.journal(), open))) {
        last = Instant.now();
      }
    }
    return Map.of("kills", kills, "seconds", Duration.between(begin, Instant.now()).toSeconds());
  }

  /** A run that has ended is held by nobody, so that few are read. */
  private static Set<String> ended(Journal journal, Set<String> open) {
    var ended = new HashSet<String>();
    journal
        .heads(open)
        .forEach(
            (id, head) -> {
              if (head.hold() == Journal.Hold.NOBODY
                  && journal.read(id).getLast().entry() instanceof RunFinished) {
                ended.add(id);
              }
            });
    return ended;
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
