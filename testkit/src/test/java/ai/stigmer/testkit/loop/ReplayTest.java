package ai.stigmer.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.loop.Replay;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolPolicy.Decision;
import ai.stigmer.testkit.EventLaws;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplayTest extends LoopFixture {
  private final EventLaws told = new EventLaws();

  @Test
  void aReplayTellsTheEventsThatTheRunShowed() {
    RunResult result =
        runner(
                calls("work", "{}"),
                calls("look", "{}", "{\"n\":1}"),
                calls("forbidden", "{}"),
                calls("missing", "{}"),
                says("…"))
            .policy(
                (tool, call) ->
                    tool.spec().name().equals("forbidden")
                        ? new Decision.Deny("no")
                        : new Decision.Allow())
            .run(agent(), "go", "r");

    RunResult replayed = Replay.of("r", journal.read("r"), told);

    assertThat(replayed).isEqualTo(result);
    told.assertLaws();
    assertThat(withoutDeltas(told.events())).isEqualTo(withoutDeltas(laws.events()));
    assertThat(told.events()).contains(new AgentEvent.TextDelta(5, "…"));
  }

  @Test
  void aRunThatWasInterruptedIsToldAsOneAndSaysWhereItWentOn() {
    dieAfter(JournalEntry.ToolIntent.class, calls("work", "{}"), counting(), "r");
    runner(nothing(), says("done")).resume(agent(), "r");

    RunResult replayed = Replay.of("r", journal.read("r"), told);

    told.assertLaws();
    assertThat(replayed.text()).isEqualTo("done");
    assertThat(told.events()).filteredOn(AgentEvent.ToolStarted.class::isInstance).hasSize(1);
    assertThat(told.events())
        .contains(new AgentEvent.Notice("W540", "the run went on here, by library"));
  }

  @Test
  void aRunWithoutAnEndIsToldAsFarAsItCameAndSaysSo() {
    dieAfter(JournalEntry.ToolIntent.class, calls("work", "{}"), counting(), "r");

    RunResult replayed = Replay.of("r", journal.read("r"), told);

    told.assertLaws();
    assertThat(replayed.end().toString()).contains("E541");
    assertThat(told.events())
        .filteredOn(AgentEvent.ToolFinished.class::isInstance)
        .singleElement()
        .satisfies(event -> assertThat(event.toString()).contains("UNKNOWN", "seq=0"));
    runner(nothing(), says("done")).resume(agent(), "r");
  }

  @Test
  void aRunOfWhichNothingIsRecordedCannotBeTold() {
    runner(says("done")).run(agent(), "go", "r");
    assertThatThrownBy(() -> Replay.of("r", List.of(), told)).hasMessageContaining("E512");
  }

  private Agent agent() {
    return Agent.named("a")
        .tools(
            counting(),
            Tool.named("look").optionalInteger("n", "which").readOnly().calling(call -> "seen"),
            Tool.named("forbidden").calling(call -> "never"))
        .build();
  }

  private static List<AgentEvent> withoutDeltas(List<AgentEvent> events) {
    return events.stream().filter(event -> !(event instanceof AgentEvent.TextDelta)).toList();
  }
}
