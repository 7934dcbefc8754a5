package ai.stigmer.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.AgentEvent.Beginning;
import ai.stigmer.graphton.event.AgentEvent.TurnEnd;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.graphton.model.ModelFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class EventLawsTest {
  private static final ToolCall CALL = new ToolCall("c1", "work", "{}");
  private static final AgentEvent START = new AgentEvent.RunStarted("r", 1, Beginning.NEW);
  private static final AgentEvent TURN = new AgentEvent.TurnStarted(1);
  private static final AgentEvent TEXT = new AgentEvent.TextDelta(1, "x");
  private static final AgentEvent THINKING = new AgentEvent.ThinkingDelta(1, "x");
  private static final AgentEvent ANSWERED = answered(1, 2);
  private static final AgentEvent TOOL = new AgentEvent.ToolStarted(CALL);
  private static final AgentEvent DONE = done(CALL, 3);
  private static final AgentEvent NOTICE = new AgentEvent.Notice("W1", "x");
  private static final AgentEvent END =
      new AgentEvent.RunFinished(new RunResult("r", new RunEnd.Completed("x"), 1, Usage.of(1, 1)));

  private static final List<AgentEvent> LAWFUL =
      List.of(
          START,
          TURN,
          THINKING,
          TEXT,
          ANSWERED,
          TOOL,
          child(START),
          NOTICE,
          child(TURN),
          child(ANSWERED),
          child(END),
          DONE,
          END);

  static Stream<Arguments> violations() {
    ToolCall other = new ToolCall("c1", "work", "{\"other\":1}");
    return Stream.of(
        violation("there was no event"),
        violation("there is no end", START),
        violation("there is no end", START, TURN, ANSWERED),
        violation("outside of a run", TURN, ANSWERED),
        violation("outside of a run", NOTICE, START, END),
        violation("outside of a run", START, END, NOTICE),
        violation("outside of a run", START, END, END),
        violation("a run starts within a run", START, START, END),
        violation("a turn starts within a turn", START, TURN, TURN, ANSWERED, END),
        violation("a turn starts while a tool runs", START, TOOL, TURN, ANSWERED, DONE, END),
        violation("not in its turn", START, TEXT, END),
        violation("not in its turn", START, TURN, ANSWERED, TEXT, END),
        violation("not in its turn", START, TURN, new AgentEvent.TextDelta(2, "x"), ANSWERED, END),
        violation("not in its turn", START, THINKING, END),
        violation("not in its turn", START, retrying(1, 4, 0), END),
        violation("discards 1 char", START, TURN, TEXT, retrying(1, 4, 0), ANSWERED, END),
        violation("discards 0 char", START, TURN, retrying(1, 4, 1), ANSWERED, END),
        violation(
            "discards 0 char",
            START,
            TURN,
            TEXT,
            retrying(1, 4, 1),
            retrying(2, 4, 1),
            ANSWERED,
            END),
        violation("leaves out a retry", START, TURN, retrying(2, 4, 0), ANSWERED, END),
        violation("too many", START, TURN, retrying(1, 0, 0), ANSWERED, END),
        violation("not in its turn", START, switched(2, 0), END),
        violation("discards 1 char", START, TURN, TEXT, switched(2, 0), answered(1, 3), END),
        violation("names an earlier entry", START, TURN, switched(1, 0), ANSWERED, END),
        violation("names an earlier entry", START, TURN, switched(2, 0), ANSWERED, END),
        violation("ends a turn that is not open", START, ANSWERED, END),
        violation("ends a turn that is not open", START, TURN, ANSWERED, ANSWERED, END),
        violation("ends a turn that is not open", START, TURN, answered(2, 2), END),
        violation("a tool starts within a turn", START, TURN, TOOL, ANSWERED, DONE, END),
        violation("starts a call that is open", START, TOOL, TOOL, DONE, END),
        violation("ends a call that is not open", START, DONE, END),
        violation("ends a call that is not open", START, TOOL, DONE, DONE, END),
        violation("ends a call that is not open", START, TOOL, done(other, 3), END),
        violation("the run ends within a turn", START, TURN, END),
        violation("the run ends while a tool runs", START, TOOL, END),
        violation("not within its call", START, child(START), END),
        violation("names another run", START, TOOL, child(START, "other"), child(END), DONE, END),
        violation(
            "second run",
            START,
            TOOL,
            child(START),
            child(END),
            child(START),
            child(END),
            DONE,
            END),
        violation("the call ended before its child", START, TOOL, child(START), DONE, END),
        violation("not in its turn", START, TOOL, child(START), child(TEXT), child(END), DONE, END),
        violation("outside of a run", START, TOOL, child(NOTICE), DONE, END),
        violation("names an earlier entry", START, TURN, answered(1, 1), END),
        violation("names an earlier entry", START, TURN, ANSWERED, TOOL, done(CALL, 2), END));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("violations")
  void everyBrokenLawIsNamed(String law, List<AgentEvent> events) {
    assertThatThrownBy(() -> watch(events).assertLaws())
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(law);
  }

  @Test
  void whatObeysTheLawsIsNotComplainedAbout() {
    EventLaws laws = watch(LAWFUL);
    assertThatCode(laws::assertLaws).doesNotThrowAnyException();
    assertThat(laws.events()).isEqualTo(LAWFUL);
  }

  @Test
  void severalDrivesOneAfterAnotherAreWatchedAndOneBrokenLawSpoilsOnlyItself() {
    // Given
    var events = new ArrayList<>(List.of(START, TURN, END));
    events.addAll(LAWFUL);
    // When
    EventLaws laws = watch(events);
    // Then
    assertThatThrownBy(laws::assertLaws)
        .hasMessageMatching("(?s)broken event laws:\nthe run ends within a turn: [^\n]*");
  }

  @Test
  void aTurnMayBeRetriedAfterAPartOfItsAnswer() {
    watch(
            List.of(
                START,
                TURN,
                THINKING,
                TEXT,
                retrying(1, 2, 2),
                TEXT,
                retrying(2, 2, 1),
                TEXT,
                switched(2, 1),
                TEXT,
                retrying(1, 2, 1),
                answered(1, 3),
                END))
        .assertLaws();
  }

  @Test
  void aResultThatIsNotRecordedNamesNoEntry() {
    AgentEvent lost = done(CALL, AgentEvent.ToolFinished.NOT_RECORDED);
    watch(List.of(START, TURN, ANSWERED, TOOL, lost, END)).assertLaws();
  }

  @Test
  void noEventCanBeLeftOutOfALawfulRunButThoseThatStandAlone() {
    for (AgentEvent left : List.of(START, TURN, ANSWERED, TOOL, DONE, END)) {
      var events = new ArrayList<>(LAWFUL);
      events.remove(left);
      assertThatThrownBy(() -> watch(events).assertLaws()).isInstanceOf(AssertionError.class);
    }
  }

  private static Arguments violation(String law, AgentEvent... events) {
    return Arguments.of(law, List.of(events));
  }

  private static AgentEvent child(AgentEvent event) {
    return child(event, "r");
  }

  private static AgentEvent child(AgentEvent event, String runId) {
    return new AgentEvent.Child(CALL.id(), runId, "helper", event);
  }

  private static AgentEvent answered(int turn, long seq) {
    var answer =
        new ModelTurn("p", "m", "{}", List.of(new Block.Text("x")), Usage.of(1, 1), StopReason.END);
    return new AgentEvent.TurnFinished(turn, new TurnEnd.Answered(answer, seq));
  }

  private static AgentEvent retrying(int attempt, int of, long discarded) {
    ModelFailure failure =
        ModelFailure.of(
            "p",
            503,
            ModelFailure.Kind.OVERLOADED,
            Problem.of("E204", Problem.Category.PROVIDER, "busy"));
    return new AgentEvent.Retrying(
        1, attempt, of, Duration.ofSeconds(1), Duration.ofMinutes(1), "busy", failure, discarded);
  }

  private static AgentEvent switched(long seq, long discarded) {
    return new AgentEvent.ModelSwitched(1, "p/a", "p/b", "busy", seq, discarded);
  }

  private static AgentEvent done(ToolCall call, long seq) {
    return new AgentEvent.ToolFinished(call, ToolResult.ok("x"), seq);
  }

  private static EventLaws watch(List<AgentEvent> events) {
    var laws = new EventLaws();
    events.forEach(laws);
    return laws;
  }
}
