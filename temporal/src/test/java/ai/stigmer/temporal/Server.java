package ai.stigmer.temporal;

import ai.stigmer.testkit.RealComponents;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.MethodDescriptor;
import io.temporal.api.workflowservice.v1.RespondWorkflowTaskCompletedRequest;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.testing.TemporalDevServer;
import io.temporal.testing.TemporalDevServerOptions;
import io.temporal.testserver.TestServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** A Temporal server of a test: the SDK's own in memory, or the real one for development. */
interface Server extends AutoCloseable {
  String address();

  /** What clients of it need beyond its address. */
  UnaryOperator<WorkflowServiceStubsOptions.Builder> client();

  @Override
  void close();

  /**
   * The SDK's server. It leaves tasks with a worker that is gone, so its clients tell it not to
   * keep them; every task then replays its whole history.
   */
  static Server inMemory() {
    return inMemory(true);
  }

  /** The same, with timers that are over as soon as nothing else is under way. */
  static Server skippingTime() {
    return inMemory(false);
  }

  private static Server inMemory(boolean keepsTime) {
    int port = freePort();
    var server = TestServer.createPortBoundServer(port, keepsTime);
    return new Server() {
      @Override
      public String address() {
        return "127.0.0.1:" + port;
      }

      @Override
      public UnaryOperator<WorkflowServiceStubsOptions.Builder> client() {
        return options -> options.setGrpcClientInterceptors(List.of(new NotSticky()));
      }

      @Override
      public void close() {
        server.close();
      }
    };
  }

  /** A port that nobody listens at. */
  static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Skips the test without the real server, and says so; in CI the test fails instead. */
  static Server real(Path folder) {
    return real(binary(), folder, Optional.empty());
  }

  /** The real server at a port, so that it can be started again with what the folder holds. */
  static Server real(Path folder, int port) {
    return real(binary(), folder, Optional.of(port));
  }

  private static Server real(Path binary, Path folder, Optional<Integer> port) {
    var options =
        TemporalDevServerOptions.newBuilder()
            .setExistingPath(binary.toString())
            .setDownloadEnabled(false)
            .setUiEnabled(false)
            .setLogLevel("error")
            .setLogFile(folder.resolve("temporal.log").toString())
            // What it knows outlives it, for a server that is started again at its port.
            .setDatabaseFilename(folder.resolve("temporal.db").toString())
            .setStartupTimeout(Duration.ofMinutes(1));
    port.ifPresent(options::setPort);
    var server = TemporalDevServer.start(options.build());
    return new Server() {
      @Override
      public String address() {
        return server.getTarget();
      }

      @Override
      public UnaryOperator<WorkflowServiceStubsOptions.Builder> client() {
        return UnaryOperator.identity();
      }

      @Override
      public void close() {
        server.close();
      }
    };
  }

  private static Path binary() {
    String named = System.getenv("STIGMER_TEMPORAL");
    Optional<Path> found =
        (named == null
                ? Stream.of(System.getenv("PATH").split(":", -1))
                    .map(folder -> Path.of(folder, "temporal"))
                : Stream.of(Path.of(named)))
            .filter(Files::isExecutable)
            .findFirst();
    RealComponents.require(
        "the Temporal server (bin/temporal-server DIR)", () -> found.isPresent());
    return found.orElseThrow();
  }

  /** Takes back the offer to keep a workflow at its worker. */
  final class NotSticky implements ClientInterceptor {
    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(
        MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
      return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
        @Override
        @SuppressWarnings("unchecked")
        public void sendMessage(Q message) {
          super.sendMessage(
              message instanceof RespondWorkflowTaskCompletedRequest request
                  ? (Q) request.toBuilder().clearStickyAttributes().build()
                  : message);
        }
      };
    }
  }
}
