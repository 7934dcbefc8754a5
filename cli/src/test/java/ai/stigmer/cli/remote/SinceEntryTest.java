package ai.stigmer.cli.remote;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.AgentEvent.Beginning;
import ai.stigmer.graphton.event.AgentEvent.Child;
import ai.stigmer.graphton.event.AgentEvent.Notice;
import ai.stigmer.graphton.event.AgentEvent.RunStarted;
import ai.stigmer.graphton.event.AgentEvent.TextDelta;
import ai.stigmer.graphton.event.AgentEvent.ThinkingDelta;
import ai.stigmer.graphton.event.AgentEvent.ToolStarted;
import ai.stigmer.graphton.event.AgentEvent.TurnStarted;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
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

  /** Who comes between its first two entries is told of the beginning by each connection. */
  @Test
  void aBeginningThatIsToldAgainLeavesWhatStreamedTold() {
    var begun = new RunStarted("run", 1, Beginning.NEW);
    since.next(begun, true);
    tell(new TurnStarted(1), text("one "), text("two "));
    since.again();

    since.next(new RunStarted("run", 2, Beginning.NEW), true);
    assertThat(tell(new TurnStarted(1), text("one two three"))).containsExactly(text("three"));
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

  private static Child of(String call, AgentEvent event) {
    return new Child(call, "run-" + call, "helper", event);
  }

  private static Child begun(String call, long seq) {
    return of(call, new AgentEvent.RunStarted("run-" + call, seq, Beginning.NEW));
  }

  private static final AgentEvent ENDED =
      new AgentEvent.ToolFinished(
          new ToolCall("c1", "task", "{}"), new ToolResult(ToolResult.Status.OK, ""), 7);

  @Test
  void aSubAgentThatGoesOnBesideOneThatEndedIsToldOnceFromTheEntryOn() {
    tell(begun("c1", 1), begun("c2", 1), of("c2", text("one ")));
    since.next(ENDED, true);
    tell(of("c2", text("two ")));
    since.again();

    assertThat(tell(of("c2", text("two three")))).containsExactly(of("c2", text("three")));
  }

  @Test
  void aSubAgentThatIsToldFromItsBeginningOnceMoreIsToldOnce() {
    // Given one that goes on beside one that ended
    var tool = new ToolStarted(new ToolCall("t", "ls", "{}"));
    tell(begun("c1", 1), of("c1", text("x")), begun("c2", 2), of("c2", new TurnStarted(1)));
    tell(of("c2", text("one ")), of("c2", tool));
    since.next(ENDED, true);
    var next = new TurnStarted(2);
    tell(of("c2", next), of("c2", new TextDelta(2, "a ")));
    for (int i = 0; i < 2; i++) {
      since.again();
      // When the journal tells all of it
      assertThat(
              tell(
                  begun("c2", 1),
                  of("c2", new TurnStarted(1)),
                  of("c2", text("one ")),
                  of("c2", tool),
                  of("c2", next)))
          .isEmpty();
    }
    // Then
    assertThat(tell(of("c2", new TextDelta(2, "a b")), of("c2", tool)))
        .containsExactly(of("c2", new TextDelta(2, "b")), of("c2", tool));
    // And one of the same call in a later turn is another one
    since.next(
        new AgentEvent.ToolFinished(
            new ToolCall("c2", "task", "{}"), new ToolResult(ToolResult.Status.OK, ""), 8),
        true);
    assertThat(tell(begun("c2", 1), of("c2", text("one ")))).hasSize(2);
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
