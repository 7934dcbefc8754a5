package ai.stigmer.server.events;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.ChildFinished;
import ai.stigmer.graphton.journal.JournalEntry.ChildStarted;
import ai.stigmer.graphton.journal.JournalEntry.RunFinished;
import ai.stigmer.graphton.journal.JournalEntry.RunStarted;
import ai.stigmer.graphton.journal.JournalEntry.ToolIntent;
import ai.stigmer.graphton.journal.JournalEntry.ToolOutcome;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.graphton.tool.EffectClass;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Sub-agents side by side, told from the journal. */
class RetellingTest {
  private static final ToolCall FIRST = new ToolCall("c1", "task", "{}");
  private static final ToolCall SECOND = new ToolCall("c2", "task", "{}");
  private static final RunEnd DONE = new RunEnd.Completed("done");

  /** Up to where the first of two has its outcome, which is entry 8. */
  private static List<JournalEntry> firstIsOver() {
    return List.of(
        started(),
        new JournalEntry.Turn(
            new ModelTurn(
                "p",
                "m",
                "",
                List.of(new Block.Call(FIRST), new Block.Call(SECOND)),
                Usage.NONE,
                StopReason.TOOL_USE)),
        new ToolIntent(FIRST, EffectClass.UNSAFE, Optional.empty()),
        new ToolIntent(SECOND, EffectClass.UNSAFE, Optional.empty()),
        new ChildStarted("c1", "one", "helper"),
        new ChildStarted("c2", "two", "helper"),
        new ChildFinished("one", DONE, 0, List.of()),
        outcome(FIRST));
  }

  private static RunStarted started() {
    return new RunStarted("go", "a", "s", "", "{}");
  }

  private static ToolOutcome outcome(ToolCall call) {
    return new ToolOutcome(call, new ToolResult(ToolResult.Status.OK, "done"));
  }

  private static Retelling retelling(JournalEntry... more) {
    var entries = new ArrayList<>(firstIsOver());
    entries.addAll(List.of(more));
    return Retelling.of(
        "r",
        recorded(entries),
        child ->
            recorded(
                child.equals("one") || more.length > 0
                    ? List.of(started(), new RunFinished(DONE))
                    : List.of(started())));
  }

  private static List<Recorded> recorded(List<JournalEntry> entries) {
    var recorded = new ArrayList<Recorded>();
    for (JournalEntry entry : entries) {
      recorded.add(new Recorded(recorded.size() + 1, Instant.EPOCH, entry));
    }
    return recorded;
  }

  private static List<String> told(List<AgentEvent> events) {
    return events.stream()
        .map(
            event ->
                switch (event) {
                  case AgentEvent.Child child ->
                      child.runId() + " " + child.event().getClass().getSimpleName();
                  case AgentEvent.ToolFinished finished -> finished.call().id() + " served";
                  default -> event.getClass().getSimpleName();
                })
        .toList();
  }

  @Test
  void whatIsUnderWayBesideOneThatEndedIsNotToldAsOneThatBroke() {
    Retelling retelling = retelling();

    assertThat(told(retelling.behind(2)))
        .containsExactly(
            "ToolStarted", "ToolStarted", "one RunStarted", "one RunFinished", "c1 served");
    assertThat(retelling.behind(8)).isEmpty();
    assertThat(retelling.late()).isEqualTo(Map.of("c2", "two"));
  }

  @Test
  void whatEndedAfterAnotherOneIsToldWholeToWhoKnowsTheOtherOne() {
    Retelling retelling = retelling(new ChildFinished("two", DONE, 0, List.of()), outcome(SECOND));

    assertThat(told(retelling.behind(8)))
        .containsExactly("two RunStarted", "two RunFinished", "c2 served");
    assertThat(told(retelling.of("two"))).containsExactly("two RunStarted", "two RunFinished");
    assertThat(retelling.late()).isEmpty();
  }

  @Test
  void aRunThatIsOverTellsASubAgentWithoutAnOutcomeBeforeItsEnd() {
    Retelling retelling = retelling(new RunFinished(new RunEnd.Cancelled("")));

    assertThat(told(retelling.behind(8)))
        .startsWith("two RunStarted", "two RunFinished")
        .endsWith("RunFinished");
    assertThat(retelling.late()).isEmpty();
  }
}
