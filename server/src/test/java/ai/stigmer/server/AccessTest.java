package ai.stigmer.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.config.ConfigInput;
import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import io.grpc.reflection.v1.ServerReflectionGrpc.ServerReflectionStub;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Who is let in, over a real connection and with another client than the server's maker. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccessTest {
  private static final byte[] EMPTY_MESSAGE = new byte[5];

  @SuppressWarnings("NullAway.Init") // Made before the first test.
  private TestingServer server;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    server = TestingServer.in(folder, Map.of("STIGMER_LLM_PROVIDER", "ollama"));
  }

  @AfterAll
  void stop() {
    http.close();
    server.close();
  }

  @Test
  void noMethodOfAnyServiceAnswersWithoutTheToken() throws Exception {
    // Given
    List<String> methods = methods();
    assertThat(methods).hasSizeGreaterThan(50).contains("/grpc.health.v1.Health/Check");

    // When
    var answered = new ArrayList<String>();
    for (String method : methods) {
      for (String token : new String[] {"", "Bearer ", "Bearer " + "x".repeat(43), "Basic abc"}) {
        HttpResponse<byte[]> response = grpc(method, token, Map.of());
        if (!status(response).equals("16") || response.body().length > 0) {
          answered.add(method + " with \"" + token + "\": " + status(response));
        }
      }
    }

    // Then
    assertThat(answered).isEmpty();
    assertThat(status(grpc("/grpc.health.v1.Health/Check", bearer(), Map.of()))).isEqualTo("0");
  }

  @Test
  void noPathAnswersWithoutTheToken() throws Exception {
    for (String path :
        List.of(
            "/healthz/live", "/healthz/ready", "/metrics", "/docs", "/nowhere", "/console/no")) {
      for (String verb : List.of("GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD")) {
        assertThat(send(path, verb, "", Map.of()).statusCode())
            .as(verb + " " + path)
            .isEqualTo(401);
      }
    }
    assertThat(send("/healthz/ready", "GET", bearer(), Map.of()).statusCode()).isEqualTo(200);
    assertThat(send("/nowhere", "GET", bearer(), Map.of()).statusCode()).isEqualTo(404);
  }

  @Test
  void aRequestOfAWebPageIsRefusedEvenWithTheToken() throws Exception {
    var origin = Map.of("Origin", "http://localhost:3000");

    assertThat(send("/healthz/ready", "GET", bearer(), origin).statusCode()).isEqualTo(403);
    assertThat(status(grpc("/grpc.health.v1.Health/Check", bearer(), origin))).isEqualTo("7");
  }

  @Test
  void aServerThatIsCalledByAnotherNameDoesNotAnswer() throws Exception {
    assertThat(raw("evil.example:" + server.port(), bearer())).startsWith("HTTP/1.1 403");
    assertThat(raw("127.0.0.1:1", bearer())).startsWith("HTTP/1.1 403");
    assertThat(raw("localhost:" + server.port(), bearer())).startsWith("HTTP/1.1 200");
  }

  @Test
  void aNewTokenCountsAtOnceAndTheOldOneNoMore(@TempDir Path folder) throws Exception {
    try (TestingServer other = TestingServer.in(folder, Map.of())) {
      String old = "Bearer " + other.token();
      Files.writeString(other.home().resolve("server.token"), "n".repeat(40) + "\n");

      assertThat(health(other, old)).isEqualTo(401);
      assertThat(health(other, "Bearer " + "n".repeat(40))).isEqualTo(200);
    }
  }

  @Test
  void aTokenThatOthersCanReadLetsNobodyIn(@TempDir Path folder) throws Exception {
    try (TestingServer other = TestingServer.in(folder, Map.of())) {
      String token = "Bearer " + other.token();
      Path file = other.home().resolve("server.token");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
      assertThat(health(other, token)).isEqualTo(200);

      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

      assertThat(health(other, token)).isEqualTo(401);
    }
  }

  @Test
  void anAddressOfOtherMachinesNeedsTlsOrAProxy(@TempDir Path folder) throws Exception {
    var everywhere = new InetSocketAddress(InetAddress.getAllByName("0.0.0.0")[0], 0);
    ServerOptions usual = TestingServer.options(folder, Map.of());
    Function<ServerOptions.Exposure, ServerOptions> options =
        exposure ->
            new ServerOptions(
                everywhere,
                Set.of(),
                Optional.empty(),
                exposure,
                usual.home(),
                usual.database(),
                usual.workspaces(),
                1,
                ConfigInput.of(usual.env(), "stigmer server"),
                usual.env());

    assertThatThrownBy(() -> options.apply(ServerOptions.Exposure.DIRECT).requireSafe())
        .hasMessageContaining("E563");
    options.apply(ServerOptions.Exposure.BEHIND_PROXY).requireSafe();
  }

  @Test
  void workspacesInTheHomeAreRefusedBecauseRunsCouldWriteNothingThere(@TempDir Path folder) {
    ServerOptions usual = TestingServer.options(folder, Map.of());
    Path inside = usual.home().resolve("workspaces");

    assertThatThrownBy(
            () ->
                new ServerOptions(
                        usual.address(),
                        usual.names(),
                        usual.tls(),
                        usual.exposure(),
                        usual.home(),
                        usual.database(),
                        inside,
                        usual.maxRuns(),
                        usual.configuration(),
                        usual.env())
                    .requireSafe())
        .hasMessageContaining("E130");
    usual.requireSafe();
  }

  /** Every method, as the server itself tells by reflection. */
  private List<String> methods() throws Exception {
    var methods = new ArrayList<String>();
    ServerReflectionResponse services =
        reflect(ServerReflectionRequest.newBuilder().setListServices("*").build());
    for (ServiceResponse service : services.getListServicesResponse().getServiceList()) {
      ServerReflectionResponse files =
          reflect(
              ServerReflectionRequest.newBuilder()
                  .setFileContainingSymbol(service.getName())
                  .build());
      for (ByteString bytes : files.getFileDescriptorResponse().getFileDescriptorProtoList()) {
        FileDescriptorProto file = FileDescriptorProto.parseFrom(bytes);
        file.getServiceList().stream()
            .filter(one -> service.getName().equals(file.getPackage() + "." + one.getName()))
            .flatMap(one -> one.getMethodList().stream())
            .forEach(method -> methods.add("/" + service.getName() + "/" + method.getName()));
      }
    }
    return methods;
  }

  private ServerReflectionResponse reflect(ServerReflectionRequest request) throws Exception {
    var answer = new CompletableFuture<ServerReflectionResponse>();
    StreamObserver<ServerReflectionRequest> requests =
        server
            .client(ServerReflectionStub.class)
            .serverReflectionInfo(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ServerReflectionResponse response) {
                    answer.complete(response);
                  }

                  @Override
                  public void onError(Throwable failure) {
                    answer.completeExceptionally(failure);
                  }

                  @Override
                  public void onCompleted() {}
                });
    requests.onNext(request);
    requests.onCompleted();
    return answer.get();
  }

  private String bearer() {
    return "Bearer " + server.token();
  }

  private HttpResponse<byte[]> grpc(String method, String token, Map<String, String> headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + method))
            .POST(HttpRequest.BodyPublishers.ofByteArray(EMPTY_MESSAGE))
            // A stream that was let in would never end.
            .timeout(Duration.ofSeconds(20))
            .header("content-type", "application/grpc")
            .header("te", "trailers");
    headers.forEach(request::header);
    if (!token.isEmpty()) {
      request.header("authorization", token);
    }
    return answered(request.build(), 5);
  }

  /**
   * Who is refused is answered before its message was read, and its stream is closed. The JDK's
   * client, when it still writes, tells of the closing only.
   */
  private HttpResponse<byte[]> answered(HttpRequest request, int tries) throws Exception {
    try {
      return http.send(request, BodyHandlers.ofByteArray());
    } catch (IOException e) {
      if (tries == 1 || !String.valueOf(e.getMessage()).contains("RST_STREAM")) {
        throw e;
      }
      return answered(request, tries - 1);
    }
  }

  /** Of headers and trailers; the JDK's client hides trailers, so a good call counts as 0. */
  private static String status(HttpResponse<byte[]> response) {
    return response
        .headers()
        .firstValue("grpc-status")
        .orElse(response.statusCode() == 200 && response.body().length > 0 ? "0" : "none");
  }

  private HttpResponse<byte[]> send(
      String path, String verb, String token, Map<String, String> headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
            .method(verb, HttpRequest.BodyPublishers.noBody());
    headers.forEach(request::header);
    if (!token.isEmpty()) {
      request.header("authorization", token);
    }
    return http.send(request.build(), BodyHandlers.ofByteArray());
  }

  private int health(TestingServer other, String token) throws Exception {
    return http.send(
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:" + other.port() + "/healthz/ready"))
                .header("authorization", token)
                .build(),
            BodyHandlers.discarding())
        .statusCode();
  }

  /** The JDK's client sets Host itself, so this one writes it by hand. */
  private String raw(String host, String token) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      String request =
          "GET /healthz/ready HTTP/1.1\r\nHost: "
              + host
              + "\r\nAuthorization: "
              + token
              + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
