package ai.stigmer.models.openai;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelFailure.Kind;
import ai.stigmer.graphton.model.ModelResult;
import ai.stigmer.testkit.http.Fault;
import ai.stigmer.testkit.openai.Answer;
import ai.stigmer.testkit.openai.FakeChatCompletions;
import ai.stigmer.testkit.openai.FakeResponses;
import ai.stigmer.testkit.openai.Scenario;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How long a call waits, and how fast it lets go. */
@Timeout(60)
class PatienceTest {
  private static final Duration LONG = Duration.ofSeconds(50);
  private static final Duration SHORT = Duration.ofMillis(200);
  private static final Answer STALLING = Answer.text("Hel", "lo").with(new Fault.StallAt(2000));

  @Test
  void aServerThatIsNotThereIsNamed() throws IOException {
    // Given
    String url;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      url = "http://localhost:" + closed.getLocalPort() + "/v1";
    }

    // When
    ModelFailure failure = new Asking(Asking.Wish.chat(url).settings()).failure(Asking.hello());

    // Then
    assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE);
    assertThat(failure.problem().code()).isEqualTo("E201");
    assertThat(failure.problem().message()).isEqualTo("no server can be reached at " + url);
    assertThat(failure.problem().help()).startsWith("stigmer config explain");
  }

  @Test
  void aHostThatHasNoAddressIsNamed() {
    // When
    ModelFailure failure =
        new Asking(Asking.Wish.chat("http://no-such-host.invalid/v1").settings())
            .failure(Asking.hello());

    // Then
    assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE);
  }

  @Test
  void localhostIsFoundWhereverItListens() {
    // Given
    try (FakeChatCompletions server = FakeChatCompletions.start(Scenario.of(Answer.text("ok")))) {
      String url = server.baseUrl().replace("127.0.0.1", "localhost");

      // When / Then
      assertThat(new Asking(Asking.Wish.chat(url).settings()).turn(Asking.hello()).text())
          .isEqualTo("ok");
    }
  }

  @Test
  void aServerThatDoesNotEncryptIsNotTrusted() {
    // Given
    try (FakeChatCompletions server = FakeChatCompletions.start(Scenario.of())) {
      String url = server.baseUrl().replace("http:", "https:");

      // When
      ModelFailure failure =
          new Asking(Asking.Wish.chat(url).key("sesame").settings()).failure(Asking.hello());

      // Then
      assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE);
      assertThat(failure.problem().message()).startsWith("no trusted connection to " + url);
      assertThat(server.requests()).isEmpty();
      server.closeIgnoringViolations();
    }
  }

  @Test
  void aServerWithoutACertificateIsNotTrusted() throws IOException, NoSuchAlgorithmException {
    // Given
    ServerSocket socket =
        SSLContext.getDefault()
            .getServerSocketFactory()
            .createServerSocket(0, 8, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
    try (RawHttp server = new RawHttp(socket, out -> out.write(1))) {
      String url = "https://127.0.0.1:" + server.port() + "/v1";

      // When
      ModelFailure failure = new Asking(Asking.Wish.chat(url).settings()).failure(Asking.hello());

      // Then
      assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE);
      assertThat(server.requests()).isZero();
    }
  }

  @Test
  void anEncryptionThatNeverComesEndsAfterTheConnectTimeout() throws IOException {
    // Given
    try (ServerSocket silent = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      String url = "https://127.0.0.1:" + silent.getLocalPort() + "/v1";

      // When
      ModelFailure failure =
          new Asking(Asking.Wish.chat(url).patience(SHORT, LONG, LONG).settings())
              .failure(Asking.hello());

      // Then
      assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE);
      assertThat(failure.problem().message())
          .isEqualTo("no connection to " + url + " within 200 ms");
    }
  }

  @Test
  void aServerThatNeverAnswersEndsAfterTheFirstTokenTimeout() {
    // Given
    Scenario scenario = Scenario.of(Answer.text("x").after(Duration.ofMinutes(5)));
    try (FakeResponses server = FakeResponses.start(scenario)) {

      // When
      ModelFailure failure =
          new Asking(Asking.Wish.responses(server.baseUrl()).patience(LONG, SHORT, LONG).settings())
              .failure(Asking.hello());

      // Then
      assertThat(failure.kind()).isEqualTo(Kind.TIMEOUT);
      assertThat(failure.problem().code()).isEqualTo("E203");
      assertThat(failure.problem().message()).endsWith("sent nothing within 200 ms");
    }
  }

  @Test
  void aServerThatTakesNoRequestEndsAfterTheFirstTokenTimeout() throws IOException {
    // Given
    try (ServerSocket full = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      full.setReceiveBufferSize(1024);
      String url = "http://127.0.0.1:" + full.getLocalPort() + "/v1";
      var large =
          Asking.request(new ai.stigmer.graphton.message.Message.User("x".repeat(20_000_000)));

      // When
      ModelFailure failure =
          new Asking(Asking.Wish.chat(url).patience(LONG, Duration.ofSeconds(2), LONG).settings())
              .failure(large);

      // Then
      assertThat(failure.kind()).isEqualTo(Kind.TIMEOUT);
    }
  }

  @Test
  void aStallWithinTheAnswerEndsAfterTheIdleTimeout() throws InterruptedException {
    // Given
    try (FakeResponses server = FakeResponses.start(Scenario.of(STALLING))) {

      // When
      ModelFailure failure =
          new Asking(Asking.Wish.responses(server.baseUrl()).patience(LONG, LONG, SHORT).settings())
              .failure(Asking.hello());

      // Then
      assertThat(failure.kind()).isEqualTo(Kind.TIMEOUT);
      assertThat(failure.problem().message()).endsWith("fell silent for 200 ms");
      assertThat(server.awaitAbandoned(Duration.ofSeconds(5))).isTrue();
    }
  }

  @Test
  void anAnswerSlowerThanTheIdleTimeoutInAllIsStillComplete() {
    // Given
    Answer slow = Answer.text("Hello").with(new Fault.Trickle(100, Duration.ofMillis(40)));
    try (FakeResponses server = FakeResponses.start(Scenario.of(slow))) {

      // When
      String text =
          new Asking(
                  Asking.Wish.responses(server.baseUrl())
                      .patience(LONG, LONG, Duration.ofMillis(700))
                      .settings())
              .turn(Asking.hello())
              .text();

      // Then
      assertThat(text).isEqualTo("Hello");
    }
  }

  @Test
  void keepAliveCommentsKeepTheAnswerAlive() {
    // Given
    try (RawHttp server = new RawHttp(PatienceTest::commentsThenAnswer)) {

      // When
      String text =
          new Asking(
                  Asking.Wish.chat(server.baseUrl())
                      .patience(LONG, LONG, Duration.ofMillis(600))
                      .settings())
              .turn(Asking.hello())
              .text();

      // Then
      assertThat(text).isEqualTo("late");
    }
  }

  private static void commentsThenAnswer(java.io.OutputStream out)
      throws IOException, InterruptedException {
    out.write(ascii("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"));
    for (int i = 0; i < 12; i++) {
      out.write(ascii(": keep-alive\n\n"));
      out.flush();
      Thread.sleep(100);
    }
    out.write(
        ascii(
            "data: {\"choices\":[{\"delta\":{\"content\":\"late\"},\"finish_reason\":\"stop\"}]}\n\n"));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
  }

  @Test
  void cancellingWithinTheAnswerClosesTheConnectionWithinASecond() throws Exception {
    // Given
    try (FakeResponses server = FakeResponses.start(Scenario.of(STALLING))) {
      CountDownLatch begun = new CountDownLatch(1);
      CancelToken cancel = new CancelToken();
      CompletableFuture<ModelResult> result =
          calling(Asking.Wish.responses(server.baseUrl()), cancel, begun);
      assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();

      // When
      long before = System.nanoTime();
      cancel.cancel();

      // Then
      assertThat(result.get(1, TimeUnit.SECONDS)).isEqualTo(new ModelResult.Cancelled());
      assertThat(server.awaitAbandoned(Duration.ofSeconds(1))).isTrue();
      assertThat(System.nanoTime() - before).isLessThan(1_000_000_000L);
    }
  }

  @Test
  void cancellingBeforeTheFirstByteEndsTheCall() throws Exception {
    // Given
    CountDownLatch asked = new CountDownLatch(1);
    Scenario scenario =
        Scenario.answering(
            body -> {
              asked.countDown();
              return Answer.text("x").after(Duration.ofMinutes(5));
            });
    try (FakeChatCompletions server = FakeChatCompletions.start(scenario)) {
      CancelToken cancel = new CancelToken();
      CompletableFuture<ModelResult> result =
          calling(Asking.Wish.chat(server.baseUrl()), cancel, new CountDownLatch(1));
      assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();

      // When
      cancel.cancel();

      // Then
      assertThat(result.get(1, TimeUnit.SECONDS)).isEqualTo(new ModelResult.Cancelled());
    }
  }

  @Test
  void cancellingWhileConnectingEndsTheCall() throws Exception {
    // Given
    List<Socket> filling = new ArrayList<>();
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CancelToken cancel = new CancelToken();
      String encrypted = "https://127.0.0.1:" + silent.getLocalPort() + "/v1";
      CompletableFuture<ModelResult> handshake =
          calling(Asking.Wish.chat(encrypted), cancel, new CountDownLatch(1));
      filling.add(silent.accept());

      // When
      cancel.cancel();

      // Then
      assertThat(handshake.get(1, TimeUnit.SECONDS)).isEqualTo(new ModelResult.Cancelled());
    } finally {
      for (Socket socket : filling) {
        socket.close();
      }
    }
  }

  @Test
  void cancellingBeforehandAsksNobody() {
    // Given
    try (FakeResponses server = FakeResponses.start(Scenario.of())) {
      CancelToken cancel = new CancelToken();
      cancel.cancel();

      // When
      ModelResult result = new Asking(server).ask(Asking.hello(), cancel);

      // Then
      assertThat(result).isEqualTo(new ModelResult.Cancelled());
      assertThat(server.requests()).isEmpty();
    }
  }

  @Test
  void interruptingTheCallerCancelsTheCall() throws Exception {
    // Given
    try (FakeResponses server = FakeResponses.start(Scenario.of(STALLING))) {
      CountDownLatch begun = new CountDownLatch(1);
      ChatModel model =
          new OpenAiProvider().open(Asking.Wish.responses(server.baseUrl()).settings());
      CompletableFuture<ModelResult> result = new CompletableFuture<>();
      Thread caller =
          Thread.ofVirtual()
              .start(
                  () ->
                      result.complete(
                          model.call(
                              Asking.hello(), new CancelToken(), event -> begun.countDown())));
      assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();

      // When
      caller.interrupt();

      // Then
      assertThat(result.get(1, TimeUnit.SECONDS)).isEqualTo(new ModelResult.Cancelled());
    }
  }

  private static CompletableFuture<ModelResult> calling(
      Asking.Wish wish, CancelToken cancel, CountDownLatch begun) {
    ChatModel model = new OpenAiProvider().open(wish.patience(LONG, LONG, LONG).settings());
    CompletableFuture<ModelResult> result = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> result.complete(model.call(Asking.hello(), cancel, event -> begun.countDown())));
    return result;
  }
}
