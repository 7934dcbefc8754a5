package ai.stigmer.models.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.graphton.model.ModelEvent;
import ai.stigmer.graphton.model.ModelFailure.Kind;
import ai.stigmer.testkit.anthropic.Answer;
import ai.stigmer.testkit.anthropic.FakeAnthropic;
import ai.stigmer.testkit.anthropic.Scenario;
import ai.stigmer.testkit.http.Fault;
import com.anthropic.core.ObjectMappers;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class AnthropicStreamTest {
  private static final JsonMapper SDK = ObjectMappers.jsonMapper();

  @Test
  void readsThinkingTextAndCallsInOrder() {
    // Given
    try (FakeAnthropic server = FakeAnthropic.start(recorded("working.sse"))) {
      Asking asking = new Asking(server);

      // When
      ModelTurn turn = asking.turn(Asking.hello());

      // Then
      assertThat(turn.provider()).isEqualTo("anthropic");
      assertThat(turn.model()).isEqualTo(Asking.MODEL);
      assertThat(turn.blocks())
          .containsExactly(
              new Block.Thinking("Grüße, I look at both folders."),
              new Block.Text("Let me look 🌍."),
              new Block.Call(new ToolCall("toolu_01A", "ls", "{\"path\": \"ü\", \"depth\": 2}")),
              new Block.Call(new ToolCall("toolu_01B", "ls", "{}")));
      assertThat(turn.usage()).isEqualTo(new Usage(12, 87, 5600, 340, 41));
      assertThat(turn.stop()).isEqualTo(StopReason.TOOL_USE);
      assertThat(asking.events)
          .containsExactly(
              new ModelEvent.ThinkingDelta("Grüße, I look "),
              new ModelEvent.ThinkingDelta("at both folders."),
              new ModelEvent.TextDelta("Let me lo"),
              new ModelEvent.TextDelta("ok 🌍."));
    }
  }

  private static Scenario recorded(String name) {
    return Scenario.of(Answer.recorded(Asking.recorded(name)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"working.sse", "newer.sse", "limit.sse"})
  void theVendorsOwnAccumulatorReadsTheSame(String name) throws JsonProcessingException {
    // Given
    Message theirs = accumulated(Asking.recorded(name));
    try (FakeAnthropic server = FakeAnthropic.start(recorded(name))) {

      // When
      ModelTurn ours = new Asking(server).turn(Asking.hello());

      // Then
      JsonNode content = SDK.valueToTree(theirs.content());
      assertThat(SDK.readTree(ours.raw()).path("content")).isEqualTo(content);
      var usage = theirs.usage();
      assertThat(ours.usage())
          .isEqualTo(
              new Usage(
                  usage.inputTokens(),
                  usage.outputTokens(),
                  usage.cacheReadInputTokens().orElse(0L),
                  usage.cacheCreationInputTokens().orElse(0L),
                  usage.outputTokensDetails().map(details -> details.thinkingTokens()).orElse(0L)));
    }
  }

  @Test
  void aCountThatALaterReportLeavesOutIsKept() {
    // Given
    try (FakeAnthropic server = FakeAnthropic.start(recorded("newer.sse"))) {

      // When
      ModelTurn turn = new Asking(server).turn(Asking.hello());

      // Then
      assertThat(turn.usage()).isEqualTo(new Usage(5, 9, 4, 0, 0));
    }
  }

  private static Message accumulated(String stream) throws JsonProcessingException {
    MessageAccumulator accumulator = MessageAccumulator.create();
    for (String line : stream.lines().toList()) {
      if (line.startsWith("data: ")) {
        accumulator.accumulate(SDK.readValue(line.substring(6), RawMessageStreamEvent.class));
      }
    }
    return accumulator.message();
  }

  @ParameterizedTest
  @CsvSource({
    "end_turn, END, ''",
    "stop_sequence, END, ''",
    "max_tokens, MAX_TOKENS, ''",
    "model_context_window_exceeded, CONTEXT_FULL, ''",
    "refusal, REFUSAL, ''",
    "pause_turn, PAUSE, ''",
    "compaction, UNKNOWN, W214",
    "something_new, UNKNOWN, W214",
  })
  void aStopReasonHasItsNeutralWord(String reason, StopReason expected, String notice) {
    // Given
    try (FakeAnthropic server = FakeAnthropic.start(Scenario.of(Answer.text("a").stop(reason)))) {
      Asking asking = new Asking(server);

      // When
      ModelTurn turn = asking.turn(Asking.hello());

      // Then
      assertThat(turn.stop()).isEqualTo(expected);
      assertThat(asking.notices()).isEqualTo(notice.isEmpty() ? List.of() : List.of(notice));
    }
  }

  @Test
  void anEmptyTurnIsATurn() {
    // Given
    try (FakeAnthropic server = FakeAnthropic.start(Scenario.of(Answer.empty()))) {

      // When
      ModelTurn turn = new Asking(server).turn(Asking.hello());

      // Then
      assertThat(turn.blocks()).isEmpty();
      assertThat(turn.stop()).isEqualTo(StopReason.END);
    }
  }

  @Test
  void theCallsOfARefusalAreNotRun() {
    // Given
    Answer refusal = Answer.text("No").andToolUse("toolu_1", "ls", "{\"path\":\"a").stop("refusal");
    try (FakeAnthropic server = FakeAnthropic.start(Scenario.of(refusal))) {

      // When
      ModelTurn turn = new Asking(server).turn(Asking.hello());

      // Then
      assertThat(turn.calls()).isEmpty();
      assertThat(turn.raw()).doesNotContain("tool_use");
      assertThat(turn.stop()).isEqualTo(StopReason.REFUSAL);
    }
  }

  @Test
  void unreadableInputIsKeptAsTheModelWroteItAndShownToIt() {
    // Given
    String deep = "{\"a\":" + "[".repeat(5000) + "]".repeat(5000) + "}";
    Answer odd =
        Answer.empty()
            .andToolUse("toolu_1", "ls", "{\"path\":", "\"a")
            .andToolUse("toolu_2", "ls", "{\"path\":\"a\",\"path\":\"b\"}")
            .andToolUse("toolu_3", "ls", "[1]")
            .andToolUse("toolu_4", "ls", deep);
    try (FakeAnthropic server = FakeAnthropic.start(Scenario.of(odd, Answer.text("sorry")))) {
      Asking asking = new Asking(server);

      // When
      ModelTurn turn = asking.turn(Asking.hello());
      asking.turn(Asking.after(turn));

      // Then
      assertThat(turn.calls())
          .extracting(ToolCall::arguments)
          .containsExactly("{\"path\":\"a", "{\"path\":\"a\",\"path\":\"b\"}", "[1]", deep);
      assertThat(server.messages().get(1).body().path("messages").get(1).path("content"))
          .extracting(block -> block.path("input").toString())
          .containsExactly(
              "{\"INVALID_JSON\":\"{\\\"path\\\":\\\"a\"}",
              "{\"path\":\"b\"}",
              "{\"INVALID_JSON\":\"[1]\"}",
              "{\"INVALID_JSON\":\"" + deep.replace("\"", "\\\"") + "\"}");
    }
  }

  @Test
  void aCallThatALimitCutsBeforeItsInputIsNotACallWithoutArguments() {
    // Given
    Answer cut =
        Answer.empty()
            .andToolUse("toolu_1", "ls", "{}")
            .andToolUse("toolu_2", "ls")
            .stop("max_tokens");
    try (FakeAnthropic server = FakeAnthropic.start(Scenario.of(cut))) {

      // When
      ModelTurn turn = new Asking(server).turn(Asking.hello());

      // Then
      assertThat(turn.calls()).extracting(ToolCall::arguments).containsExactly("{}", "");
      assertThat(turn.stop()).isEqualTo(StopReason.TOOL_USE);
    }
  }

  @Test
  void repeatedAndMissingCallIdsGetNewNames() {
    // Given
    Answer same =
        Answer.empty()
            .andToolUse("c", "ls", "{}")
            .andToolUse("c", "ls", "{}")
            .andToolUse("", "ls", "{}");
    try (FakeAnthropic server = FakeAnthropic.start(Scenario.of(same, Answer.text("ok")))) {
      Asking asking = new Asking(server);

      // When
      ModelTurn turn = asking.turn(Asking.hello());
      asking.turn(Asking.after(turn));

      // Then
      assertThat(turn.calls()).extracting(ToolCall::id).containsExactly("c", "c_2", "call_0_2");
      assertThat(server.violations()).isEmpty();
    }
  }

  @Test
  void wholeInputAtTheStartOfABlockIsTaken() {
    // Given
    Answer whole =
        Answer.empty()
            .and(
                new Answer.Part.Block(
                    "{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"ls\",\"input\":{\"path\":\"a\"}}",
                    List.of()));
    try (FakeAnthropic server = FakeAnthropic.start(Scenario.of(whole))) {

      // When
      ModelTurn turn = new Asking(server).turn(Asking.hello());

      // Then
      assertThat(turn.calls()).extracting(ToolCall::arguments).containsExactly("{\"path\":\"a\"}");
    }
  }

  @Test
  void deltasOfKindsToComeExtendTheFieldOfTheirName() {
    // Given
    Answer newer =
        Answer.empty()
            .and(
                new Answer.Part.Block(
                    "{\"type\":\"sketch\",\"caption\":\"a\",\"strokes\":[1]}",
                    List.of(
                        "{\"type\":\"sketch_delta\",\"caption\":\"b\"}",
                        "{\"type\":\"sketch_delta\",\"strokes\":[2],\"done\":true}")))
            .and(
                new Answer.Part.Block(
                    "{\"type\":\"text\",\"text\":\"x\"}",
                    List.of("{\"type\":\"citations_delta\",\"citation\":{\"n\":1}}")));
    try (FakeAnthropic server = FakeAnthropic.start(Scenario.of(newer))) {

      // When
      ModelTurn turn = new Asking(server).turn(Asking.hello());

      // Then
      assertThat(turn.raw())
          .isEqualTo(
              """
              {"role":"assistant","content":[\
              {"type":"sketch","caption":"ab","strokes":[1,2],"done":true},\
              {"type":"text","text":"x","citations":[{"n":1}]}]}""");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"\r\n", "\n"})
  void commentsOtherLineEndsAndEventsWithoutANameAreTolerated(String end) {
    // Given
    String stream =
        Asking.recorded("limit.sse").replaceAll("event: .*\n", ": comment\n").replace("\n", end);
    try (FakeAnthropic server =
        FakeAnthropic.start(Scenario.of(Answer.recorded(stream.replace("data: ", "data:"))))) {

      // When
      ModelTurn turn = new Asking(server).turn(Asking.hello());

      // Then
      assertThat(turn.text()).isEqualTo("It is a lo");
      assertThat(turn.stop()).isEqualTo(StopReason.MAX_TOKENS);
    }
  }

  @Test
  void anAnswerSlowerThanTheIdleTimeoutInAllIsStillComplete() {
    // Given
    Answer slow = Answer.text("Hello").with(new Fault.Trickle(100, Duration.ofMillis(150)));
    try (FakeAnthropic server = FakeAnthropic.start(Scenario.of(slow))) {
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
  void aStallWithinTheAnswerEndsAfterTheIdleTimeout() throws InterruptedException {
    // Given
    try (FakeAnthropic server =
        FakeAnthropic.start(Scenario.of(Answer.text("Hello").with(new Fault.StallAt(600))))) {
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
    try (FakeAnthropic server =
        FakeAnthropic.start(Scenario.of(Answer.text("x").after(Duration.ofMinutes(5))))) {
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
  void headersWithoutABodyEndAfterTheFirstTokenTimeoutToo() {
    // Given
    try (FakeAnthropic server =
        FakeAnthropic.start(Scenario.of(Answer.text("x").with(new Fault.StallAt(0))))) {
      Asking asking =
          new Asking(
              Asking.settings(server.baseUrl(), Duration.ofMillis(300), Duration.ofSeconds(20)));

      // When
      var failure = asking.failure(Asking.hello());

      // Then
      assertThat(failure.kind()).isEqualTo(Kind.TIMEOUT);
      assertThat(failure.problem().message()).endsWith("sent nothing within 300 ms");
    }
  }
}
