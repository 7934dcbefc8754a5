package ai.stigmer.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * Workers as processes, of which one can be killed at any time: whoever is killed is replaced, and
 * there are more of them than are needed, so that a kill need not wait for a start. All that have
 * started take runs.
 *
 * <p>Thread contract: for one thread; starts go on beside it.
 */
final class Fleet implements AutoCloseable {
  private final TemporalBench bench;
  private final Path folder;
  private final ExecutorService starts = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Future<WorkerProcess>> workers = new ArrayList<>();
  private int started;

  /** A fleet of so many workers, which may still be starting. */
  Fleet(TemporalBench bench, Path folder, int size) {
    this.bench = bench;
    this.folder = folder;
    for (int i = 0; i < size; i++) {
      startOne();
    }
  }

  private void startOne() {
    int number = started++;
    workers.add(starts.submit(() -> WorkerProcess.start(bench, folder, number)));
  }

  /**
   * Waits until all take runs.
   *
   * @throws ExecutionException when one cannot be started
   */
  void await() throws InterruptedException, ExecutionException {
    for (Future<WorkerProcess> worker : workers) {
      var _ = worker.get();
    }
  }

  /**
   * Kills the oldest that takes runs, and has another one started; returns false when nobody but it
   * takes runs, so that it is left alone.
   *
   * @throws ExecutionException when one cannot be started
   */
  boolean killOldest() throws InterruptedException, ExecutionException {
    int[] serving =
        IntStream.range(0, workers.size()).filter(i -> workers.get(i).isDone()).toArray();
    if (serving.length < 2) {
      return false;
    }
    workers.remove(serving[0]).get().kill();
    startOne();
    return true;
  }

  @Override
  public void close() {
    boolean _ = starts.shutdownNow().isEmpty();
    starts.close();
    for (Future<WorkerProcess> worker : workers) {
      if (worker.state() == Future.State.SUCCESS) {
        worker.resultNow().close();
      }
    }
  }
}
