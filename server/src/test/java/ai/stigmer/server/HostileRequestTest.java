package ai.stigmer.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a caller sends, it is told what is wrong with it, and never how the server is built. */
class HostileRequestTest {
  private static final int EACH = 60;
  private static final Set<Status.Code> FINE =
      Set.of(
          Status.Code.OK,
          Status.Code.INVALID_ARGUMENT,
          Status.Code.NOT_FOUND,
          Status.Code.ALREADY_EXISTS,
          Status.Code.ABORTED,
          Status.Code.FAILED_PRECONDITION,
          Status.Code.RESOURCE_EXHAUSTED);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();

  @TempDir Path folder = Path.of("");

  @Test
  void randomRequestsToEveryMethodAreAnsweredInOrder() throws Exception {
    long seed = Long.getLong("stigmer.seed", 20_261_121L);
    var random = new Random(seed);
    var wrong = new ArrayList<String>();
    int calls = 0;
    try (TestingServer server =
        TestingServer.in(folder, Map.of("STIGMER_LLM_PROVIDER", "ollama"))) {
      for (ServiceDescriptor service : RandomRequests.SERVICES) {
        for (MethodDescriptor<?, ?> method : service.getMethods()) {
          for (int i = 0; i < EACH; i++) {
            Message request = RandomRequests.request(method, random, List.of());
            Status status = call(server, method, request.toByteArray());
            calls++;
            if (!FINE.contains(status.getCode()) || isTelling(status)) {
              wrong.add(method.getFullMethodName() + ": " + status + request);
            }
          }
        }
      }
      assertThat(wrong).as("seed " + seed).isEmpty();
      assertThat(calls).isGreaterThan(2_000);
      assertThat(server.log()).doesNotContain("\"event\":\"bug\"");
    }
  }

  private static boolean isTelling(Status status) {
    String words = String.valueOf(status.getDescription());
    return words.contains("Exception") || words.contains("\tat ") || words.contains("java.");
  }

  /** As a frame of gRPC over HTTP/2; a call that fails has its status in the headers. */
  private Status call(TestingServer server, MethodDescriptor<?, ?> method, byte[] request)
      throws Exception {
    byte[] frame =
        ByteBuffer.allocate(request.length + 5)
            .put((byte) 0)
            .putInt(request.length)
            .put(request)
            .array();
    HttpResponse<byte[]> response =
        http.send(
            HttpRequest.newBuilder(
                    URI.create(
                        "http://127.0.0.1:" + server.port() + "/" + method.getFullMethodName()))
                .POST(HttpRequest.BodyPublishers.ofByteArray(frame))
                .header("content-type", "application/grpc")
                .header("te", "trailers")
                .header("authorization", "Bearer " + server.token())
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());
    assertThat(response.statusCode()).isEqualTo(200);
    Optional<String> code = response.headers().firstValue("grpc-status");
    if (code.isEmpty()) {
      assertThat(response.body()).as(method.getFullMethodName()).isNotEmpty();
      return Status.OK;
    }
    return Status.fromCodeValue(Integer.parseInt(code.get()))
        .withDescription(response.headers().firstValue("grpc-message").orElse(""));
  }
}
