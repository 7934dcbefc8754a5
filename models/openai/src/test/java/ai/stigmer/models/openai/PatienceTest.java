package ai.stigmer.models.openai;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelFailure.Kind;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.testkit.http.Fault;
import ai.stigmer.testkit.http.StuckNames;
import ai.stigmer.testkit.openai.Answer;
import ai.stigmer.testkit.openai.FakeChatCompletions;
import ai.stigmer.testkit.openai.FakeResponses;
import ai.stigmer.testkit.openai.Scenario;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Optional;
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
  void aClientThatGivesUpConnectingBeforeWeDoIsNoBrokenAnswer() {
    // Given
    var failures =
        new Failures(
            Endpoint.of(Optional.of("http://127.0.0.1:1/v1"), Optional.empty()),
            "a-model",
            ModelSettings.Dialect.RESPONSES);

    // When
    ModelFailure failure =
        failures.connection(new IOException(new SocketTimeoutException("Connect timed out")));

    // Then
    assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE);
    assertThat(failure.problem().code()).isEqualTo("E201");
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
      assertThat(failure.problem().code()).isEqualTo("E208");
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
      assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
      assertThat(server.requests()).isZero();
    }
  }

  @Test
  void aNameThatIsNeverFoundEndsAfterTheConnectTimeout() {
    // Given
    String url = "http://" + StuckNames.host();

    // When
    ModelFailure failure =
        new Asking(Asking.Wish.chat(url).patience(SHORT, LONG, LONG).settings())
            .failure(Asking.hello());

    // Then
    assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE);
    assertThat(failure.problem().message()).endsWith("within 200 ms");
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
}
