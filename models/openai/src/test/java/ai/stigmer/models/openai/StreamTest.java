package ai.stigmer.models.openai;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.graphton.model.ModelEvent;
import ai.stigmer.testkit.http.Fault;
import ai.stigmer.testkit.openai.Answer;
import ai.stigmer.testkit.openai.FakeChatCompletions;
import ai.stigmer.testkit.openai.FakeResponses;
import ai.stigmer.testkit.openai.Scenario;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class StreamTest {
  static final Answer RICH =
      Answer.empty()
          .andThinking("Grüß ", "Gott")
          .andText("Hé", "llo 🌍")
          .andCall("call_a", "ls", "{\"path\":\"ü\"}")
          .andCall("call_b", "ls", "{\"path\":\"b\",\"depth\":2}")
          .tokens(100, 60, 30, 12);

  @Test
  void bothApisGiveTheSameTurnForTheSameAnswer() {
    // Given
    try (FakeResponses responses = FakeResponses.start(Scenario.of(RICH));
        FakeChatCompletions chat = FakeChatCompletions.start(Scenario.of(RICH))) {
      Asking overResponses = new Asking(responses);
      Asking overChat = new Asking(chat);

      // When
      ModelTurn one = overResponses.turn(Asking.hello());
      ModelTurn two = overChat.turn(Asking.hello());

      // Then
      assertThat(one.blocks())
          .containsExactly(
              new Block.Thinking("Grüß Gott"),
              new Block.Text("Héllo 🌍"),
              new Block.Call(new ToolCall("call_a", "ls", "{\"path\":\"ü\"}")),
              new Block.Call(new ToolCall("call_b", "ls", "{\"path\":\"b\",\"depth\":2}")));
      assertThat(one.usage()).isEqualTo(new Usage(40, 30, 60, 0, 12));
      assertThat(one.stop()).isEqualTo(StopReason.TOOL_USE);
      assertThat(two.blocks()).isEqualTo(one.blocks());
      assertThat(two.usage()).isEqualTo(one.usage());
      assertThat(two.stop()).isEqualTo(one.stop());
      assertThat(overResponses.events)
          .containsExactly(
              new ModelEvent.ThinkingDelta("Grüß "),
              new ModelEvent.ThinkingDelta("Gott"),
              new ModelEvent.TextDelta("Hé"),
              new ModelEvent.TextDelta("llo 🌍"));
      assertThat(overChat.events).isEqualTo(overResponses.events);
    }
  }

  @Test
  void readsTheSameTurnByteByByte() {
    // Given
    Answer trickling = RICH.with(new Fault.Trickle(1, Duration.ZERO));
    try (FakeResponses responses = FakeResponses.start(Scenario.of(trickling));
        FakeChatCompletions chat = FakeChatCompletions.start(Scenario.of(trickling))) {

      // When
      ModelTurn one = new Asking(responses).turn(Asking.hello());
      ModelTurn two = new Asking(chat).turn(Asking.hello());

      // Then
      assertThat(one.text()).isEqualTo("Héllo 🌍");
      assertThat(two.blocks()).isEqualTo(one.blocks());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "COMPLETE, END, END",
    "PLAIN_STOP, END, END",
    "WITHOUT_DONE, END, END",
    "LENGTH, MAX_TOKENS, CONTEXT_FULL",
    "FILTERED, REFUSAL, REFUSAL",
  })
  void theEndOfAnAnswerHasItsReason(Answer.End end, StopReason responses, StopReason chat) {
    // Given
    Answer answer = Answer.text("some").ending(end);
    try (FakeResponses one = FakeResponses.start(Scenario.of(answer));
        FakeChatCompletions two = FakeChatCompletions.start(Scenario.of(answer))) {

      // When / Then
      assertThat(new Asking(one).turn(Asking.hello()).stop()).isEqualTo(responses);
      assertThat(new Asking(two).turn(Asking.hello()).stop()).isEqualTo(chat);
    }
  }

  @Test
  void aFullOutputIsToldFromAFullContext() {
    // Given
    Answer output = Answer.text("cut").ending(Answer.End.LENGTH).tokens(100, 0, 8192, 0);
    Answer unknown = Answer.text("cut").ending(Answer.End.LENGTH).withoutUsage();
    try (FakeChatCompletions server = FakeChatCompletions.start(Scenario.of(output, unknown))) {
      Asking asking = new Asking(server);

      // When / Then
      assertThat(asking.turn(Asking.hello()).stop()).isEqualTo(StopReason.MAX_TOKENS);
      assertThat(asking.turn(Asking.hello()).stop()).isEqualTo(StopReason.MAX_TOKENS);
    }
  }

  @Test
  void aRefusalIsShownAndSaidToBeOne() {
    // Given
    Answer refusal = Answer.empty().and(new Answer.Part.Refusal("I cannot help with that."));
    try (FakeResponses one = FakeResponses.start(Scenario.of(refusal));
        FakeChatCompletions two = FakeChatCompletions.start(Scenario.of(refusal))) {
      Asking overResponses = new Asking(one);
      Asking overChat = new Asking(two);

      // When
      ModelTurn turn = overResponses.turn(Asking.hello());
      ModelTurn other = overChat.turn(Asking.hello());

      // Then
      assertThat(turn.stop()).isEqualTo(StopReason.REFUSAL);
      assertThat(turn.text()).isEqualTo("I cannot help with that.");
      assertThat(overResponses.shownText()).isEqualTo("I cannot help with that.");
      assertThat(other.blocks()).isEqualTo(turn.blocks());
      assertThat(other.stop()).isEqualTo(turn.stop());
      assertThat(other.raw()).contains("\"refusal\":\"I cannot help with that.\"");
    }
  }

  @Test
  void anEmptyAnswerIsATurnWithoutBlocks() {
    // Given
    try (FakeResponses one = FakeResponses.start(Scenario.of(Answer.empty()));
        FakeChatCompletions two = FakeChatCompletions.start(Scenario.of(Answer.empty()))) {

      // When
      ModelTurn turn = new Asking(one).turn(Asking.hello());
      ModelTurn other = new Asking(two).turn(Asking.hello());

      // Then
      assertThat(turn.blocks()).isEmpty();
      assertThat(turn.stop()).isEqualTo(StopReason.END);
      assertThat(other.blocks()).isEmpty();
      assertThat(other.raw()).isEqualTo("{\"role\":\"assistant\",\"content\":\"\"}");
    }
  }

  @Test
  void unknownEventsCommentsAndFieldsAreTolerated() {
    // Given
    Answer odd =
        Answer.text("a")
            .and(new Answer.Part.Raw(": OPENROUTER PROCESSING\n\n"))
            .and(new Answer.Part.Raw("event: ping\ndata: {\"type\":\"ping\",\"new\":[1]}\n\n"))
            .and(new Answer.Part.Raw("retry: 100\r\nid: 7\r\nfuture: x\r\n\r\n"))
            .andText("b");
    try (FakeResponses one = FakeResponses.start(Scenario.of(odd));
        FakeChatCompletions two = FakeChatCompletions.start(Scenario.of(odd))) {

      // When / Then
      assertThat(new Asking(one).turn(Asking.hello()).text()).isEqualTo("ab");
      assertThat(new Asking(two).turn(Asking.hello()).text()).isEqualTo("ab");
    }
  }

  @Test
  void missingUsageCountsAsNothing() {
    // Given
    Answer silent = Answer.text("ok").withoutUsage().ending(Answer.End.WITHOUT_DONE);
    try (FakeResponses one = FakeResponses.start(Scenario.of(silent));
        FakeChatCompletions two = FakeChatCompletions.start(Scenario.of(silent))) {

      // When / Then
      assertThat(new Asking(one).turn(Asking.hello()).usage()).isEqualTo(Usage.NONE);
      assertThat(new Asking(two).turn(Asking.hello()).usage()).isEqualTo(Usage.NONE);
    }
  }

  @Test
  void aConnectionThatBreaksBehindTheFinishReasonCostsTheTurnNothing() {
    // Given
    Answer broken = RICH.ending(Answer.End.WITHOUT_DONE).with(new Fault.CutAt(Integer.MAX_VALUE));
    try (FakeChatCompletions server = FakeChatCompletions.start(Scenario.of(broken))) {

      // When
      ModelTurn turn = new Asking(server).turn(Asking.hello());

      // Then
      assertThat(turn.calls()).hasSize(2);
      assertThat(turn.usage().input()).isEqualTo(40);
    }
  }

  @Test
  void aCallThatIsCutByTheOutputLimitIsNoCall() {
    // Given
    Answer cut =
        Answer.empty()
            .andThinking("I shall look")
            .and(new Answer.Part.Call(Optional.of("call_a"), "ls", "{\"pa", 1))
            .ending(Answer.End.LENGTH)
            .tokens(10, 0, 8192, 0);
    try (FakeResponses one = FakeResponses.start(Scenario.of(cut));
        FakeChatCompletions two = FakeChatCompletions.start(Scenario.of(cut))) {

      // When
      ModelTurn turn = new Asking(one).turn(Asking.hello());
      ModelTurn other = new Asking(two).turn(Asking.hello());

      // Then
      assertThat(turn.calls()).isEmpty();
      assertThat(turn.stop()).isEqualTo(StopReason.MAX_TOKENS);
      assertThat(turn.raw()).isEqualTo("[]");
      assertThat(other.calls()).isEmpty();
      assertThat(other.stop()).isEqualTo(StopReason.MAX_TOKENS);
      assertThat(other.raw()).doesNotContain("tool_calls");
    }
  }

  @Test
  void anUnknownReasonToStopIsSaidInBothApis() {
    // Given
    String head = "HTTP/1.1 200 OK\nContent-Type: text/event-stream\n\n";
    String chat =
        "data: {\"choices\":[{\"delta\":{\"content\":\"Half\"},\"finish_reason\":\"tired\"}]}\n\n";
    String responses =
        "data: {\"type\":\"response.incomplete\",\"response\":{\"status\":\"incomplete\","
            + "\"incomplete_details\":{\"reason\":\"tired\"}}}\n\n";
    try (RawHttp one = new RawHttp(head + chat);
        RawHttp two = new RawHttp(head + responses)) {
      Asking first = new Asking(Asking.Wish.chat(one.baseUrl()).settings());
      Asking second = new Asking(Asking.Wish.responses(two.baseUrl()).settings());

      // When
      ModelTurn turn = first.turn(Asking.hello());
      ModelTurn other = second.turn(Asking.hello());

      // Then
      assertThat(turn.stop()).isEqualTo(StopReason.UNKNOWN);
      assertThat(other.stop()).isEqualTo(StopReason.UNKNOWN);
      assertThat(first.notices()).singleElement().asString().endsWith(": tired");
      assertThat(second.notices()).singleElement().asString().endsWith(": tired");
    }
  }
}
