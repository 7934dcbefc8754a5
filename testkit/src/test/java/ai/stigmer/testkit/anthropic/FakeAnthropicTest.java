package ai.stigmer.testkit.anthropic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.testkit.http.Fault;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FakeAnthropicTest {
  private static final String USER = "{'role':'user','content':'hi'}";
  private static final String CALL =
      "{'role':'assistant','content':[{'type':'tool_use','id':'a','name':'ls','input':{}}]}";
  private static final String RESULT =
      "{'role':'user','content':[{'type':'tool_result','tool_use_id':'a','content':'x'}]}";

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @AfterEach
  void closeClient() {
    client.close();
  }

  @Test
  void streamsTheScenarioEventByEvent() throws Exception {
    // Given
    Scenario scenario =
        Scenario.of(Answer.text("Hel", "lo").usage(new Answer.Counts(7, 1, 2, 3, 0)));
    try (FakeAnthropic server = FakeAnthropic.start(scenario)) {

      // When
      HttpResponse<String> response = send(server, body(USER));

      // Then
      assertThat(response.headers().firstValue("content-type"))
          .contains("text/event-stream; charset=utf-8");
      assertThat(response.body().lines().filter(line -> line.startsWith("event: ")))
          .containsExactly(
              "event: message_start",
              "event: ping",
              "event: content_block_start",
              "event: content_block_delta",
              "event: content_block_delta",
              "event: content_block_stop",
              "event: message_delta",
              "event: message_stop");
      assertThat(response.body())
          .contains("\"cache_read_input_tokens\":1", "\"stop_reason\":\"end_turn\"");
    }
  }

  @Test
  void acceptsAConversationThatKeepsTheRules() throws Exception {
    // Given
    Scenario scenario = Scenario.of(Answer.text("a"), Answer.text("b"));
    try (FakeAnthropic server = FakeAnthropic.start(scenario)) {

      // When
      send(server, body(USER));
      send(server, body(USER, CALL, RESULT, USER));

      // Then
      assertThat(server.violations()).isEmpty();
      assertThat(server.messages()).hasSize(2);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {'role':'user','content':'hi'},{'role':'assistant','content':[{'type':'tool_use','id':'a','name':'ls','input':{}}]},{'role':'user','content':'no'} | messages.1: `tool_use` ids were found without `tool_result` blocks
          {'role':'user','content':[{'type':'tool_result','tool_use_id':'b','content':'x'}]} | unexpected `tool_use_id` found in `tool_result` blocks: b
          {'role':'user','content':'hi'},{'role':'assistant','content':[{'type':'tool_use','id':'a','name':'ls','input':{}},{'type':'tool_use','id':'a','name':'ls','input':{}}]} | `tool_use` ids must be unique
          {'role':'user','content':'hi'},{'role':'assistant','content':[{'type':'tool_use','id':'a','name':'ls','input':'x'}]} | Input should be a valid dictionary
          {'role':'user','content':'hi'},{'role':'assistant','content':[{'type':'tool_use','id':'a b','name':'ls','input':{}}]} | String should match pattern
          {'role':'user','content':'hi'},{'role':'assistant','content':[{'type':'text','text':''}]},{'role':'user','content':'no'} | text content blocks must be non-empty
          {'role':'user','content':''} | all messages must have non-empty content
          {'role':'user','content':'hi'},{'role':'assistant','content':'Sure'} | does not support assistant message prefill
          {'role':'user','content':'hi'},{'role':'assistant','content':[{'type':'thinking','thinking':'x'}]},{'role':'user','content':'no'} | thinking.signature: Field required
          {'role':'user','content':'hi'},{'role':'assistant','content':[{'type':'thinking','thinking':'x','signature':'forged'}]},{'role':'user','content':'no'} | Invalid `signature` in `thinking` block
          """)
  void refusesAConversationThatBreaksARule(String messages, String error) throws Exception {
    assertRefused(body(messages), error);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          'temperature':0.5 | temperature: Extra inputs are not permitted
          'top_p':0.5 | top_p: Extra inputs are not permitted
          'top_k':5 | top_k: Extra inputs are not permitted
          'thinking':{'type':'enabled','budget_tokens':10} | thinking.type: `enabled` is not supported
          'thinking':{'type':'disabled'} | thinking.type: `disabled` is not supported
          'thinking':{'type':'between_tools'} | thinking.type: `between_tools` is not supported
          'thinking':{'type':'adaptive','block_binding':{}} | thinking.block_binding: Extra inputs
          'tool_choice':{'type':'any'} | tool_choice: `any` is not supported
          'output_config':{'effort':'heroic'} | does not support the effort parameter
          'a':[{'cache_control':1},{'cache_control':1},{'cache_control':1},{'cache_control':1},{'cache_control':1}] | A maximum of 4 blocks with cache_control
          """)
  void refusesAParameterThatTheModelDoesNotTake(String field, String error) throws Exception {
    assertRefused(body(USER).replaceFirst("\\{", "{" + quoted(field) + ","), error);
  }

  @Test
  void refusesARequestWithoutALimit() throws Exception {
    assertRefused(body(USER).replace("\"max_tokens\":100,", ""), "max_tokens: Field required");
  }

  private void assertRefused(String body, String error) throws Exception {
    // Given
    FakeAnthropic server = FakeAnthropic.start(Scenario.of());

    // When
    HttpResponse<String> response = send(server, body);

    // Then
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body()).contains("\"type\":\"invalid_request_error\"", error);
    assertThat(server.violations()).singleElement().asString().contains(error);
    assertThatThrownBy(server::close).isInstanceOf(AssertionError.class);
  }

  @ParameterizedTest
  @CsvSource({
    "authorization, Bearer other, anthropic-version, 2026-10-21, 401, invalid x-api-key",
    "x-none, x, anthropic-version, 2026-10-21, 401, invalid x-api-key",
    "x-api-key, right, x-none, x, 400, anthropic-version: header is required",
    "x-api-key, right, anthropic-version, 2020-01-01, 400, is not valid",
  })
  void refusesWrongHeaders(
      String name, String value, String other, String otherValue, int status, String error)
      throws Exception {
    // Given
    FakeAnthropic server = FakeAnthropic.start(Scenario.of().key("right"));

    // When
    HttpResponse<String> response =
        client.send(
            HttpRequest.newBuilder(URI.create(server.baseUrl() + "/v1/messages"))
                .header(name, value)
                .header(other, otherValue)
                .POST(HttpRequest.BodyPublishers.ofString(body(USER)))
                .build(),
            HttpResponse.BodyHandlers.ofString());

    // Then
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.body()).contains(error);
    server.closeIgnoringViolations();
  }

  @Test
  void doesNotKnowEveryModel() throws Exception {
    // Given
    try (FakeAnthropic server = FakeAnthropic.start(Scenario.of())) {

      // When
      HttpResponse<String> response =
          send(server, body(USER).replace("claude-opus-5-5", "claude-x"));

      // Then
      assertThat(response.statusCode()).isEqualTo(404);
      assertThat(response.body()).contains("not_found_error", "model: claude-x");
    }
  }

  @Test
  void takesBackItsThinkingOnlyUnchangedAndInItsPlace() throws Exception {
    // Given
    Answer thinking = Answer.empty().andThinking("hm").andToolUse("a", "ls", "{}");
    FakeAnthropic server =
        FakeAnthropic.start(
            Scenario.of(thinking, Answer.text("b"), Answer.text("c"), Answer.text("d")));
    Matcher signature =
        Pattern.compile("\"signature\":\"([^\"]+)\"").matcher(send(server, body(USER)).body());
    assertThat(signature.find()).isTrue();
    String block = "{'type':'thinking','thinking':'hm','signature':'" + signature.group(1) + "'},";
    String whole = CALL.replace("[", "[" + block);
    String changed = whole.replace("hm", "hmm");
    String moved = USER.replace("hi", "ho");

    // When
    HttpResponse<String> right = send(server, body(USER, whole, RESULT));
    HttpResponse<String> altered = send(server, body(USER, changed, RESULT));
    HttpResponse<String> dropped = send(server, body(USER, CALL, RESULT));
    HttpResponse<String> elsewhere = send(server, body(moved, whole, RESULT));
    HttpResponse<String> forgiven =
        client.send(
            request(
                    server,
                    body(moved, whole, RESULT)
                        .replaceFirst(
                            "\\{",
                            quoted(
                                "{'thinking':{'type':'adaptive','block_binding':{'prefix_mismatch_behavior':'drop_block'}},")))
                .header("anthropic-beta", "thinking-binding-controls-2026-08-01")
                .build(),
            HttpResponse.BodyHandlers.ofString());

    // Then
    assertThat(right.statusCode()).isEqualTo(200);
    assertThat(altered.body()).contains("Invalid `signature` in `thinking` block");
    assertThat(dropped.body()).contains("Expected `thinking` or `redacted_thinking`");
    assertThat(elsewhere.body()).contains("The block is bound to a different conversation");
    assertThat(forgiven.statusCode()).isEqualTo(200);
    assertThat(forgiven.body()).contains("input_transformations");
    server.closeIgnoringViolations();
  }

  @Test
  void tellsOfItsModels() throws Exception {
    // Given
    OfferedModel ending =
        OfferedModel.active("claude-old").retiring("deprecated", "2026-11-30T00:00:00Z");
    try (FakeAnthropic server = FakeAnthropic.start(Scenario.of().models(ending))) {

      // When
      String one = get(server, "/v1/models/claude-old");
      String all = get(server, "/v1/models");

      // Then
      assertThat(one).contains("\"lifecycle\":\"deprecated\"", "\"retires_at\":\"2026-11-30");
      assertThat(all).contains("\"data\":[", one);
    }
  }

  @Test
  void cutsAndGarblesAStreamAtTheGivenByte() throws Exception {
    // Given
    Scenario scenario =
        Scenario.of(
            Answer.text("Hello").with(new Fault.CutAt(5)),
            Answer.text("Hello")
                .with(new Fault.EndAt(5))
                .with(new Fault.GarbleAt(2))
                .with(new Fault.Trickle(2, Duration.ofMillis(1))));
    try (FakeAnthropic server = FakeAnthropic.start(scenario)) {

      // When / Then
      assertThatThrownBy(() -> send(server, body(USER))).isInstanceOf(IOException.class);
      byte[] garbled =
          client
              .send(request(server, body(USER)).build(), HttpResponse.BodyHandlers.ofByteArray())
              .body();
      assertThat(garbled).containsExactly('e', 'v', 0xFF, 'n', 't');
    }
  }

  @Test
  void aRequestTooManyIsAViolation() throws Exception {
    // Given
    FakeAnthropic server = FakeAnthropic.start(Scenario.of());

    // When
    HttpResponse<String> response = send(server, body(USER));

    // Then
    assertThat(response.statusCode()).isEqualTo(500);
    assertThat(server.violations()).containsExactly("the scenario is over");
    server.closeIgnoringViolations();
  }

  private static String body(String... messages) {
    return quoted(
        "{'model':'claude-opus-5-5','max_tokens':100,'stream':true,'messages':["
            + String.join(",", List.of(messages))
            + "]}");
  }

  private static String quoted(String text) {
    return text.replace('\'', '"');
  }

  private HttpResponse<String> send(FakeAnthropic server, String body) throws Exception {
    return client.send(
        request(server, body).build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
  }

  private static HttpRequest.Builder request(FakeAnthropic server, String body) {
    return HttpRequest.newBuilder(URI.create(server.baseUrl() + "/v1/messages"))
        .header("authorization", "Bearer key")
        .header("anthropic-version", "2026-10-21")
        .POST(HttpRequest.BodyPublishers.ofString(body));
  }

  private String get(FakeAnthropic server, String path) throws Exception {
    return client
        .send(
            HttpRequest.newBuilder(URI.create(server.baseUrl() + path))
                .header("x-api-key", "key")
                .header("anthropic-version", "2026-10-21")
                .build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }
}
