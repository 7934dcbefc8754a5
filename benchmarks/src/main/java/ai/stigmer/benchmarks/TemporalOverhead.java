package ai.stigmer.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a step costs on Temporal against the same driver without it, over the same journal in
 * PostgreSQL; and what a run leaves in Temporal's history. A step's cost is the slope between a
 * short and a long run, so that what a run costs once is told apart from it.
 */
final class TemporalOverhead {
  private static final double STEP_TARGET = 1.1;
  private static final double MOST_EVENTS = 30;
  private static final int SHORTER = 5;
  private static final int SLOTS = 10;

  private final int steps;
  private final int rounds;

  /**
   * @param steps of the long run
   */
  TemporalOverhead(int steps, int rounds) {
    this.steps = Math.max(steps, SHORTER);
    this.rounds = rounds;
  }

  /** Drives one begun run to its end. */
  private interface Way {
    void drive(String runId);
  }

  List<Figure> measure(Path folder) throws Exception {
    try (TemporalBench bench = TemporalBench.in(folder);
        AutoCloseable _ = bench.worker(SLOTS)) {
      return List.of(step(bench), history(bench));
    }
  }

  private Figure step(TemporalBench bench) throws IOException {
    int fewer = steps / SHORTER;
    var ours = new ArrayList<Double>();
    var floor = new ArrayList<Double>();
    var once = new ArrayList<Double>();
    for (int i = 0; i < rounds + 2; i++) {
      double ourLong = millis(bench, steps, bench::drive);
      double floorLong = millis(bench, steps, bench::driveHere);
      double ourShort = millis(bench, fewer, bench::drive);
      double floorShort = millis(bench, fewer, bench::driveHere);
      if (i >= 2) {
        ours.add((ourLong - ourShort) / (steps - fewer));
        floor.add((floorLong - floorShort) / (steps - fewer));
        once.add(ourShort - floorShort);
      }
    }
    double our = Numbers.median(ours);
    double their = Numbers.median(floor);
    return Figure.of("step on Temporal, to the same without it", our, their, STEP_TARGET)
        .with("steps of the long run", steps)
        .with("on Temporal, ms per step", our)
        .with("without it, ms per step", their)
        .with("once per run, ms", Numbers.median(once));
  }

  private static double millis(TemporalBench bench, int steps, Way way) throws IOException {
    String id = bench.beginLooking(steps);
    long start = System.nanoTime();
    way.drive(id);
    double millis = (System.nanoTime() - start) / 1e6;
    bench.requireCompleted(id);
    return millis;
  }

  private static Figure history(TemporalBench bench) throws IOException {
    String id = bench.beginLooking(100);
    bench.drive(id);
    int events = bench.events(id);
    return Figure.of("history events of a run of 100 steps, to 30", events, MOST_EVENTS, 1)
        .with("events", events);
  }
}
