package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.it.StigmerProcess.Ended;
import ai.stigmer.testkit.RealComponents;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real process, killed by strace on entering a system call that writes: in the middle of SQLite's
 * commits, of a tool's file, of an answer. What counts is the same as in {@link KillTest}.
 */
class SystemCallKillTest {
  private static final int AT_ONCE = 4;

  @TempDir Path folder = Path.of("");

  /** The n-th call of this name, counted per thread, is not made: the process is killed there. */
  private record Point(String call, int nth) {}

  @Test
  void aRunKilledWithinItsWritesEndsAsAnUndisturbedOne() throws Exception {
    // Given
    RealComponents.requireStrace();
    Map<String, String> files;
    try (WorkingRun undisturbed = new WorkingRun(folder.resolve("all"), WorkingRun::tenSteps)) {
      assertThat(undisturbed.stigmer().run(undisturbed.command()).status()).isZero();
      files = undisturbed.files();
    }
    // When
    var points = new ArrayList<Callable<Boolean>>();
    every(1, 40, 3, "fsync").forEach(point -> points.add(() -> killedAndResumed(point, files)));
    every(1, 160, 7, "pwrite64").forEach(point -> points.add(() -> killedAndResumed(point, files)));
    every(1, 60, 6, "write").forEach(point -> points.add(() -> killedAndResumed(point, files)));
    every(1, 8, 1, "rename").forEach(point -> points.add(() -> killedAndResumed(point, files)));
    // Then
    int killed = 0;
    try (ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE)) {
      for (Future<Boolean> done : pool.invokeAll(points)) {
        killed += done.get() ? 1 : 0;
      }
    }
    assertThat(killed).as("processes that were killed").isGreaterThan(points.size() / 3);
  }

  private static List<Point> every(int first, int last, int step, String call) {
    return IntStream.rangeClosed(first, last)
        .filter(n -> (n - first) % step == 0)
        .mapToObj(n -> new Point(call, n))
        .toList();
  }

  /** Whether the process was killed; it is not when it makes fewer calls. */
  private boolean killedAndResumed(Point point, Map<String, String> files) throws IOException {
    String name = point.call() + "-" + point.nth();
    try (WorkingRun run = new WorkingRun(folder.resolve(name), WorkingRun::tenSteps)) {
      Ended first = run.stigmer().tracedBy(strace(point)).run(run.command());
      Ended ended = first;
      if (first.status() != 0) {
        ended = run.resume();
        if (ended.err().contains("error[E51")) {
          // Nothing had been recorded, so nothing was done.
          assertThat(run.files()).as(name).isEmpty();
          ended = run.stigmer().run(run.command());
        }
      }
      assertThat(ended.status()).as(name + ": " + ended.err()).isZero();
      assertThat(ended.out()).as(name).isEqualTo("All ten done.\n");
      assertThat(run.files()).as(name).isEqualTo(files);
      run.assertAskedAgainAtMost(2, name);
      return first.status() != 0;
    }
  }

  private static List<String> strace(Point point) {
    return List.of(
        "strace",
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        "trace=" + point.call(),
        "-e",
        "inject=" + point.call() + ":signal=KILL:when=" + point.nth());
  }
}
