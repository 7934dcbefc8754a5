package ai.stigmer.benchmarks;

import ai.stigmer.graphton.journal.JournalEntry.ApprovalRequested;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.temporal.TemporalEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A worker with few places, and many more runs that wait for an approval: what a new run takes
 * beside them, against one at a worker that has no such runs, in turns. Both workers are in this
 * process and ask the same servers, so that only held places tell them apart.
 */
final class TemporalWaiting {
  private static final int SLOTS = 4;
  private static final int STEPS = 20;
  private static final int ROUNDS = 7;
  private static final int AT_ONCE = 16;
  private static final double TARGET = 2;
  private static final String ALONE = "alone";

  private final int count;

  TemporalWaiting(int count) {
    this.count = count;
  }

  List<Figure> measure(Path folder) throws Exception {
    try (TemporalBench bench = TemporalBench.in(folder);
        AutoCloseable _ = bench.worker(SLOTS);
        AutoCloseable _ = bench.worker(ALONE, SLOTS);
        TemporalEngine alone = bench.engine(ALONE)) {
      var warm = new Beside(bench, alone);
      warm.measure();
      long start = System.nanoTime();
      List<String> waiting = begin(bench);
      for (String id : waiting) {
        awaitRequest(bench, id);
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      var beside = new Beside(bench, alone);
      beside.measure();
      int waitStill = 0;
      for (String id : waiting) {
        waitStill += isWaiting(bench, id) ? 1 : 0;
      }
      return List.of(
          Figure.of(
                  "run beside many that wait, to one alone",
                  Numbers.median(beside.ours),
                  Numbers.median(beside.floor),
                  TARGET)
              .with("runs that wait", waitStill)
              .with("places of the worker", SLOTS)
              .with("until all waited, s", seconds)
              .with("beside them, ms", Numbers.median(beside.ours))
              .with("alone, ms", Numbers.median(beside.floor))
              .with("before anyone waited, ms", Numbers.median(warm.ours))
              .with("threads of the process", Thread.getAllStackTraces().size())
              .with("heap after collection, MB", heap()));
    }
  }

  /** Milliseconds of runs at the worker that others wait at, and at the one that has none. */
  private static final class Beside {
    private final TemporalBench bench;
    private final TemporalEngine alone;
    private final List<Double> ours = new ArrayList<>();
    private final List<Double> floor = new ArrayList<>();

    Beside(TemporalBench bench, TemporalEngine alone) {
      this.bench = bench;
      this.alone = alone;
    }

    void measure() throws IOException {
      for (int i = 0; i < ROUNDS; i++) {
        ours.add(millis(bench.engine()));
        floor.add(millis(alone));
      }
    }

    private double millis(TemporalEngine engine) throws IOException {
      String id = bench.beginLooking(STEPS);
      long start = System.nanoTime();
      TemporalBench.drive(engine, id);
      double millis = (System.nanoTime() - start) / 1e6;
      bench.requireCompleted(id);
      return millis;
    }
  }

  private List<String> begin(TemporalBench bench) throws Exception {
    try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
      var work = new ArrayList<Callable<String>>();
      for (int i = 0; i < count; i++) {
        work.add(
            () -> {
              String id = bench.beginWaiting();
              bench.engine().start(id);
              return id;
            });
      }
      var ids = new ArrayList<String>();
      for (Future<String> id : threads.invokeAll(work)) {
        ids.add(id.get());
      }
      return ids;
    }
  }

  private static void awaitRequest(TemporalBench bench, String id) throws InterruptedException {
    while (!isWaiting(bench, id)) {
      Thread.sleep(20);
    }
  }

  private static boolean isWaiting(TemporalBench bench, String id) {
    List<Recorded> entries = bench.journal().read(id);
    return entries.getLast().entry() instanceof ApprovalRequested;
  }

  private static double heap() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return (runtime.totalMemory() - runtime.freeMemory()) / 1e6;
  }
}
