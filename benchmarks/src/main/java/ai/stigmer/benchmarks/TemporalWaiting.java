package ai.stigmer.benchmarks;

import ai.stigmer.graphton.journal.JournalEntry.ApprovalRequested;
import ai.stigmer.graphton.journal.Recorded;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A worker with few places, and many more runs that wait for an approval: what a new run takes
 * beside them, against one that has the worker for itself.
 */
final class TemporalWaiting {
  private static final int SLOTS = 4;
  private static final int STEPS = 20;
  private static final int ROUNDS = 7;
  private static final int AT_ONCE = 16;
  private static final double TARGET = 2;

  private final int count;

  TemporalWaiting(int count) {
    this.count = count;
  }

  List<Figure> measure(Path folder) throws Exception {
    try (TemporalBench bench = TemporalBench.in(folder);
        AutoCloseable _ = bench.worker(SLOTS)) {
      double warm = millis(bench);
      double alone = millis(bench);
      long start = System.nanoTime();
      List<String> waiting = begin(bench);
      for (String id : waiting) {
        awaitRequest(bench, id);
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      double beside = millis(bench);
      int waitStill = 0;
      for (String id : waiting) {
        waitStill += isWaiting(bench, id) ? 1 : 0;
      }
      return List.of(
          Figure.of("run beside many that wait, to one alone", beside, alone, TARGET)
              .with("runs that wait", waitStill)
              .with("places of the worker", SLOTS)
              .with("until all waited, s", seconds)
              .with("beside them, ms", beside)
              .with("alone, ms", alone)
              .with("alone, before, ms", warm)
              .with("threads of the process", Thread.getAllStackTraces().size())
              .with("heap after collection, MB", heap()));
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

  private static double millis(TemporalBench bench) throws IOException {
    var rounds = new ArrayList<Double>();
    for (int i = 0; i < ROUNDS; i++) {
      String id = bench.beginLooking(STEPS);
      long start = System.nanoTime();
      bench.drive(id);
      rounds.add((System.nanoTime() - start) / 1e6);
      bench.requireCompleted(id);
    }
    return Numbers.median(rounds);
  }

  private static double heap() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return (runtime.totalMemory() - runtime.freeMemory()) / 1e6;
  }
}
