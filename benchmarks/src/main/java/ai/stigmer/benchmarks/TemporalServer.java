package ai.stigmer.benchmarks;

import io.temporal.client.WorkflowClient;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Optional;

/** The real Temporal server as a process of its own, on the loopback address. */
final class TemporalServer implements AutoCloseable {
  private final Process process;
  private final String address;

  private TemporalServer(Process process, String address) {
    this.process = process;
    this.address = address;
  }

  /** Starts the server that {@code STIGMER_TEMPORAL} names, or the one on the path. */
  static TemporalServer start(Path folder) throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    Process process =
        new ProcessBuilder(
                program(),
                "server",
                "start-dev",
                "--headless",
                "--log-level",
                "error",
                "--port",
                String.valueOf(port))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("temporal.log").toFile())
            .start();
    return new TemporalServer(process, "127.0.0.1:" + port);
  }

  static String program() {
    return Optional.ofNullable(System.getenv("STIGMER_TEMPORAL")).orElse("temporal");
  }

  String address() {
    return address;
  }

  /** How many events the history of a workflow has. */
  int events(String workflowId) {
    WorkflowServiceStubs stubs =
        WorkflowServiceStubs.newServiceStubs(
            WorkflowServiceStubsOptions.newBuilder().setTarget(address).build());
    try {
      return WorkflowClient.newInstance(stubs).fetchHistory(workflowId).getEvents().size();
    } finally {
      stubs.shutdownNow();
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
