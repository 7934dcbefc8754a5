package ai.stigmer.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code stigmer worker} as a process of its own, with a home of its own. */
final class WorkerProcess implements AutoCloseable {
  private static final int MOST_TRIES = 5;

  /** Who does not take runs by then is killed, and counts as one that ended. */
  private static final Duration LONGEST_START = Duration.ofMinutes(3);

  private final Process process;

  private WorkerProcess(Process process) {
    this.process = process;
  }

  /**
   * Starts a worker, and waits until it takes runs. One that ends before is started again, as
   * whoever looks after a fleet does: the server may still be starting.
   *
   * @param number names its home
   */
  static WorkerProcess start(TemporalBench bench, Path folder, int number)
      throws IOException, InterruptedException {
    Path said = folder.resolve("worker-" + number + ".log");
    for (int tries = 1; ; tries++) {
      var worker = new WorkerProcess(process(bench, folder, number, said));
      if (worker.takesRuns(said)) {
        return worker;
      }
      if (tries == MOST_TRIES) {
        throw new IllegalStateException("a worker ended: " + Files.readString(said));
      }
    }
  }

  private boolean takesRuns(Path said) throws IOException, InterruptedException {
    Instant end = Instant.now().plus(LONGEST_START);
    try {
      while (!Files.readString(said).contains("takes runs")) {
        if (!process.isAlive() || Instant.now().isAfter(end)) {
          kill();
          return false;
        }
        Thread.sleep(50);
      }
      return true;
    } catch (InterruptedException e) {
      close();
      throw e;
    }
  }

  private static Process process(TemporalBench bench, Path folder, int number, Path said)
      throws IOException {
    var line = new ArrayList<>(List.of(ServerProcess.java()));
    line.addAll(LoadedServer.FLAGS);
    line.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            "ai.stigmer.cli.Main",
            "worker"));
    var builder = new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(said.toFile());
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
    return builder.start();
  }

  /** Kills it, and waits until it is gone. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
