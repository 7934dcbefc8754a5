package ai.stigmer.models.openai;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.graphton.model.ModelSettings.Dialect;
import ai.stigmer.graphton.model.ModelSettings.Effort;
import ai.stigmer.testkit.http.RecordedRequest;
import ai.stigmer.testkit.openai.Answer;
import ai.stigmer.testkit.openai.FakeChatCompletions;
import ai.stigmer.testkit.openai.FakeResponses;
import ai.stigmer.testkit.openai.Scenario;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestTest {
  private static final String SCHEMA =
      "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"}},\"required\":[\"n\"],"
          + "\"additionalProperties\":false}";

  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void everySettingReachesTheResponsesApi() throws Exception {
    // Given
    Scenario scenario = Scenario.of(Answer.text("ok")).requiring("sk-test");
    try (FakeResponses server = FakeResponses.start(scenario)) {
      Asking asking =
          new Asking(
              Asking.Wish.responses(server.baseUrl())
                  .key("sk-test")
                  .effort(Effort.HIGH)
                  .settings());

      // When
      asking.turn(Asking.hello());

      // Then
      RecordedRequest request = server.asked().getFirst();
      assertThat(request.path()).isEqualTo("/v1/responses");
      assertThat(request.headers())
          .containsEntry("authorization", "Bearer sk-test")
          .containsEntry("content-type", "application/json")
          .containsEntry("accept", "text/event-stream")
          .containsEntry("user-agent", "stigmer")
          .doesNotContainKeys("upgrade", "openai-organization", "openai-project", "api-key");
      assertThat(request.headers().keySet()).noneMatch(name -> name.startsWith("x-stainless"));
      assertThat(request.body())
          .isEqualTo(
              json(
                  """
                  {"model":"gpt-6.1-sol","instructions":"You are terse.","store":false,"stream":true,
                   "include":["reasoning.encrypted_content"],"max_output_tokens":8192,
                   "reasoning":{"effort":"high","summary":"auto"},
                   "input":[{"role":"user","content":"hello"}],
                   "tools":[{"type":"function","name":"ls","description":"Lists a folder.","strict":false,
                     "parameters":{"type":"object","properties":
                       {"path":{"type":"string"},"depth":{"type":"integer"}}}}]}
                  """));
      assertThat(asking.notices()).isEmpty();
    }
  }

  @Test
  void everySettingReachesACompatibleServer() throws Exception {
    // Given
    try (FakeChatCompletions server =
        FakeChatCompletions.start(Scenario.of(Answer.text("ok")).requiring("sesame"))) {
      Asking asking =
          new Asking(
              Asking.Wish.chat(server.baseUrl() + "/").key("sesame").temperature(0.25).settings());

      // When
      asking.turn(Asking.hello());

      // Then
      RecordedRequest request = server.asked().getFirst();
      assertThat(request.path()).isEqualTo("/v1/chat/completions");
      assertThat(request.headers()).containsEntry("authorization", "Bearer sesame");
      assertThat(request.body())
          .isEqualTo(
              json(
                  """
                  {"model":"local-model","stream":true,"stream_options":{"include_usage":true},
                   "max_tokens":8192,"temperature":0.25,
                   "messages":[{"role":"system","content":"You are terse."},
                               {"role":"user","content":"hello"}],
                   "tools":[{"type":"function","function":{"name":"ls",
                     "description":"Lists a folder.",
                     "parameters":{"type":"object","properties":
                       {"path":{"type":"string"},"depth":{"type":"integer"}}}}}]}
                  """));
    }
  }

  @Test
  void withoutAKeyNoHeaderIsSent() {
    // Given
    try (FakeChatCompletions server = FakeChatCompletions.start(Scenario.of(Answer.text("ok")))) {

      // When
      new Asking(server).turn(Asking.hello());

      // Then
      assertThat(server.asked().getFirst().headers())
          .doesNotContainKeys("authorization", "api-key");
    }
  }

  @Test
  void azureGetsItsOwnHeaderUnlessTheKeyIsAToken() {
    // Given
    try (FakeResponses server =
        FakeResponses.start(Scenario.answering(body -> Answer.text("ok")))) {
      Asking.Wish wish = Asking.Wish.responses(server.baseUrl());

      // When
      wish.key("0123abcd").at(Endpoint.Host.AZURE).turn(Asking.hello());
      wish.key("eyJhbGciOi.eyJhdWQi.c2ln").at(Endpoint.Host.AZURE).turn(Asking.hello());

      // Then
      assertThat(server.asked().getFirst().headers())
          .containsEntry("api-key", "0123abcd")
          .doesNotContainKey("authorization");
      assertThat(server.asked().getLast().headers())
          .containsEntry("authorization", "Bearer eyJhbGciOi.eyJhdWQi.c2ln")
          .doesNotContainKey("api-key");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "gpt-6.1-sol, NONE, none, ''",
    "gpt-6.1-sol, LOW, low, ''",
    "gpt-6.1-sol, MEDIUM, medium, ''",
    "gpt-6.1-sol, MAX, max, ''",
    "gpt-6-astra, NONE, low, gpt-6-astra has no effort none; low is sent",
    "gpt-5.6-terra, MAX, max, ''",
    "gpt-5.5, MAX, xhigh, ''",
    "gpt-5.5-pro, LOW, medium, gpt-5.5-pro has no effort low; medium is sent",
    "gpt-5.1, MAX, high, ''",
    "gpt-5.1-codex-max, MAX, xhigh, ''",
    "gpt-5.1-codex, NONE, low, gpt-5.1-codex has no effort none; low is sent",
    "gpt-5, NONE, minimal, gpt-5 has no effort none; minimal is sent",
    "gpt-5-mini-2025-08-07, HIGH, high, ''",
    "gpt-5-pro, LOW, high, gpt-5-pro has no effort low; high is sent",
    "o3, NONE, low, o3 has no effort none; low is sent",
    "o4-mini, MAX, high, ''",
    "gpt-4.1, HIGH, , gpt-4.1 has no effort; high is not sent",
    "gpt-5-chat-latest, LOW, , gpt-5-chat-latest has no effort; low is not sent",
    "openai/gpt-6.1-terra, MAX, max, ''",
    "my-deployment, MAX, high, ''",
  })
  void theEffortIsTheNearestThatTheModelHas(
      String model, Effort effort, String sent, String notice) {
    // Given
    Scenario scenario = Scenario.of(Answer.text("ok")).models(model);
    try (FakeResponses server = FakeResponses.start(scenario)) {
      Asking asking =
          new Asking(
              Asking.Wish.responses(server.baseUrl()).model(model).effort(effort).settings());

      // When
      var result = asking.ask(Asking.hello());

      // Then
      JsonNode body = server.asked().getFirst().body();
      assertThat(result).isNotNull();
      assertThat(body.path("reasoning").path("effort").asText(null)).isEqualTo(sent);
      assertThat(asking.notices()).isEqualTo(notice.isEmpty() ? List.of() : List.of(notice));
      server.closeIgnoringViolations();
    }
  }

  @Test
  void aReasoningModelGetsNoTemperatureAndTheUserIsTold() {
    // Given
    try (FakeResponses server =
        FakeResponses.start(Scenario.answering(body -> Answer.text("ok")))) {
      Asking asking =
          new Asking(Asking.Wish.responses(server.baseUrl()).temperature(0.5).settings());

      // When
      asking.turn(Asking.hello());
      asking.turn(Asking.hello());

      // Then
      assertThat(server.asked()).noneMatch(request -> request.body().has("temperature"));
      assertThat(asking.notices())
          .containsExactly("gpt-6.1-sol takes no temperature; it is not sent");
    }
  }

  @Test
  void aModelThatDoesNotReasonGetsATemperatureAndIsAskedForNoReasoning() {
    // Given
    try (FakeResponses server = FakeResponses.start(Scenario.of(Answer.text("ok")))) {
      Asking.Wish wish = Asking.Wish.responses(server.baseUrl()).model("gpt-4.1").temperature(0.5);

      // When
      new Asking(wish.settings()).turn(Asking.hello());

      // Then
      JsonNode body = server.asked().getFirst().body();
      assertThat(body.path("temperature").asDouble()).isEqualTo(0.5);
      assertThat(body.has("include")).isFalse();
      assertThat(body.has("reasoning")).isFalse();
    }
  }

  @Test
  void theVendorsModelsCallToolsInChatWithTheEffortNoneOnly() {
    // Given
    try (FakeChatCompletions server = FakeChatCompletions.start(Scenario.of(Answer.text("ok")))) {
      Asking asking =
          Asking.Wish.of(Asking.SOL, server.baseUrl(), Dialect.CHAT)
              .effort(Effort.HIGH)
              .at(Endpoint.Host.VENDOR);

      // When
      asking.turn(Asking.hello());

      // Then
      JsonNode body = server.asked().getFirst().body();
      assertThat(body.path("reasoning_effort").asText()).isEqualTo("none");
      assertThat(body.path("max_completion_tokens").asInt()).isEqualTo(8192);
      assertThat(body.has("max_tokens")).isFalse();
      assertThat(asking.notices())
          .containsExactly(
              "gpt-6.1-sol calls tools in Chat Completions with effort none only; none is sent");
    }
  }

  @Test
  void withoutToolsTheEffortIsSentInChatToo() {
    // Given
    try (FakeChatCompletions server = FakeChatCompletions.start(Scenario.of(Answer.text("ok")))) {
      Asking asking =
          Asking.Wish.of(Asking.SOL, server.baseUrl(), Dialect.CHAT)
              .effort(Effort.HIGH)
              .at(Endpoint.Host.VENDOR);

      // When
      asking.turn(new ModelRequest("", List.of(new Message.User("hi")), List.of()));

      // Then
      JsonNode body = server.asked().getFirst().body();
      assertThat(body.path("reasoning_effort").asText()).isEqualTo("high");
      assertThat(body.path("messages").size()).isEqualTo(1);
      assertThat(body.has("tools")).isFalse();
      assertThat(asking.notices()).isEmpty();
    }
  }

  @Test
  void aModelIsHeldToASchemaInBothApis() throws Exception {
    // Given
    try (FakeResponses responses = FakeResponses.start(Scenario.of(Answer.text("{}")));
        FakeChatCompletions chat = FakeChatCompletions.start(Scenario.of(Answer.text("{}")))) {
      ModelRequest request = Asking.hello().withAnswerSchema(Optional.of(SCHEMA));

      // When
      new Asking(responses).turn(request);
      new Asking(chat).turn(request);

      // Then
      String format = "\"name\":\"answer\",\"strict\":true,\"schema\":" + SCHEMA + "}";
      assertThat(responses.asked().getFirst().body().path("text"))
          .isEqualTo(json("{\"format\":{\"type\":\"json_schema\"," + format + "}"));
      assertThat(responses.asked().getFirst().body().path("tools")).isNotEmpty();
      assertThat(chat.asked().getFirst().body().path("response_format"))
          .isEqualTo(json("{\"type\":\"json_schema\",\"json_schema\":{" + format + "}"));
    }
  }

  @Test
  void whereASchemaIsRefusedTheModelIsAskedWithoutItFromThenOn() {
    // Given
    String open = SCHEMA.replace("false", "true");
    try (FakeResponses responses =
            FakeResponses.start(Scenario.of(Answer.text("one"), Answer.text("two")));
        FakeChatCompletions chat =
            FakeChatCompletions.start(Scenario.of(Answer.text("one"), Answer.text("two")))) {
      ModelRequest request = Asking.hello().withAnswerSchema(Optional.of(open));
      for (Asking asking : List.of(new Asking(responses), new Asking(chat))) {
        // When
        asking.turn(request);
        asking.turn(request);

        // Then
        assertThat(asking.notices()).hasSize(1).first().asString().contains("JSON Schema");
      }
      assertThat(responses.asked())
          .extracting(asked -> asked.body().has("text"))
          .containsExactly(true, false, false);
      assertThat(chat.asked())
          .extracting(asked -> asked.body().has("response_format"))
          .containsExactly(true, false, false);
    }
  }

  @Test
  void theApiFitsTheEndpointUnlessOneIsNamed() {
    assertThat(Endpoint.of(java.util.Optional.empty(), java.util.Optional.empty()).host())
        .isEqualTo(Endpoint.Host.VENDOR);
  }

  @Test
  void halvesOfSurrogatePairsBecomeQuestionMarks() {
    // Given
    try (FakeResponses responses = FakeResponses.start(Scenario.of(Answer.text("ok")));
        FakeChatCompletions chat = FakeChatCompletions.start(Scenario.of(Answer.text("ok")))) {
      ModelRequest odd = Asking.request(new Message.User("a\uD83Db 🌍 \uDE00"));

      // When
      new Asking(responses).turn(odd);
      new Asking(chat).turn(odd);

      // Then
      assertThat(responses.asked().getFirst().body().at("/input/0/content").asText())
          .isEqualTo("a?b 🌍 ?");
      assertThat(chat.asked().getFirst().body().at("/messages/1/content").asText())
          .isEqualTo("a?b 🌍 ?");
    }
  }

  private static JsonNode json(String text) throws Exception {
    return JSON.readTree(text);
  }
}
