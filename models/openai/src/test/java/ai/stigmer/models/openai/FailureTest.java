package ai.stigmer.models.openai;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.error.Problem.Category;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelFailure.Kind;
import ai.stigmer.testkit.openai.Answer;
import ai.stigmer.testkit.openai.FakeChatCompletions;
import ai.stigmer.testkit.openai.FakeResponses;
import ai.stigmer.testkit.openai.Scenario;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FailureTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          300 | null                      | see other                                    | E204 | BAD_RESPONSE
          302 | null                      | found                                        | E204 | BAD_RESPONSE
          400 | null                      | Invalid type for 'input'                     | E215 | BAD_REQUEST
          400 | context_length_exceeded   | Your input exceeds the limit                 | E302 | CONTEXT_OVERFLOW
          400 | null                      | This model's maximum context length is 8192  | E302 | CONTEXT_OVERFLOW
          400 | null                      | the request exceeds the available context size | E302 | CONTEXT_OVERFLOW
          400 | null                      | prompt is too long: 9 tokens > 8 maximum     | E302 | CONTEXT_OVERFLOW
          400 | null                      | auto tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set | E301 | MODEL_UNFIT
          400 | null                      | this model does not support tools            | E301 | MODEL_UNFIT
          401 | invalid_api_key           | Incorrect API key provided                   | E110 | CREDENTIALS
          402 | null                      | Insufficient credits                         | E205 | CREDENTIALS
          403 | null                      | Country not supported                        | E110 | CREDENTIALS
          404 | model_not_found           | The model `x` does not exist                 | E202 | MODEL_MISSING
          404 | null                      | Not Found                                    | E204 | BAD_RESPONSE
          405 | null                      | Method Not Allowed                           | E204 | BAD_RESPONSE
          408 | null                      | timeout                                      | E203 | TIMEOUT
          409 | null                      | conflict                                     | E204 | SERVER_ERROR
          413 | null                      | Payload Too Large                            | E302 | CONTEXT_OVERFLOW
          418 | null                      | teapot                                       | E215 | BAD_REQUEST
          422 | null                      | cannot process                               | E215 | BAD_REQUEST
          429 | rate_limit_exceeded       | Rate limit reached                           | E206 | RATE_LIMITED
          429 | rate_limit_exceeded       | Request too large for gpt-6.1-sol            | E302 | CONTEXT_OVERFLOW
          429 | slow_down                 | slow down                                    | E207 | OVERLOADED
          429 | insufficient_quota        | You exceeded your current quota              | E205 | CREDENTIALS
          429 | credit_balance_exhausted  | no credit                                    | E205 | CREDENTIALS
          429 | organization_spend_limit_exceeded | limit                                | E205 | CREDENTIALS
          429 | project_spend_limit_exceeded      | limit                                | E205 | CREDENTIALS
          429 | organization_usage_limit_exceeded | limit                                | E205 | CREDENTIALS
          499 | null                      | cancelled                                    | E204 | SERVER_ERROR
          500 | server_error              | The server had an error                      | E204 | SERVER_ERROR
          502 | null                      | bad gateway                                  | E204 | SERVER_ERROR
          503 | null                      | overloaded                                   | E207 | OVERLOADED
          504 | null                      | gateway timeout                              | E203 | TIMEOUT
          529 | null                      | overloaded                                   | E207 | OVERLOADED
          """)
  void aRefusalHasItsKindInBothApis(
      int status, String code, String text, String problem, Kind kind) {
    // Given
    Answer refusal =
        Answer.body(
            status,
            "{\"error\":{\"message\":\"%s\",\"code\":%s}}"
                .formatted(text, code.equals("null") ? "null" : "\"" + code + "\""));
    try (FakeResponses one = FakeResponses.start(Scenario.of(refusal));
        FakeChatCompletions two = FakeChatCompletions.start(Scenario.of(refusal))) {

      // When
      ModelFailure failure = new Asking(one).failure(Asking.hello());
      ModelFailure other = new Asking(two).failure(Asking.hello());

      // Then
      assertThat(failure.status()).isEqualTo(status);
      assertThat(failure.kind()).isEqualTo(kind);
      assertThat(failure.problem().code()).isEqualTo(problem);
      assertThat(failure.problem().help()).isNotEmpty();
      assertThat(failure.requestId()).contains("req_fake");
      assertThat(other.kind()).isEqualTo(kind);
      assertThat(one.asked()).hasSize(1);
      assertThat(two.asked()).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"error\":\"it broke\"}",
        "{\"object\":\"error\",\"message\":\"it broke\",\"code\":400}",
        "{\"detail\":\"it broke\"}",
        "{\"detail\":[{\"loc\":[\"body\"],\"msg\":\"it broke\"}]}",
        "it broke",
        "<html><h1>it broke</h1></html>",
      })
  void theWordsOfEveryKindOfServerAreShown(String body) {
    // Given
    try (FakeChatCompletions server =
        FakeChatCompletions.start(Scenario.of(Answer.body(400, body)))) {

      // When
      ModelFailure failure = new Asking(server).failure(Asking.hello());

      // Then
      assertThat(failure.problem().message()).contains("answered 400: ").contains("it broke");
      assertThat(failure.kind()).isEqualTo(Kind.BAD_REQUEST);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "retry-after-ms, 1500, PT1.5S",
    "retry-after, 3, PT3S",
    "retry-after, 0.25, PT0.25S",
    "retry-after, 0, PT0S",
    "retry-after, 9999999999, PT2777777H46M39S",
    "retry-after, 99999999999999999999, ",
    "retry-after, -5, ",
    "retry-after, soon, ",
    "retry-after, NaN, ",
    "retry-after, 1e9, ",
    "retry-after, 'Fri, 21 Nov 1980 08:00:00 GMT', PT0S",
    "retry-after, 'Fri, 99 Nov 1980 08:00:00 GMT', ",
  })
  void theServersWishToWaitIsRead(String header, String value, Duration expected) {
    // Given
    Answer busy =
        Answer.refusal(429, "requests", "rate_limit_exceeded", "Rate limit").header(header, value);
    try (FakeResponses server = FakeResponses.start(Scenario.of(busy))) {

      // When
      ModelFailure failure = new Asking(server).failure(Asking.hello());

      // Then
      assertThat(failure.retryAfter()).isEqualTo(Optional.ofNullable(expected));
      assertThat(failure.kind().retryable()).isTrue();
    }
  }

  @Test
  void millisecondsComeBeforeSecondsAndADateIsReadFromNow() {
    // Given
    String date =
        DateTimeFormatter.RFC_1123_DATE_TIME.format(
            ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(100));
    Answer both =
        Answer.refusal(503, "x", "y", "busy")
            .header("retry-after-ms", "20")
            .header("retry-after", "9");
    Answer dated = Answer.refusal(503, "x", "y", "busy").header("Retry-After", date);
    try (FakeResponses server = FakeResponses.start(Scenario.of(both, dated))) {
      Asking asking = new Asking(server);

      // When
      ModelFailure first = asking.failure(Asking.hello());
      ModelFailure second = asking.failure(Asking.hello());

      // Then
      assertThat(first.retryAfter()).contains(Duration.ofMillis(20));
      assertThat(second.retryAfter().orElseThrow())
          .isBetween(Duration.ofSeconds(90), Duration.ofSeconds(100));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "500, false, server_error, false",
    "429, false, rate_limit_exceeded, false",
    "400, true, x, true",
    "500, true, server_error, true",
    "429, true, insufficient_quota, false",
    "401, true, invalid_api_key, false",
  })
  void theServerSaysWhetherToRetry(int status, String header, String code, boolean retryable) {
    // Given
    Answer refusal =
        Answer.refusal(status, "x", code, "no")
            .header("x-should-retry", header)
            .header("retry-after", "7");
    try (FakeResponses server = FakeResponses.start(Scenario.of(refusal))) {

      // When
      ModelFailure failure = new Asking(server).failure(Asking.hello());

      // Then
      assertThat(failure.kind().retryable()).isEqualTo(retryable);
      assertThat(failure.retryAfter().isPresent()).isEqualTo(retryable);
      assertThat(server.asked()).hasSize(1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "server_error, SERVER_ERROR, E204",
    "rate_limit_exceeded, RATE_LIMITED, E206",
    "insufficient_quota, CREDENTIALS, E205",
    "context_length_exceeded, CONTEXT_OVERFLOW, E302",
    "invalid_prompt, BAD_REQUEST, E215",
    "server_is_overloaded, OVERLOADED, E207",
    "502, SERVER_ERROR, E204",
    "429, RATE_LIMITED, E206",
  })
  void anErrorWithinTheAnswerIsAFailure(String code, Kind kind, String problem) {
    // Given
    Answer failing = Answer.text("Hel").failing(code, "it broke");
    try (FakeResponses one = FakeResponses.start(Scenario.of(failing));
        FakeChatCompletions two = FakeChatCompletions.start(Scenario.of(failing))) {

      // When
      ModelFailure failure = new Asking(one).failure(Asking.hello());
      ModelFailure other = new Asking(two).failure(Asking.hello());

      // Then
      assertThat(failure.kind()).isEqualTo(kind);
      assertThat(failure.status()).isEqualTo(200);
      assertThat(failure.problem().code()).isEqualTo(problem);
      assertThat(failure.problem().message()).contains("it broke");
      assertThat(other.kind()).isEqualTo(kind);
      assertThat(other.problem().code()).isEqualTo(problem);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "event: error\ndata: {\"type\":\"error\",\"code\":\"server_error\",\"message\":\"it broke\"}\n\n",
        "data: {\"type\":\"error\",\"error\":{\"code\":\"server_error\",\"message\":\"it broke\"}}\n\n",
        "data: {\"error\":{\"code\":502,\"message\":\"it broke\"},\"choices\":[{\"finish_reason\":\"error\"}]}\n\n",
      })
  void anErrorEventOfAnyFormIsAFailure(String event) {
    // Given
    Answer failing = Answer.text("Hel").and(new Answer.Part.Raw(event));
    try (FakeResponses server = FakeResponses.start(Scenario.of(failing))) {

      // When
      ModelFailure failure = new Asking(server).failure(Asking.hello());

      // Then
      assertThat(failure.kind()).isEqualTo(Kind.SERVER_ERROR);
      assertThat(failure.problem().message()).endsWith(" failed: it broke");
    }
  }

  @Test
  void aWrongKeyIsNamedWithoutBeingShown() {
    // Given
    Scenario scenario = Scenario.of().requiring("right");
    try (FakeResponses server = FakeResponses.start(scenario)) {

      // When
      ModelFailure wrong =
          new Asking(Asking.Wish.responses(server.baseUrl()).key("sesame-1234").settings())
              .failure(Asking.hello());
      ModelFailure none = new Asking(server).failure(Asking.hello());

      // Then
      assertThat(wrong.kind()).isEqualTo(Kind.CREDENTIALS);
      assertThat(wrong.problem().category()).isEqualTo(Category.CREDENTIALS);
      assertThat(wrong.problem().message())
          .contains("Incorrect API key provided: [redacted].")
          .doesNotContain("sesame");
      assertThat(none.problem().help()).contains("no key was sent; set OPENAI_API_KEY");
    }
  }

  @Test
  void anUnknownModelIsNamed() {
    // Given
    try (FakeResponses server = FakeResponses.start(Scenario.of().models("other"))) {

      // When
      ModelFailure failure = new Asking(server).failure(Asking.hello());

      // Then
      assertThat(failure.kind()).isEqualTo(Kind.MODEL_MISSING);
      assertThat(failure.problem().message())
          .isEqualTo("there is no model gpt-6.1-sol at " + server.baseUrl());
    }
  }

  @Test
  void aBaseUrlWithoutItsVersionIsNamedWithTheOneThatIsMeant() {
    // Given
    try (FakeChatCompletions server = FakeChatCompletions.start(Scenario.of())) {
      String url = server.baseUrl().replace("/v1", "");

      // When
      ModelFailure failure =
          new Asking(Asking.Wish.responses(url).settings()).failure(Asking.hello());

      // Then
      assertThat(failure.kind()).isEqualTo(Kind.BAD_RESPONSE);
      assertThat(failure.problem().message())
          .isEqualTo(url + " has no /responses (it answered 404)");
      assertThat(failure.problem().help())
          .containsExactly(
              "stigmer config set llm.base_url " + url + "/v1", "stigmer config set llm.api chat");
    }
  }

  @Test
  void aRefusalOfToolsInChatNamesTheOtherApi() {
    // Given
    Scenario scenario = Scenario.of().models("gpt-6-sol");
    try (FakeChatCompletions server = FakeChatCompletions.start(scenario)) {

      // When
      ModelFailure failure =
          new Asking(Asking.Wish.chat(server.baseUrl()).model("gpt-6-sol").settings())
              .failure(Asking.hello());

      // Then
      assertThat(failure.kind()).isEqualTo(Kind.BAD_REQUEST);
      assertThat(failure.problem().help().getFirst())
          .isEqualTo("stigmer config set llm.api responses");
    }
  }

  @Test
  void aServerThatSpeaksSomethingElseIsNamed() {
    // Given
    try (RawHttp server =
        new RawHttp("HTTP/1.1 200 OK\nContent-Type: text/html\n\n<html>It works!</html>")) {

      // When
      ModelFailure failure =
          new Asking(Asking.Wish.chat(server.baseUrl()).settings()).failure(Asking.hello());

      // Then
      assertThat(failure.kind()).isEqualTo(Kind.BAD_RESPONSE);
      assertThat(failure.problem().message()).endsWith("does not speak OpenAI's API");
    }
  }

  @Test
  void aRedirectIsNotFollowedWithTheKey() {
    // Given
    try (FakeChatCompletions decoy = FakeChatCompletions.start(Scenario.of());
        RawHttp server =
            new RawHttp(
                "HTTP/1.1 302 Found\nLocation: "
                    + decoy.baseUrl()
                    + "/models\nContent-Length: 0\n\n")) {

      // When
      ModelFailure failure =
          new Asking(Asking.Wish.chat(server.baseUrl()).key("sesame").settings())
              .failure(Asking.hello());

      // Then
      assertThat(failure.status()).isEqualTo(302);
      assertThat(decoy.requests()).isEmpty();
    }
  }

  @Test
  void aConnectionThatIsClosedUnansweredIsNotAskedAgain() {
    // Given
    try (RawHttp server = new RawHttp("")) {

      // When
      ModelFailure failure =
          new Asking(Asking.Wish.chat(server.baseUrl()).settings()).failure(Asking.hello());

      // Then
      assertThat(failure.kind()).isEqualTo(Kind.STREAM_BROKEN);
      assertThat(server.requests()).isEqualTo(1);
    }
  }

  @Test
  void aLongErrorTextIsCutAndKeptOnOneLine() {
    // Given
    String text = "a\nb\u001b[31m" + "x".repeat(1_000_000);
    try (FakeChatCompletions server =
        FakeChatCompletions.start(Scenario.of(Answer.body(500, text)))) {

      // When
      String message = new Asking(server).failure(Asking.hello()).problem().message();

      // Then
      assertThat(message).contains("answered 500: a b [31mxxx").endsWith("x…").hasSizeLessThan(400);
    }
  }

  @Test
  void whatAServerRefusesByNameIsNotSentAgain() {
    // Given
    Answer noOptions =
        Answer.refusal(400, "x", "unknown_parameter", "Unknown parameter: 'stream_options'.");
    Answer newName =
        Answer.refusal(
            400,
            "x",
            "unsupported_parameter",
            "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.");
    try (FakeChatCompletions server =
        FakeChatCompletions.start(
            Scenario.of(noOptions, newName, Answer.text("ok"), Answer.text("ok")))) {
      Asking asking = new Asking(server);

      // When
      asking.turn(Asking.hello());
      asking.turn(Asking.hello());

      // Then
      assertThat(server.asked()).hasSize(4);
      assertThat(server.asked().getLast().body().has("stream_options")).isFalse();
      assertThat(server.asked().getLast().body().path("max_completion_tokens").asInt())
          .isEqualTo(8192);
      assertThat(asking.notices())
          .containsExactly(
              "local-model does not take stream_options; tokens are not counted",
              "local-model takes max_completion_tokens in place of max_tokens");
    }
  }

  @Test
  void aSummaryThatNeedsAVerifiedAccountIsGivenUp() {
    // Given
    Answer unverified =
        Answer.refusal(
            400,
            "invalid_request_error",
            "unsupported_value",
            "Your organization must be verified to generate reasoning summaries.");
    try (FakeResponses server = FakeResponses.start(Scenario.of(unverified, Answer.text("ok")))) {
      Asking asking = new Asking(server);

      // When
      asking.turn(Asking.hello());

      // Then
      assertThat(server.asked().getLast().body().has("reasoning")).isFalse();
      assertThat(asking.notices()).containsExactly("gpt-6.1-sol does not show its reasoning");
    }
  }
}
