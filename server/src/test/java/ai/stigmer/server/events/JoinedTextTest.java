package ai.stigmer.server.events;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.server.events.Tail.Numbered;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Pieces of text that wait for one reader. */
class JoinedTextTest {
  private static List<AgentEvent> joined(AgentEvent... events) {
    return numbered(events).stream().map(Numbered::event).toList();
  }

  private static List<Numbered> numbered(AgentEvent... events) {
    var numbered = new ArrayList<Numbered>();
    for (AgentEvent event : events) {
      numbered.add(new Numbered(numbered.size() + 1L, event));
    }
    return JoinedText.of(numbered);
  }

  private static AgentEvent text(int turn, String text) {
    return new AgentEvent.TextDelta(turn, text);
  }

  private static AgentEvent thought(String text) {
    return new AgentEvent.ThinkingDelta(1, text);
  }

  private static AgentEvent child(String run, AgentEvent event) {
    return new AgentEvent.Child("1/c", run, "helper", event);
  }

  @Test
  void piecesThatFollowEachOtherAreOneWithTheNumberOfTheLast() {
    assertThat(numbered(text(1, "a"), text(1, "b"), text(1, "c")))
        .containsExactly(new Numbered(3, text(1, "abc")));
  }

  @Test
  void otherEventsAndOtherTurnsStandBetween() {
    var started = new AgentEvent.TurnStarted(2);

    assertThat(
            joined(thought("hm"), thought("m"), text(1, "a"), text(1, "b"), started, text(2, "c")))
        .containsExactly(thought("hmm"), text(1, "ab"), started, text(2, "c"));
    assertThat(joined(text(1, "a"), text(2, "b"))).containsExactly(text(1, "a"), text(2, "b"));
  }

  @Test
  void theTextOfEachSubAgentIsItsOwn() {
    assertThat(
            joined(
                child("x", text(1, "a")),
                child("x", text(1, "b")),
                child("y", text(1, "c")),
                text(1, "d"),
                child("x", child("z", text(1, "e"))),
                child("x", child("z", text(1, "f")))))
        .containsExactly(
            child("x", text(1, "ab")),
            child("y", text(1, "c")),
            text(1, "d"),
            child("x", child("z", text(1, "ef"))));
  }

  @Test
  void whatIsTooLongIsSeveralPieces() {
    String half = "x".repeat(JoinedText.LONGEST / 2);
    String more = "y".repeat(JoinedText.LONGEST + 1);

    assertThat(joined(text(1, half), text(1, half), text(1, half), text(1, more), text(1, "z")))
        .containsExactly(text(1, half + half), text(1, half), text(1, more), text(1, "z"));
  }
}
