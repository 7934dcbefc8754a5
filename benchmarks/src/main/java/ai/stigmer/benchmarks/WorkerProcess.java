package ai.stigmer.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** {@code stigmer worker} as a process of its own, with a home of its own. */
final class WorkerProcess implements AutoCloseable {
  private static final int MOST_TRIES = 5;

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
      while (worker.process.isAlive() && !Files.readString(said).contains("takes runs")) {
        Thread.sleep(50);
      }
      if (worker.process.isAlive()) {
        return worker;
      }
      if (tries == MOST_TRIES) {
        throw new IllegalStateException("a worker ended: " + Files.readString(said));
      }
    }
  }

  private static Process process(TemporalBench bench, Path folder, int number, Path said)
      throws IOException {
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
