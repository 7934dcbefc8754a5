package ai.stigmer.models.ollama;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.graphton.model.ModelResult;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.graphton.model.Secret;
import ai.stigmer.testkit.http.RecordedRequest;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class OllamaRequestTest {

  @Test
  void sendsEverySettingOnTheWire() {
    // Given
    try (FakeOllama server = FakeOllama.start(Scenario.of(Answer.text("ok")))) {
      ModelSettings settings =
          new ModelSettings(
              "ollama",
              "qwen2.5-coder:7b",
              Optional.of(server.baseUrl() + "/behind/a/proxy/"),
              Optional.of(Secret.of("sesame")),
              OptionalInt.of(777),
              OptionalDouble.of(0.25),
              OptionalInt.of(12_345),
              Optional.empty(),
              Optional.empty(),
              Duration.ofSeconds(5),
              Duration.ofSeconds(20),
              Duration.ofSeconds(20));

      // When
      new Asking(settings).turn(Asking.hello());

      // Then
      RecordedRequest request = server.chats().getFirst();
      assertThat(request.method() + " " + request.path())
          .isEqualTo("POST /behind/a/proxy/api/chat");
      assertThat(request.headers())
          .containsEntry("authorization", "Bearer sesame")
          .containsEntry("content-type", "application/json")
          .doesNotContainKey("upgrade");
      assertThat(request.body().toString())
          .isEqualTo(
              """
              {"model":"qwen2.5-coder:7b","stream":true,"truncate":false,"shift":false,\
              "options":{"num_ctx":12345,"num_predict":777,"temperature":0.25},\
              "tools":[{"type":"function","function":{"name":"ls","description":"Lists a folder.",\
              "parameters":{"type":"object","properties":{"path":{"type":"string"},\
              "depth":{"type":"integer"}}}}}],\
              "messages":[{"role":"system","content":"You are terse."},\
              {"role":"user","content":"hello"}]}""");
    }
  }

  @Test
  void sendsNothingThatIsNotSet() {
    // Given
    try (FakeOllama server = FakeOllama.start(Scenario.of(Answer.text("ok")))) {
      Asking asking = new Asking(automatic(server));

      // When
      asking.turn(new ModelRequest("", List.of(new Message.User("hi")), List.of()));

      // Then
      RecordedRequest request = server.chats().getFirst();
      assertThat(request.headers()).doesNotContainKey("authorization");
      assertThat(request.body().toString())
          .isEqualTo(
              """
              {"model":"qwen3.5","stream":true,"truncate":false,"shift":false,\
              "options":{"num_ctx":65536},"messages":[{"role":"user","content":"hi"}]}""");
    }
  }

  @Test
  void aModelIsHeldToASchemaOnlyWhereItNeedsNoTool() {
    // Given
    String schema = "{\"type\":\"object\"}";
    ModelRequest free = Asking.hello();
    try (FakeOllama server = FakeOllama.start(Scenario.answering(body -> Answer.text("{}")))) {
      Asking asking = new Asking(automatic(server));

      // When
      asking.turn(free.withAnswerSchema(Optional.of(schema)));
      asking.turn(
          new ModelRequest(
              free.system(),
              free.messages(),
              free.tools(),
              0,
              ModelRequest.Purpose.REPAIR,
              Optional.of(schema)));
      asking.turn(
          new ModelRequest(free.system(), free.messages(), List.of())
              .withAnswerSchema(Optional.of(schema)));

      // Then
      assertThat(server.chats())
          .extracting(chat -> chat.body().path("format").toString())
          .containsExactly("", schema, schema);
      assertThat(server.chats().get(1).body().path("tools")).isNotEmpty();
    }
  }

  private static ModelSettings automatic(FakeOllama server) {
    ModelSettings plain = ModelSettings.of("ollama", "qwen3.5");
    return new ModelSettings(
        plain.provider(),
        plain.model(),
        Optional.of(server.baseUrl()),
        plain.apiKey(),
        plain.maxTokens(),
        plain.temperature(),
        plain.contextLength(),
        plain.effort(),
        plain.dialect(),
        plain.connectTimeout(),
        plain.firstTokenTimeout(),
        plain.idleTimeout());
  }

  @Test
  void asksForTheTrainedContextOnceAndKeepsIt() {
    // Given
    Scenario scenario =
        Scenario.answering(body -> Answer.text("ok"))
            .models(InstalledModel.withTools("qwen3.5:latest", 40_960));
    try (FakeOllama server = FakeOllama.start(scenario)) {
      Asking asking = new Asking(automatic(server));

      // When
      asking.turn(Asking.hello());
      asking.turn(Asking.hello());

      // Then
      assertThat(server.chats())
          .extracting(chat -> chat.body().path("options").path("num_ctx").asInt())
          .containsExactly(40_960, 40_960);
      assertThat(server.requests()).filteredOn(r -> r.path().equals("/api/show")).hasSize(1);
    }
  }

  @Test
  void fallsBackWhenTheServerDoesNotKnowTheContext() {
    // Given
    Scenario scenario =
        Scenario.of(Answer.text("ok")).models(InstalledModel.withTools("qwen3.5:latest", 0));
    try (FakeOllama server = FakeOllama.start(scenario)) {

      // When
      new Asking(automatic(server)).turn(Asking.hello());

      // Then
      assertThat(server.chats().getFirst().body().path("options").path("num_ctx").asInt())
          .isEqualTo(32_768);
    }
  }

  @Test
  void replaysItsOwnTurnVerbatimAndAnswersEachCallById() {
    // Given
    Answer calling =
        Answer.empty()
            .andThinking("hm")
            .andText("Let me look.")
            .andCalls(
                Answer.Call.of("x1", 0, "ls", "{\"path\":\"a\"}"),
                Answer.Call.bare("ls", "{\"path\":\"b\"}"));
    try (FakeOllama server = FakeOllama.start(Scenario.of(calling, Answer.text("done")))) {
      Asking asking = new Asking(server);
      ModelTurn turn = asking.turn(Asking.hello());

      // When
      asking.turn(
          Asking.request(
              new Message.User("hello"),
              new Message.Assistant(turn),
              new Message.ToolAnswer(turn.calls().get(0), ToolResult.ok("A")),
              new Message.ToolAnswer(turn.calls().get(1), ToolResult.ok("B"))));

      // Then
      assertThat(turn.calls()).extracting(ToolCall::id).containsExactly("x1", "call_0_1");
      var messages = server.chats().get(1).body().path("messages");
      assertThat(messages.get(2).toString())
          .isEqualTo(turn.raw())
          .isEqualTo(
              """
              {"role":"assistant","content":"Let me look.","thinking":"hm","tool_calls":[\
              {"id":"x1","function":{"index":0,"name":"ls","arguments":{"path":"a"}}},\
              {"id":"call_0_1","function":{"index":1,"name":"ls","arguments":{"path":"b"}}}]}""");
      assertThat(messages.get(3).toString())
          .isEqualTo(
              """
              {"role":"tool","content":"A","tool_name":"ls","tool_call_id":"x1"}""");
    }
  }

  @Test
  void rebuildsATurnOfAnotherProviderWithoutItsThinking() {
    // Given
    ToolCall call = new ToolCall("t1", "ls", "{\"path\":\"a\"}");
    ModelTurn foreign =
        new ModelTurn(
            "anthropic",
            "claude",
            "[{\"type\":\"thinking\"}]",
            List.of(new Block.Thinking("secret"), new Block.Text("Hi"), new Block.Call(call)),
            Usage.NONE,
            StopReason.TOOL_USE);
    try (FakeOllama server = FakeOllama.start(Scenario.of(Answer.text("ok")))) {

      // When
      new Asking(server)
          .turn(
              Asking.request(
                  new Message.User("hello"),
                  new Message.Assistant(foreign),
                  new Message.ToolAnswer(call, ToolResult.ok("A"))));

      // Then
      assertThat(server.chats().getFirst().body().path("messages").get(2).toString())
          .isEqualTo(
              """
              {"role":"assistant","content":"Hi","tool_calls":[\
              {"id":"t1","function":{"index":0,"name":"ls","arguments":{"path":"a"}}}]}""");
    }
  }

  @Test
  void givesRepeatedCallIdsOfTheServerNewNames() {
    // Given
    Answer same =
        Answer.empty()
            .andCalls(Answer.Call.of("c", 0, "ls", "{}"), Answer.Call.of("c", 1, "ls", "{}"));
    try (FakeOllama server = FakeOllama.start(Scenario.of(same))) {

      // When
      ModelTurn turn = new Asking(server).turn(Asking.hello());

      // Then
      assertThat(turn.calls()).extracting(ToolCall::id).containsExactly("c", "c_2");
    }
  }

  @Test
  void aCancelledTokenSendsNothing() {
    // Given
    CancelToken cancel = new CancelToken();
    cancel.cancel();
    try (FakeOllama server = FakeOllama.start(Scenario.of())) {

      // When
      ModelResult result = new Asking(server).ask(Asking.hello(), cancel);

      // Then
      assertThat(result).isEqualTo(new ModelResult.Cancelled());
      assertThat(server.chats()).isEmpty();
    }
  }
}
