package ai.stigmer.models.anthropic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelFailure.Kind;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.graphton.model.Secret;
import ai.stigmer.testkit.anthropic.Answer;
import ai.stigmer.testkit.anthropic.ApiError;
import ai.stigmer.testkit.anthropic.FakeAnthropic;
import ai.stigmer.testkit.anthropic.Scenario;
import ai.stigmer.testkit.http.LoopbackServer;
import ai.stigmer.testkit.http.StuckNames;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class AnthropicFailureTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          300 | multiple choices                            | E204 | BAD_RESPONSE
          307 | moved                                       | E204 | BAD_RESPONSE
          400 | messages.0: something is wrong              | E215 | BAD_REQUEST
          400 | prompt is too long: 201 tokens > 200 maximum | E302 | CONTEXT_OVERFLOW
          400 | You have reached your specified API usage limits. | E205 | CREDENTIALS
          400 | Your credit balance is too low              | E205 | CREDENTIALS
          401 | invalid x-api-key                           | E110 | CREDENTIALS
          402 | billing                                     | E205 | CREDENTIALS
          403 | no permission                               | E110 | CREDENTIALS
          404 | model: claude-x                             | E202 | MODEL_MISSING
          404 | Not found                                   | E204 | BAD_RESPONSE
          408 | request timeout                             | E203 | TIMEOUT
          409 | conflict                                    | E204 | SERVER_ERROR
          413 | request exceeds the maximum size            | E302 | CONTEXT_OVERFLOW
          418 | teapot                                      | E215 | BAD_REQUEST
          422 | unprocessable                               | E215 | BAD_REQUEST
          429 | this would exceed your rate limit           | E206 | RATE_LIMITED
          499 | client closed request                       | E204 | SERVER_ERROR
          500 | internal server error                       | E204 | SERVER_ERROR
          502 | bad gateway                                 | E204 | SERVER_ERROR
          503 | unavailable                                 | E207 | OVERLOADED
          504 | timed out                                   | E203 | TIMEOUT
          529 | Overloaded                                  | E207 | OVERLOADED
          599 | strange                                     | E204 | SERVER_ERROR
          """)
  void aRefusalHasItsCode(int status, String text, String code, Kind kind) {
    // Given
    try (FakeAnthropic server = FakeAnthropic.start(Scenario.of(Answer.error(status, text)))) {

      // When
      ModelFailure failure = new Asking(server).failure(Asking.hello());

      // Then
      assertThat(failure.provider()).isEqualTo("anthropic");
      assertThat(failure.status()).isEqualTo(status);
      assertThat(failure.kind()).isEqualTo(kind);
      assertThat(failure.requestId()).contains("req_fake");
      assertThat(failure.problem().code()).isEqualTo(code);
      assertThat(failure.problem().from())
          .containsExactly("anthropic/claude-opus-5-5 at " + server.baseUrl(), "request req_fake");
      assertThat(failure.problem().help()).isNotEmpty();
      assertThat(server.messages()).hasSize(1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "invalid_request_error, prompt is too long: 2 > 1, E302, CONTEXT_OVERFLOW",
    "invalid_request_error, wrong, E215, BAD_REQUEST",
    "authentication_error, expired, E110, CREDENTIALS",
    "billing_error, no credit, E205, CREDENTIALS",
    "permission_error, no, E110, CREDENTIALS",
    "request_too_large, too large, E302, CONTEXT_OVERFLOW",
    "rate_limit_error, slow down, E206, RATE_LIMITED",
    "timeout_error, timed out, E203, TIMEOUT",
    "overloaded_error, Overloaded, E207, OVERLOADED",
    "api_error, internal, E204, SERVER_ERROR",
    "something_new, hm, E204, SERVER_ERROR",
  })
  void anErrorWithinTheStreamIsTheFailureThatItNames(
      String type, String text, String code, Kind kind) {
    // Given
    Answer failing = Answer.text("Hel").and(new Answer.Part.Failure(new ApiError(200, type, text)));
    try (FakeAnthropic server = FakeAnthropic.start(Scenario.of(failing))) {

      // When
      ModelFailure failure = new Asking(server).failure(Asking.hello());

      // Then
      assertThat(failure.status()).isEqualTo(200);
      assertThat(failure.kind()).isEqualTo(kind);
      assertThat(failure.problem().code()).isEqualTo(code);
      assertThat(failure.requestId()).contains("req_fake");
    }
  }

  @Test
  void anErrorCodeOfASpendingLimitIsNotARateLimit() {
    // Given
    String body =
        "{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"wait\",\"details\":{\"error_code\":\"workspace_spend_limit_reached\"}}}";
    try (FakeAnthropic server = FakeAnthropic.start(Scenario.of(Answer.raw(429, body)))) {

      // When
      ModelFailure failure = new Asking(server).failure(Asking.hello());

      // Then
      assertThat(failure.kind().retryable()).isFalse();
      assertThat(failure.problem().code()).isEqualTo("E205");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          retry-after-ms | 1500                  | 1500
          retry-after    | 3                     | 3000
          retry-after    | 0.5                   | 500
          retry-after    | 0                     | 0
          retry-after    | 999999999999999999    | 86400000
          retry-after    | -5                    | -
          retry-after    | soon                  | -
          retry-after    | NaN                   | -
          retry-after    | 1e9                   | -
          retry-after    | Thu, 01 Jan 1970 00:00:00 GMT | 0
          retry-after    | Fri, 31 Dec 9999 23:59:59 GMT | 86400000
          """)
  void theServersWordOnWaitingIsReadWithinReason(String name, String value, Long millis) {
    // Given
    Answer refusal = Answer.error(429, "slow down").header(name, value);
    try (FakeAnthropic server = FakeAnthropic.start(Scenario.of(refusal))) {

      // When
      ModelFailure failure = new Asking(server).failure(Asking.hello());

      // Then
      assertThat(failure.retryAfter())
          .isEqualTo(Optional.ofNullable(millis).map(Duration::ofMillis));
    }
  }

  @Test
  void aDateToWaitForIsReadAndMillisecondsCountMoreThanSeconds() {
    // Given
    String soon =
        DateTimeFormatter.RFC_1123_DATE_TIME.format(
            ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(90));
    Scenario scenario =
        Scenario.of(
            Answer.error(529, "Overloaded").header("Retry-After", soon),
            Answer.error(529, "Overloaded")
                .header("retry-after", "7")
                .header("Retry-After-Ms", "20"));
    try (FakeAnthropic server = FakeAnthropic.start(scenario)) {
      Asking asking = new Asking(server);

      // When
      Optional<Duration> date = asking.failure(Asking.hello()).retryAfter();
      Optional<Duration> millis = asking.failure(Asking.hello()).retryAfter();

      // Then
      assertThat(date.orElseThrow()).isBetween(Duration.ofSeconds(60), Duration.ofSeconds(90));
      assertThat(millis).contains(Duration.ofMillis(20));
    }
  }

  @ParameterizedTest
  @CsvSource({"500, false, false", "429, false, false", "400, true, true", "401, true, false"})
  void theServersWordOnAnotherTryCountsMoreThanTheStatus(
      int status, String word, boolean retryable) {
    // Given
    Answer refusal = Answer.error(status, "hm").header("x-should-retry", word);
    try (FakeAnthropic server = FakeAnthropic.start(Scenario.of(refusal))) {

      // When
      ModelFailure failure = new Asking(server).failure(Asking.hello());

      // Then
      assertThat(failure.kind().retryable()).isEqualTo(retryable);
    }
  }

  @Test
  void aBodyThatIsNoJsonIsShownOnOneLineAndCut() {
    // Given
    Answer failing = Answer.raw(502, "<html>a\nb\u001b[31m" + "x".repeat(200_000));
    try (FakeAnthropic server = FakeAnthropic.start(Scenario.of(failing))) {

      // When
      String message = new Asking(server).failure(Asking.hello()).problem().message();

      // Then
      assertThat(message)
          .contains("answered 502: <html>a b [31mxxx")
          .endsWith("x…")
          .hasSizeLessThan(400);
    }
  }

  @Test
  void aKeyThatTheServerRepeatsIsNotShown() {
    // Given
    Answer failing = Answer.error(401, "the key " + Asking.KEY + " is not valid");
    try (FakeAnthropic server = FakeAnthropic.start(Scenario.of(failing))) {

      // When
      ModelFailure failure = new Asking(server).failure(Asking.hello());

      // Then
      assertThat(failure.toString()).contains("[redacted]").doesNotContain(Asking.KEY);
    }
  }

  @Test
  void aWrongKeyIsRefusedByTheServerAndNamed() {
    // Given
    FakeAnthropic server = FakeAnthropic.start(Scenario.of().key("sk-ant-other"));

    // When
    ModelFailure failure = new Asking(server).failure(Asking.hello());

    // Then
    assertThat(failure.kind()).isEqualTo(Kind.CREDENTIALS);
    assertThat(failure.problem().help()).startsWith("stigmer config explain");
    server.closeIgnoringViolations();
  }

  @Test
  void whatIsNotTheApiIsNamed() {
    // Given
    Answer page = Answer.recorded("<html>It works!</html>").header("Content-Type", "text/html");
    try (FakeAnthropic server = FakeAnthropic.start(Scenario.of(page))) {

      // When
      ModelFailure failure = new Asking(server).failure(Asking.hello());

      // Then
      assertThat(failure.kind()).isEqualTo(Kind.BAD_RESPONSE);
      assertThat(failure.problem().message()).isEqualTo("what answers is not the API");
    }
  }

  @Test
  void aServerThatIsNotThereIsNamed() throws IOException {
    // Given
    String url;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      url = "http://127.0.0.1:" + closed.getLocalPort();
    }

    // When
    ModelFailure failure = new Asking(Asking.settings(url)).failure(Asking.hello());

    // Then
    assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE);
    assertThat(failure.problem().code()).isEqualTo("E201");
    assertThat(failure.problem().message()).isEqualTo("Anthropic cannot be reached at " + url);
  }

  /** No label of a name may be that long, so nobody is asked for it. */
  @Test
  void aHostWithoutAnAddressIsNamed() {
    // When
    ModelFailure failure =
        new Asking(Asking.settings("http://" + "x".repeat(70) + ".invalid"))
            .failure(Asking.hello());

    // Then
    assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE);
  }

  @Test
  void aServerThatDoesNotEncryptIsNamed() {
    // Given
    try (FakeAnthropic server = FakeAnthropic.start(Scenario.of())) {
      String url = server.baseUrl().replace("http:", "https:");

      // When
      ModelFailure failure = new Asking(Asking.settings(url)).failure(Asking.hello());

      // Then
      assertThat(failure.problem().code()).isEqualTo("E208");
      assertThat(failure.problem().message()).startsWith("no trusted connection to " + url);
    }
  }

  @Test
  void aNameThatIsNeverFoundEndsAfterTheConnectTimeout() {
    // Given
    String url = "http://" + StuckNames.host();

    // When
    ModelFailure failure =
        new Asking(Asking.settings(url, Duration.ofMillis(200))).failure(Asking.hello());

    // Then
    assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE);
    assertThat(failure.problem().code()).isEqualTo("E201");
  }

  @Test
  void aServerThatNeverEncryptsEndsAfterTheConnectTimeout() throws IOException {
    // Given
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      ModelSettings settings =
          Asking.settings("https://127.0.0.1:" + silent.getLocalPort(), Duration.ofMillis(200));

      // When
      ModelFailure failure = new Asking(settings).failure(Asking.hello());

      // Then
      assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE);
      assertThat(failure.problem().code()).isEqualTo("E201");
    }
  }

  @Test
  void aRequestThatMayHaveBeenReadIsNotSentAgain() {
    // Given
    String stream = Asking.recorded("limit.sse");
    AtomicInteger asked = new AtomicInteger();
    try (LoopbackServer server =
        LoopbackServer.start(
            (wire, request) ->
                asked.incrementAndGet() == 1
                    && wire.stream(
                        Map.of("Content-Type", "text/event-stream"),
                        List.of(stream.getBytes(StandardCharsets.UTF_8)),
                        List.of()))) {
      Asking asking = new Asking(Asking.settings(server.baseUrl()));
      asking.turn(Asking.hello());

      // When
      ModelFailure failure = asking.failure(Asking.hello());

      // Then
      assertThat(failure.kind()).isEqualTo(Kind.STREAM_BROKEN);
      assertThat(asked).hasValue(2);
      assertThat(server.connections()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource({"301", "302", "303", "307", "308"})
  void aRedirectIsNotFollowed(int status) {
    // Given
    try (FakeAnthropic elsewhere = FakeAnthropic.start(Scenario.of());
        FakeAnthropic server =
            FakeAnthropic.start(
                Scenario.of(
                    Answer.error(status, "moved")
                        .header("Location", elsewhere.baseUrl() + "/v1/messages")))) {

      // When
      ModelFailure failure = new Asking(server).failure(Asking.hello());

      // Then
      assertThat(failure.kind()).isEqualTo(Kind.BAD_RESPONSE);
      assertThat(elsewhere.requests()).isEmpty();
    }
  }

  @Test
  void aLineWithoutAnEndIsAClearFailure() {
    // Given
    Answer endless =
        Answer.recorded("data: {\"type\":\"ping\",\"x\":\"" + "x".repeat(100_000_000) + "\"}\n\n");
    try (FakeAnthropic server = FakeAnthropic.start(Scenario.of(endless))) {

      // When
      ModelFailure failure = new Asking(server).failure(Asking.hello());

      // Then
      assertThat(failure.kind()).isEqualTo(Kind.BAD_RESPONSE);
      assertThat(failure.problem().message())
          .isEqualTo("Anthropic's answer is too long: a line is longer than 16 MiB");
    }
  }

  @Test
  void deeplyNestedEventsAreAFailureAndNotAnOverflow() {
    // Given
    String deep = "[".repeat(100_000) + "]".repeat(100_000);
    Answer nested =
        Answer.empty().and(new Answer.Part.Event("x", "{\"type\":\"x\",\"y\":" + deep + "}"));
    try (FakeAnthropic server = FakeAnthropic.start(Scenario.of(nested))) {

      // When
      ModelFailure failure = new Asking(server).failure(Asking.hello());

      // Then
      assertThat(failure.kind()).isEqualTo(Kind.STREAM_BROKEN);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "''",
    "'data: {\"type\":\"message_stop\"}\n\n'",
    "'data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{}}\n\n'",
    "'data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{}}\n\n'",
    "'data: []\n\n'",
    "'data: nonsense\n\n'",
  })
  void eventsThatMakeNoSenseAreAFailure(String stream) {
    // Given
    try (FakeAnthropic server = FakeAnthropic.start(Scenario.of(Answer.recorded(stream)))) {

      // When
      ModelFailure failure = new Asking(server).failure(Asking.hello());

      // Then
      assertThat(failure.kind()).isEqualTo(Kind.STREAM_BROKEN);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ftp://host, E114",
    "http://, E114",
    "http://a b, E114",
    "https://user:pw@host, E114",
    "https://host?x=1, E114",
  })
  void aBaseUrlThatIsNoneIsRefusedBeforeAnythingIsSent(String url, String code) {
    assertThatThrownBy(() -> Endpoint.of(Optional.of(url), Optional.empty()))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining(code)
        .hasMessageNotContaining("pw");
  }

  @ParameterizedTest
  @CsvSource({
    "https://api.anthropic.com, https://api.anthropic.com",
    "https://API.anthropic.com/v1/, https://api.anthropic.com",
    "http://gateway:8080/claude/, http://gateway:8080/claude",
  })
  void aBaseUrlLosesItsVersionAndItsSlash(String given, String used) {
    assertThat(Endpoint.of(Optional.of(given), Optional.of(Secret.of(Asking.KEY))).base())
        .isEqualTo(used);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "-, E101",
        "sk-proj-abc, E107",
        "sk-abcT3BlbkFJdef, E107",
        "'sk-ant-a\nb', E108",
        "sk-ant-ä, E108",
      })
  void theVendorsOwnHostGetsNoKeyThatCannotBeIts(String key, String code) {
    // Given
    ModelSettings plain = ModelSettings.of("anthropic", Asking.MODEL);
    ModelSettings settings =
        new ModelSettings(
            plain.provider(),
            plain.model(),
            plain.baseUrl(),
            Optional.ofNullable(key).map(Secret::of),
            plain.maxTokens(),
            plain.temperature(),
            plain.contextLength(),
            plain.effort(),
            plain.dialect(),
            plain.connectTimeout(),
            plain.firstTokenTimeout(),
            plain.idleTimeout());

    // When / Then
    assertThatThrownBy(() -> new AnthropicProvider().open(settings))
        .isInstanceOf(ProblemException.class)
        .hasMessageStartingWith(code);
    assertThat(new AnthropicProvider().examine(settings))
        .singleElement()
        .extracting(finding -> finding.code().orElse(""))
        .isEqualTo(code);
  }
}
