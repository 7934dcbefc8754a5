package ai.stigmer.server.events;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.AgentEvent.Beginning;
import ai.stigmer.graphton.event.AgentEvent.TurnEnd;
import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.message.Usage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a reader is told, wherever it comes in. */
class ToldTest {
  private static final ToolCall CALL = new ToolCall("c1", "ls", "{}");
  private static final AgentEvent STARTED = new AgentEvent.RunStarted("r", 2, Beginning.RESUMED);
  private static final AgentEvent TURN = new AgentEvent.TurnStarted(1);
  private static final AgentEvent TOOL = new AgentEvent.ToolStarted(CALL);

  private static AgentEvent answered(int turn, String text, long seq) {
    return new AgentEvent.TurnFinished(
        turn,
        new TurnEnd.Answered(
            new ModelTurn("p", "m", "", List.of(new Block.Text(text)), Usage.NONE, StopReason.END),
            seq));
  }

  private static AgentEvent served(long seq) {
    return new AgentEvent.ToolFinished(CALL, new ToolResult(ToolResult.Status.OK, "fine"), seq);
  }

  private static AgentEvent text(String text) {
    return new AgentEvent.TextDelta(1, text);
  }

  private static List<AgentEvent> told(Told told, AgentEvent... events) {
    var all = new ArrayList<AgentEvent>();
    for (AgentEvent event : events) {
      all.addAll(told.next(event));
    }
    return all;
  }

  @Test
  void whoIsThereFromTheBeginningIsToldEverythingOnce() {
    AgentEvent[] events = {STARTED, TURN, text("so"), answered(1, "so", 3), TOOL, served(4)};

    assertThat(told(new Told(), events))
        .containsExactly(
            new AgentEvent.RunStarted("r", 2, Beginning.NEW),
            TURN,
            text("so"),
            answered(1, "so", 3),
            TOOL,
            served(4));
  }

  @Test
  void whatStreamedBeforeItCameIsToldWithTheTurn() {
    assertThat(told(new Told(), text("lost"), answered(1, "not lost", 3)))
        .containsExactly(TURN, text("not lost"), answered(1, "not lost", 3));
  }

  @Test
  void theRestOfATextIsToldWithTheTurn() {
    assertThat(told(new Told(), TURN, text("half"), answered(1, "half and half", 3)))
        .containsExactly(TURN, text("half"), text(" and half"), answered(1, "half and half", 3));
  }

  @Test
  void aTextThatWasVoidIsToldAnewFromItsBeginning() {
    var switched = new AgentEvent.ModelSwitched(1, "a", "b", "why", 3, 4);

    assertThat(told(new Told(), TURN, text("void"), switched, answered(1, "good", 4)))
        .containsExactly(TURN, text("void"), switched, text("good"), answered(1, "good", 4));
  }

  @Test
  void aCallWithoutABeginningGetsOne() {
    assertThat(told(new Told(), served(4))).containsExactly(TOOL, served(4));
  }

  @Test
  void whatWasToldFromTheJournalIsNotToldAgain() {
    var told = new Told();
    var _ = told(told, TURN, answered(1, "so", 3), TOOL, served(4));
    told.knows(4);

    assertThat(told(told, TURN, text("so"), answered(1, "so", 3), TOOL, served(4))).isEmpty();
    assertThat(told.newest()).isEqualTo(4);
    assertThat(told(told, new AgentEvent.TurnStarted(2))).hasSize(1);
  }

  @Test
  void aRunThatGoesOnIsNotCalledNew() {
    AgentEvent resumed = new AgentEvent.RunStarted("r", 9, Beginning.RESUMED);

    assertThat(told(new Told(), resumed, resumed)).containsExactly(resumed);
  }
}
