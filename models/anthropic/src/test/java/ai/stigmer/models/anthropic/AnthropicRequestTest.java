package ai.stigmer.models.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.graphton.model.ModelFailure.Kind;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.graphton.model.ModelSettings.Effort;
import ai.stigmer.graphton.model.Secret;
import ai.stigmer.graphton.model.ToolSpec;
import ai.stigmer.testkit.anthropic.Answer;
import ai.stigmer.testkit.anthropic.FakeAnthropic;
import ai.stigmer.testkit.anthropic.OfferedModel;
import ai.stigmer.testkit.anthropic.Scenario;
import ai.stigmer.testkit.http.RecordedRequest;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnthropicRequestTest {
  private static final String SCHEMA =
      "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"}},\"required\":[\"n\"],"
          + "\"additionalProperties\":false}";

  @Test
  void sendsEverySettingOnTheWire() {
    // Given
    try (FakeAnthropic server = FakeAnthropic.start(Scenario.of(Answer.text("ok")))) {
      ModelSettings settings =
          new ModelSettings(
              "anthropic",
              "claude-sonnet-5-5",
              Optional.of(server.baseUrl() + "/behind/a/proxy/"),
              Optional.of(Secret.of("sesame")),
              OptionalInt.of(777),
              OptionalDouble.of(0.25),
              OptionalInt.of(12_345),
              Optional.of(Effort.HIGH),
              Optional.empty(),
              Duration.ofSeconds(5),
              Duration.ofSeconds(20),
              Duration.ofSeconds(20));
      Asking asking = new Asking(settings);

      // When
      asking.turn(Asking.hello());

      // Then
      RecordedRequest request = server.messages().getFirst();
      assertThat(request.method() + " " + request.path())
          .isEqualTo("POST /behind/a/proxy/v1/messages");
      assertThat(request.headers())
          .containsEntry("authorization", "Bearer sesame")
          .containsEntry("content-type", "application/json")
          .containsEntry("anthropic-version", "2026-10-21")
          .containsEntry("anthropic-beta", "thinking-binding-controls-2026-08-01")
          .containsEntry("accept-encoding", "identity")
          .containsEntry("user-agent", "stigmer")
          .doesNotContainKeys("x-api-key", "upgrade");
      assertThat(request.body().toString())
          .isEqualTo(
              """
              {"max_tokens":777,"messages":[{"content":"hello","role":"user"}],\
              "model":"claude-sonnet-5-5","cache_control":{"type":"ephemeral"},\
              "output_config":{"effort":"high"},\
              "system":[{"text":"You are terse.","type":"text","cache_control":{"type":"ephemeral"}}],\
              "thinking":{"type":"adaptive","display":"summarized",\
              "block_binding":{"prefix_mismatch_behavior":"drop_block"}},\
              "tools":[{"input_schema":{"type":"object","properties":{"path":{"type":"string"},\
              "depth":{"type":"integer"}}},"name":"ls","description":"Lists a folder."}],\
              "stream":true}""");
      assertThat(asking.notices()).containsExactly("W220");
    }
  }

  @Test
  void sendsNothingThatIsNotSet() {
    // Given
    Scenario scenario =
        Scenario.of(Answer.text("ok")).models(OfferedModel.active("claude-haiku-4-5"));
    try (FakeAnthropic server = FakeAnthropic.start(scenario)) {
      ModelSettings plain = ModelSettings.of("anthropic", "claude-haiku-4-5");
      Asking asking =
          new Asking(
              new ModelSettings(
                  plain.provider(),
                  plain.model(),
                  Optional.of(server.baseUrl() + "/v1"),
                  Optional.of(Secret.of(Asking.KEY)),
                  plain.maxTokens(),
                  plain.temperature(),
                  plain.contextLength(),
                  plain.effort(),
                  plain.dialect(),
                  plain.connectTimeout(),
                  plain.firstTokenTimeout(),
                  plain.idleTimeout()));

      // When
      asking.turn(new ModelRequest("", List.of(new Message.User("hi")), List.of()));

      // Then
      assertThat(server.messages().getFirst().headers()).doesNotContainKey("anthropic-beta");
      assertThat(server.messages().getFirst().body().toString())
          .isEqualTo(
              """
              {"max_tokens":32000,"messages":[{"content":"hi","role":"user"}],\
              "model":"claude-haiku-4-5","cache_control":{"type":"ephemeral"},"stream":true}""");
      assertThat(asking.notices()).isEmpty();
    }
  }

  @Test
  void aModelIsHeldToASchemaBesideItsEffortAndItsTools() {
    // Given
    try (FakeAnthropic server = FakeAnthropic.start(Scenario.of(Answer.text("{}")))) {
      Asking asking =
          new Asking(Asking.settings(server.baseUrl(), Asking.MODEL, Optional.of(Effort.HIGH)));

      // When
      asking.turn(Asking.hello().withAnswerSchema(Optional.of(SCHEMA)));

      // Then
      JsonNode body = server.messages().getFirst().body();
      assertThat(body.path("output_config").toString())
          .isEqualTo(
              "{\"effort\":\"high\",\"format\":{\"type\":\"json_schema\",\"schema\":"
                  + SCHEMA
                  + "}}");
      assertThat(body.path("tools")).isNotEmpty();
    }
  }

  @Test
  void whereASchemaIsRefusedTheModelIsAskedWithoutItFromThenOn() {
    // Given
    FakeAnthropic server = FakeAnthropic.start(Scenario.of(Answer.text("one"), Answer.text("two")));
    Asking asking = new Asking(server);
    ModelRequest request =
        Asking.hello().withAnswerSchema(Optional.of(SCHEMA.replace("false", "true")));

    // When
    asking.turn(request);
    asking.turn(request);
    server.closeIgnoringViolations();

    // Then
    assertThat(server.messages())
        .extracting(message -> message.body().has("output_config"))
        .containsExactly(true, false, false);
    assertThat(asking.notices()).containsExactly("W221");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          claude-fable-5-2  | -      | adaptive summarized drop_block | -      | -
          claude-opus-5-5   | NONE   | adaptive summarized drop_block | low    | W220
          claude-opus-5-5   | MAX    | adaptive summarized drop_block | max    | -
          claude-sonnet-5-5 | NONE   | between_tools                  | -      | -
          claude-sonnet-5-5 | LOW    | adaptive summarized drop_block | low    | -
          claude-haiku-5-5  | NONE   | disabled                       | -      | -
          claude-haiku-5-5  | MEDIUM | adaptive summarized drop_block | medium | -
          claude-opus-5     | HIGH   | adaptive summarized            | high   | -
          claude-opus-4-8   | -      | adaptive summarized            | -      | -
          claude-opus-4-6   | HIGH   | adaptive                       | high   | -
          claude-haiku-4-5  | NONE   | -                              | -      | -
          claude-haiku-4-5  | LOW    | enabled 2048                   | -      | -
          claude-haiku-4-5  | MAX    | enabled 7168                   | -      | -
          claude-sonnet-4-5-20250929 | MEDIUM | enabled 7168          | -      | -
          claude-opus-6     | HIGH   | adaptive summarized drop_block | high   | -
          house-model       | HIGH   | -                              | -      | W220
          """)
  void asksForThinkingInTheModelsOwnWords(
      String model, Effort effort, String thinking, String level, String notice) {
    // Given
    Scenario scenario = Scenario.of(Answer.text("ok")).models(OfferedModel.active(model));
    try (FakeAnthropic server = FakeAnthropic.start(scenario)) {
      Asking asking =
          new Asking(Asking.settings(server.baseUrl(), model, Optional.ofNullable(effort)));

      // When
      asking.turn(Asking.hello());

      // Then
      RecordedRequest request = server.messages().getFirst();
      JsonNode sent = request.body().path("thinking");
      String words =
          String.join(
                  " ",
                  sent.path("type").asText(""),
                  sent.path("display").asText(""),
                  sent.path("budget_tokens").asText(""),
                  sent.path("block_binding").path("prefix_mismatch_behavior").asText(""))
              .replaceAll(" +", " ")
              .strip();
      assertThat(words).isEqualTo(thinking == null ? "" : thinking);
      assertThat(request.headers().containsKey("anthropic-beta"))
          .isEqualTo(words.contains("drop_block"));
      assertThat(request.body().path("output_config").path("effort").asText(null)).isEqualTo(level);
      assertThat(asking.notices()).isEqualTo(notice == null ? List.of() : List.of(notice));
    }
  }

  @Test
  void saysOnceWhatDoesNotReachTheModel() {
    // Given
    Scenario scenario =
        Scenario.answering(body -> Answer.text("ok")).models(OfferedModel.active("house-model"));
    try (FakeAnthropic server = FakeAnthropic.start(scenario)) {
      Asking asking =
          new Asking(Asking.settings(server.baseUrl(), "house-model", Optional.of(Effort.LOW)));

      // When
      asking.turn(Asking.hello());
      asking.turn(Asking.hello());

      // Then
      assertThat(asking.notices()).containsExactly("W220");
    }
  }

  @Test
  void replaysItsOwnTurnVerbatimAndAnswersAllCallsInOneMessage() {
    // Given
    Scenario scenario =
        Scenario.of(Answer.recorded(Asking.recorded("working.sse")), Answer.text("done"));
    FakeAnthropic server = FakeAnthropic.start(scenario);
    Asking asking = new Asking(server);
    ModelTurn turn = asking.turn(Asking.hello());

    // When
    asking.ask(
        Asking.request(
            new Message.User("hello"),
            new Message.Assistant(turn),
            new Message.ToolAnswer(turn.calls().get(0), ToolResult.ok("A")),
            new Message.ToolAnswer(turn.calls().get(1), ToolResult.error("B"))));

    // Then
    JsonNode messages = server.messages().get(1).body().path("messages");
    assertThat(messages.get(1).path("content").toString())
        .isEqualTo(
            """
            [{"type":"thinking","thinking":"Grüße, I look at both folders.","signature":"RXJVQkNrWUlB+/=="},\
            {"type":"redacted_thinking","data":"ZW5jcnlwdGVk"},\
            {"type":"text","text":"Let me look 🌍."},\
            {"type":"tool_use","id":"toolu_01A","name":"ls","input":{"path":"ü","depth":2}},\
            {"type":"thinking","thinking":"","signature":"U0lHTkFUVVJFLU9OTFk="},\
            {"type":"tool_use","id":"toolu_01B","name":"ls","input":{}}]""");
    assertThat(messages.get(2).toString())
        .isEqualTo(
            """
            {"content":[{"tool_use_id":"toolu_01A","type":"tool_result","content":"A"},\
            {"tool_use_id":"toolu_01B","type":"tool_result","content":"B","is_error":true}],\
            "role":"user"}""");
    assertThat(messages).hasSize(3);
    server.closeIgnoringViolations();
  }

  @Test
  void theServerTakesBackTheThinkingThatItSigned() {
    // Given
    Answer working =
        Answer.empty()
            .andThinking("hm", "m")
            .andThinking()
            .andText("Let me look.")
            .andToolUse("toolu_1", "ls", "{\"path\":", "\"a\"}")
            .andToolUse("toolu_2", "ls");
    try (FakeAnthropic server = FakeAnthropic.start(Scenario.of(working, Answer.text("done")))) {
      Asking asking = new Asking(server);
      ModelTurn turn = asking.turn(Asking.hello());

      // When
      ModelTurn last = asking.turn(Asking.after(turn));

      // Then
      assertThat(last.text()).isEqualTo("done");
      assertThat(server.violations()).isEmpty();
      assertThat(asking.notices()).isEmpty();
    }
  }

  @Test
  void keepsBlocksThatItDoesNotKnow() {
    // Given
    Scenario scenario =
        Scenario.of(Answer.recorded(Asking.recorded("newer.sse")), Answer.text("done"));
    try (FakeAnthropic server = FakeAnthropic.start(scenario)) {
      Asking asking = new Asking(server);
      ModelTurn turn = asking.turn(Asking.hello());

      // When
      asking.turn(Asking.after(turn));

      // Then
      assertThat(turn.blocks()).containsExactly(new Block.Text("Done."));
      assertThat(turn.raw())
          .isEqualTo(
              """
              {"role":"assistant","content":[{"type":"sketch","strokes":[1,2.50],"caption":"a"},\
              {"type":"text","text":"Done.","tone":"dry","citations":null}]}""");
      assertThat(server.messages().get(1).body().path("messages").get(1).path("content"))
          .hasSize(2);
    }
  }

  @Test
  void rebuildsATurnOfAnotherProviderWithoutItsThinking() {
    // Given
    ToolCall call = new ToolCall("call|1", "ls", "{\"path\":\"a\"}");
    ToolCall odd = new ToolCall("call/1", "l s", "not JSON");
    ModelTurn foreign =
        new ModelTurn(
            "openai",
            "gpt",
            "[{\"type\":\"reasoning\"}]",
            List.of(
                new Block.Thinking("secret"),
                new Block.Text("Hi"),
                new Block.Call(call),
                new Block.Call(odd)),
            Usage.NONE,
            StopReason.TOOL_USE);
    try (FakeAnthropic server = FakeAnthropic.start(Scenario.of(Answer.text("ok")))) {

      // When
      new Asking(server).turn(Asking.after(foreign));

      // Then
      assertThat(
              server
                  .messages()
                  .getFirst()
                  .body()
                  .path("messages")
                  .get(1)
                  .path("content")
                  .toString())
          .isEqualTo(
              """
              [{"type":"text","text":"Hi"},\
              {"type":"tool_use","id":"call_call_1_ae796a13","name":"ls","input":{"path":"a"}},\
              {"type":"tool_use","id":"call_call_1_ae7960c0","name":"l_s","input":{"INVALID_JSON":"not JSON"}}]""");
    }
  }

  @Test
  void rebuildsATurnOfAnotherModelWithoutItsThinking() {
    // Given
    Answer working = Answer.empty().andThinking("hm").andToolUse("toolu_1", "ls", "{}");
    try (FakeAnthropic server = FakeAnthropic.start(Scenario.of(working, Answer.text("done")))) {
      ModelTurn turn = new Asking(server).turn(Asking.hello());
      Asking other =
          new Asking(Asking.settings(server.baseUrl(), "claude-sonnet-5-5", Optional.empty()));

      // When
      other.turn(Asking.after(turn));

      // Then
      assertThat(server.messages().get(1).body().path("messages").get(1).path("content").toString())
          .isEqualTo("[{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"ls\",\"input\":{}}]");
    }
  }

  @Test
  void leavesOutWhatTheServerSendsAndDoesNotTake() {
    // Given
    Answer empty = Answer.empty();
    Answer emptyText = Answer.empty().andText().andToolUse("toolu_1", "ls", "{}");
    try (FakeAnthropic server =
        FakeAnthropic.start(
            Scenario.of(empty, Answer.text("a"), emptyText, Answer.text("b"), Answer.text("c")))) {
      Asking asking = new Asking(server);

      // When
      asking.turn(Asking.after(asking.turn(Asking.hello())));
      asking.turn(Asking.after(asking.turn(Asking.hello())));
      asking.turn(Asking.request(new Message.User(" ")));

      // Then
      assertThat(server.messages().get(1).body().path("messages"))
          .extracting(message -> message.path("role").asText())
          .containsExactly("user", "user");
      assertThat(server.messages().get(3).body().path("messages").get(1).path("content"))
          .hasSize(1);
      assertThat(server.violations()).isEmpty();
    }
  }

  @Test
  void aChangedPrefixDropsTheThinkingAndSaysSo() {
    // Given
    Answer working = Answer.empty().andThinking("hm").andToolUse("toolu_1", "ls", "{}");
    try (FakeAnthropic server = FakeAnthropic.start(Scenario.of(working, Answer.text("done")))) {
      Asking asking = new Asking(server);
      ModelTurn turn = asking.turn(Asking.hello());
      ModelRequest next = Asking.after(turn);

      // When
      asking.turn(new ModelRequest("You are verbose.", next.messages(), next.tools()));

      // Then
      assertThat(asking.notices()).containsExactly("W213");
    }
  }

  @Test
  void halfASurrogatePairBecomesAQuestionMark() {
    // Given
    Answer half =
        Answer.empty()
            .and(
                new Answer.Part.Block(
                    "{\"type\":\"text\",\"text\":\"\"}",
                    List.of("{\"type\":\"text_delta\",\"text\":\"a\\ud83d\"}")));
    try (FakeAnthropic server = FakeAnthropic.start(Scenario.of(half, Answer.text("ok")))) {
      Asking asking = new Asking(server);
      ModelTurn turn = asking.turn(Asking.request(new Message.User("x\udc00y🌍")));

      // When
      asking.turn(
          Asking.request(
              new Message.User("x\udc00y🌍"),
              new Message.Assistant(turn),
              new Message.User("and")));

      // Then
      JsonNode messages = server.messages().get(1).body().path("messages");
      assertThat(messages.get(0).path("content").asText()).isEqualTo("x?y🌍");
      assertThat(messages.get(1).path("content").get(0).path("text").asText()).isEqualTo("a?");
    }
  }

  @Test
  void aSchemaThatIsNoJsonIsAFailureAndNotAnException() {
    // Given
    try (FakeAnthropic server = FakeAnthropic.start(Scenario.of())) {
      ToolSpec broken = new ToolSpec("ls", "Lists.", "{");

      // When
      var failure =
          new Asking(server)
              .failure(new ModelRequest("", List.of(new Message.User("hi")), List.of(broken)));

      // Then
      assertThat(failure.kind()).isEqualTo(Kind.BAD_REQUEST);
      assertThat(server.requests()).isEmpty();
    }
  }

  @Test
  void callsAfterEachOtherShareAConnectionAlsoAfterAFailure() {
    // Given
    Scenario scenario =
        Scenario.of(
            Answer.text("a"), Answer.error(529, "Overloaded"), Answer.text("b"), Answer.text("c"));
    try (FakeAnthropic server = FakeAnthropic.start(scenario)) {
      Asking asking = new Asking(server);

      // When
      asking.turn(Asking.hello());
      asking.failure(Asking.hello());
      asking.turn(Asking.hello());
      asking.turn(Asking.hello());

      // Then
      assertThat(server.connections()).isEqualTo(1);
    }
  }
}
