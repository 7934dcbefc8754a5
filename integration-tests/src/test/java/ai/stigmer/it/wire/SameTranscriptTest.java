package ai.stigmer.it.wire;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.it.wire.WireFormat.Server;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * One scenario on every wire format: thinking, three tools at once of which one fails, and a final
 * answer. Of the journal's entries only the provider, the model and the raw message may differ;
 * ids, arguments, order, results, tokens and ends may not.
 */
class SameTranscriptTest {
  private static final Said LOOKS =
      Said.of(
          "I should look first.",
          "Let me look.",
          Said.call("call_a", "list", "."),
          Said.call("call_b", "fetch", "ü \\\"x\\\""),
          Said.call("call_c", "broken", "/dev/null"));
  private static final Said ENDS = Said.of("That is all.", "Two files, and a broken device.");

  /** A run's entries and what was shown of it. */
  private record Seen(List<JournalEntry> entries, List<String> shown) {}

  @ParameterizedTest
  @EnumSource(WireFormat.class)
  void theSameScenarioLeavesTheSameTranscript(WireFormat format) {
    Seen seen = play(format);

    assertThat(seen.entries()).isEqualTo(play(WireFormat.OLLAMA).entries());
    assertThat(seen.shown()).isEqualTo(play(WireFormat.OLLAMA).shown());
  }

  @Test
  void theTranscriptHoldsWhatWasSaidAndWhatTheToolsDid() {
    List<JournalEntry> entries = play(WireFormat.ANTHROPIC).entries();

    ModelTurn first = ((JournalEntry.Turn) entries.get(1)).turn();
    assertThat(first.blocks())
        .containsExactly(
            new Block.Thinking(LOOKS.thinking()),
            new Block.Text(LOOKS.text()),
            new Block.Call(LOOKS.calls().get(0)),
            new Block.Call(LOOKS.calls().get(1)),
            new Block.Call(LOOKS.calls().get(2)));
    assertThat(first.stop()).isEqualTo(StopReason.TOOL_USE);
    assertThat(entries)
        .filteredOn(JournalEntry.ToolOutcome.class::isInstance)
        .extracting(entry -> ((JournalEntry.ToolOutcome) entry).result().status())
        .containsExactlyInAnyOrder(
            ToolResult.Status.OK, ToolResult.Status.OK, ToolResult.Status.ERROR);
    assertThat(entries.getLast())
        .isEqualTo(new JournalEntry.RunFinished(new RunEnd.Completed(ENDS.text())));
  }

  private static Seen play(WireFormat format) {
    try (Server server = format.saying(List.of(LOOKS, ENDS));
        WireRun run = new WireRun()) {
      assertThat(run.drive(10, server.open())).isEqualTo(new RunEnd.Completed(ENDS.text()));
      assertThat(server.asked()).hasSize(2);
      return new Seen(neutral(run.entries()), shown(run.events));
    }
  }

  /** The tools of one turn end in any order, so outcomes that follow each other are sorted. */
  private static List<JournalEntry> neutral(List<JournalEntry> entries) {
    List<JournalEntry> neutral = new ArrayList<>();
    for (JournalEntry entry : entries) {
      int at = neutral.size();
      while (!id(entry).isEmpty() && at > 0 && id(neutral.get(at - 1)).compareTo(id(entry)) > 0) {
        at--;
      }
      neutral.add(at, neutral(entry));
    }
    return neutral;
  }

  /** The id of an outcome's call; empty for what keeps its place. */
  private static String id(JournalEntry entry) {
    return entry instanceof JournalEntry.ToolOutcome outcome ? outcome.call().id() : "";
  }

  private static JournalEntry neutral(JournalEntry entry) {
    return entry instanceof JournalEntry.Turn(ModelTurn turn)
        ? new JournalEntry.Turn(
            new ModelTurn("P", "M", "{}", turn.blocks(), turn.usage(), turn.stop()))
        : entry;
  }

  /** The deltas, those of one kind that follow each other joined, and the kinds of the others. */
  private static List<String> shown(List<AgentEvent> events) {
    List<String> shown = new ArrayList<>();
    for (AgentEvent event : events) {
      switch (event) {
        case AgentEvent.TextDelta delta -> join(shown, "text: ", delta.text());
        case AgentEvent.ThinkingDelta delta -> join(shown, "thinking: ", delta.text());
        case AgentEvent.ToolStarted started -> {
          // Tools of one turn start at once, in any order.
        }
        case AgentEvent.ToolFinished finished -> {
          // Likewise.
        }
        default -> shown.add(event.getClass().getSimpleName());
      }
    }
    return shown;
  }

  private static void join(List<String> shown, String kind, String text) {
    if (!shown.isEmpty() && shown.getLast().startsWith(kind)) {
      shown.set(shown.size() - 1, shown.getLast() + text);
    } else {
      shown.add(kind + text);
    }
  }
}
