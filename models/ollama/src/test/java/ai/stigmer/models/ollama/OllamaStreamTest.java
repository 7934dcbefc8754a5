package ai.stigmer.models.ollama;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.graphton.model.ModelEvent;
import ai.stigmer.graphton.model.ModelFailure.Kind;
import ai.stigmer.graphton.model.ModelResult;
import ai.stigmer.testkit.http.Fault;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.Scenario;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OllamaStreamTest {
  private static final Answer RICH =
      Answer.empty()
          .andThinking("Grüß ")
          .andText("Hé", "llo 🌍")
          .andCalls(Answer.Call.of("x1", 0, "ls", "{\"path\":\"ü\"}"))
          .tokens(11, 7);

  @Test
  void readsThinkingTextAndCallsInOrder() {
    // Given
    try (FakeOllama server = FakeOllama.start(Scenario.of(RICH))) {
      Asking asking = new Asking(server);

      // When
      ModelTurn turn = asking.turn(Asking.hello());

      // Then
      assertThat(turn.blocks())
          .containsExactly(
              new Block.Thinking("Grüß "),
              new Block.Text("Héllo 🌍"),
              new Block.Call(new ToolCall("x1", "ls", "{\"path\":\"ü\"}")));
      assertThat(turn.usage()).isEqualTo(Usage.of(11, 7));
      assertThat(turn.stop()).isEqualTo(StopReason.TOOL_USE);
      assertThat(asking.events)
          .containsExactly(
              new ModelEvent.ThinkingDelta("Grüß "),
              new ModelEvent.TextDelta("Hé"),
              new ModelEvent.TextDelta("llo 🌍"));
    }
  }

  @Test
  void readsTheSameTurnByteByByte() {
    // Given
    Scenario scenario = Scenario.of(RICH, RICH.with(new Fault.Trickle(1, Duration.ZERO)));
    try (FakeOllama server = FakeOllama.start(scenario)) {
      Asking asking = new Asking(server);

      // When
      ModelTurn whole = asking.turn(Asking.hello());
      ModelTurn trickled = asking.turn(Asking.hello());

      // Then
      assertThat(trickled).isEqualTo(whole);
    }
  }

  @Test
  void aStreamCutAtAnyByteIsAFailure() {
    assertNeverATurn(Fault.CutAt::new);
  }

  @Test
  void aStreamThatEndsProperlyButEarlyIsAFailure() {
    assertNeverATurn(Fault.EndAt::new);
  }

  private static void assertNeverATurn(IntFunction<Fault> fault) {
    // Given
    int length = lengthOf(RICH);
    AtomicInteger next = new AtomicInteger();
    Scenario scenario = Scenario.answering(body -> RICH.with(fault.apply(next.getAndIncrement())));
    try (FakeOllama server = FakeOllama.start(scenario)) {
      Asking asking = new Asking(server);
      for (int offset = 0; offset < length - 1; offset++) {

        // When
        ModelResult result = asking.ask(Asking.hello());

        // Then
        int at = offset;
        assertThat(result)
            .as("offset %d", at)
            .isInstanceOfSatisfying(
                ModelResult.Failed.class,
                failed -> {
                  assertThat(failed.failure().problem().code())
                      .as("offset %d", at)
                      .startsWith("E2");
                });
      }
      assertThat(next).hasValue(length - 1);
    }
  }

  private static int lengthOf(Answer answer) {
    Duration patience = Duration.ofSeconds(20);
    byte[] body =
        ChatBody.of(Asking.settings("", Duration.ZERO, Duration.ZERO), 4096, Asking.hello());
    try (FakeOllama server = FakeOllama.start(Scenario.of(answer));
        Exchange exchange =
            new Exchange(
                new Connections(),
                Endpoint.of(Optional.of(server.baseUrl()), Optional.empty())
                    .post("/api/chat", body),
                new Exchange.Patience(patience, patience, patience),
                new CancelToken())) {
      assertThat(exchange.answer().status()).isEqualTo(200);
      return exchange.readUpTo(1_000_000).length;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aGarbledByteIsNeverTakenForText() {
    // Given
    int length = lengthOf(RICH);
    AtomicInteger next = new AtomicInteger();
    Scenario scenario =
        Scenario.answering(body -> RICH.with(new Fault.GarbleAt(next.getAndIncrement())));
    try (FakeOllama server = FakeOllama.start(scenario)) {
      Asking asking = new Asking(server);
      for (int offset = 0; offset < length - 1; offset++) {

        // When
        ModelResult result = asking.ask(Asking.hello());

        // Then
        assertThat(result).as("offset %d", offset).isInstanceOf(ModelResult.Failed.class);
      }
    }
  }

  @Test
  void aStallWithinTheAnswerEndsAfterTheIdleTimeout() throws InterruptedException {
    // Given
    try (FakeOllama server =
        FakeOllama.start(Scenario.of(Answer.text("Hel", "lo").with(new Fault.StallAt(130))))) {
      Asking asking =
          new Asking(
              Asking.settings(server.baseUrl(), Duration.ofMinutes(5), Duration.ofMillis(200)));

      // When
      var failure = asking.failure(Asking.hello());

      // Then
      assertThat(failure.kind()).isEqualTo(Kind.TIMEOUT);
      assertThat(failure.problem().code()).isEqualTo("E203");
      assertThat(failure.problem().message()).endsWith("fell silent for 200 ms");
      assertThat(server.awaitAbandoned(Duration.ofSeconds(10))).isTrue();
    }
  }

  @Test
  void aServerThatNeverAnswersEndsAfterTheFirstTokenTimeout() {
    // Given
    try (FakeOllama server =
        FakeOllama.start(Scenario.of(Answer.text("x").after(Duration.ofMinutes(5))))) {
      Asking asking =
          new Asking(
              Asking.settings(server.baseUrl(), Duration.ofMillis(200), Duration.ofSeconds(20)));

      // When
      var failure = asking.failure(Asking.hello());

      // Then
      assertThat(failure.kind()).isEqualTo(Kind.TIMEOUT);
      assertThat(failure.problem().message()).endsWith("sent nothing within 200 ms");
    }
  }

  @Test
  void anAnswerSlowerThanTheIdleTimeoutInAllIsStillComplete() {
    // Given
    Answer slow = Answer.text("Hello").with(new Fault.Trickle(16, Duration.ofMillis(100)));
    try (FakeOllama server = FakeOllama.start(Scenario.of(slow))) {
      Asking asking =
          new Asking(
              Asking.settings(server.baseUrl(), Duration.ofSeconds(20), Duration.ofMillis(900)));

      // When
      ModelTurn turn = asking.turn(Asking.hello());

      // Then
      assertThat(turn.text()).isEqualTo("Hello");
    }
  }

  @Test
  void aFullOutputIsToldFromAFullContext() {
    // Given
    Scenario scenario =
        Scenario.of(
            Answer.text("cut").doneReason("length").tokens(100, 8192),
            Answer.text("cut").doneReason("length").tokens(16_000, 384));
    try (FakeOllama server = FakeOllama.start(scenario)) {
      Asking asking = new Asking(server);

      // When
      StopReason output = asking.turn(Asking.hello()).stop();
      StopReason context = asking.turn(Asking.hello()).stop();

      // Then
      assertThat(output).isEqualTo(StopReason.MAX_TOKENS);
      assertThat(context).isEqualTo(StopReason.CONTEXT_FULL);
    }
  }

  @Test
  void halfASurrogatePairInAnAnswerGoesBackAsAQuestionMark() {
    // Given
    Answer half =
        Answer.empty()
            .and(
                new Answer.Part.Raw(
                    "{\"message\":{\"role\":\"assistant\",\"content\":\"a\\ud83d\"},\"done\":false}"));
    try (FakeOllama server = FakeOllama.start(Scenario.of(half, Answer.text("ok")))) {
      Asking asking = new Asking(server);

      // When
      ModelTurn turn = asking.turn(Asking.hello());
      asking.turn(
          Asking.request(
              new Message.User("hello"), new Message.Assistant(turn), new Message.User("go on")));

      // Then
      assertThat(server.chats().getLast().body().at("/messages/2/content").asText())
          .isEqualTo("a?");
    }
  }

  @Test
  void anUnknownReasonToStopIsSaid() {
    // Given
    Answer tired = Answer.text("Half of").doneReason("tired");
    try (FakeOllama server = FakeOllama.start(Scenario.of(tired))) {
      Asking asking = new Asking(server);

      // When
      ModelTurn turn = asking.turn(Asking.hello());

      // Then
      assertThat(turn.stop()).isEqualTo(StopReason.UNKNOWN);
      assertThat(asking.notices()).containsExactly("W214");
    }
  }

  @Test
  void unknownFieldsAndEmptyLinesAreTolerated() {
    // Given
    Answer odd =
        Answer.empty()
            .and(new Answer.Part.Raw(""))
            .and(
                new Answer.Part.Raw(
                    "{\"new\":{\"x\":[1]},\"message\":{\"content\":\"a\",\"y\":2}}\r"))
            .andText("b");
    try (FakeOllama server = FakeOllama.start(Scenario.of(odd))) {

      // When
      ModelTurn turn = new Asking(server).turn(Asking.hello());

      // Then
      assertThat(turn.text()).isEqualTo("ab");
    }
  }
}
