package ai.stigmer.cli.remote;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.AgentEvent.Child;
import ai.stigmer.graphton.event.AgentEvent.Notice;
import ai.stigmer.graphton.event.AgentEvent.TextDelta;
import ai.stigmer.graphton.event.AgentEvent.ThinkingDelta;
import ai.stigmer.graphton.event.AgentEvent.ToolStarted;
import ai.stigmer.graphton.event.AgentEvent.TurnStarted;
import ai.stigmer.graphton.message.ToolCall;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What of a second connection's events is new. */
class SinceEntryTest {
  private final SinceEntry since = new SinceEntry();

  private List<AgentEvent> tell(AgentEvent... events) {
    var told = new ArrayList<AgentEvent>();
    for (AgentEvent event : events) {
      told.addAll(since.next(event, false));
    }
    return told;
  }

  private static TextDelta text(String piece) {
    return new TextDelta(1, piece);
  }

  @Test
  void textIsToldOnceHoweverItIsCut() {
    assertThat(tell(new TurnStarted(1), text("one "), text("two "))).hasSize(3);

    since.again();

    assertThat(tell(new TurnStarted(1), text("on"), text("e two th"), text("ree")))
        .containsExactly(text("th"), text("ree"));
  }

  @Test
  void aConnectionThatDiesTwiceWithinATextTellsItOnce() {
    tell(new TurnStarted(1), text("one two"));
    since.again();
    assertThat(tell(new TurnStarted(1), text("one"))).isEmpty();
    since.again();

    assertThat(tell(new TurnStarted(1), text("one two three"))).containsExactly(text(" three"));
  }

  @Test
  void anotherTextThanBeforeIsToldWhole() {
    tell(new TurnStarted(1), text("one two"));
    since.again();

    assertThat(tell(new TurnStarted(1), text("one "), text("or three")))
        .containsExactly(text("one or three"));
  }

  @Test
  void whatHappenedTwiceIsToldTwiceAndNotFourTimes() {
    var notice = new Notice("E1", "again");
    var child = new Child("c1", "run", "helper", text("a"));
    assertThat(tell(notice, notice, child, child)).hasSize(4);
    since.again();

    assertThat(tell(notice, notice, child, child, child)).containsExactly(child);
  }

  private static Child inward(AgentEvent event) {
    return new Child("c1", "run", "helper", new Child("c2", "inner", "helper", event));
  }

  @Test
  void textOfASubAgentIsToldOnceHoweverItIsCut() {
    tell(inward(text("one ")), inward(text("two ")), inward(new ThinkingDelta(1, "so")));
    since.again();

    assertThat(tell(inward(new ThinkingDelta(1, "so far")), inward(text("one two three"))))
        .containsExactly(inward(new ThinkingDelta(1, " far")), inward(text("three")));
  }

  @Test
  void whatStreamedBeforeAFailedAttemptOfASubAgentIsVoid() {
    var failed = inward(new AgentEvent.ModelSwitched(1, "one", "other", "away", 3, 5));
    tell(inward(text("wrong")), failed, inward(text("right ")));
    since.again();

    assertThat(tell(failed, inward(text("right so")))).containsExactly(inward(text("so")));
  }

  @Test
  void turnsOfASubAgentAreComparedEachByItself() {
    tell(inward(text("same")), inward(new TextDelta(2, "same")));
    since.again();

    assertThat(tell(inward(text("same")), inward(new TextDelta(2, "same again"))))
        .containsExactly(inward(new TextDelta(2, " again")));
  }

  @Test
  void aToolThatRunsSinceBeforeTheLastEntryIsNotStartedAgain() {
    var first = new ToolStarted(new ToolCall("c1", "ls", "{}"));
    var second = new ToolStarted(new ToolCall("c2", "ls", "{}"));
    tell(first, second);
    since.next(new Notice("E1", "an entry"), true);
    since.again();

    assertThat(tell(first, second)).isEmpty();
  }
}
