package ai.stigmer.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.RunFinished;
import ai.stigmer.graphton.journal.JournalEntry.RunResumed;
import ai.stigmer.graphton.journal.JournalEntry.ToolOutcome;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.testkit.RealComponents;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the counts of a killed fleet tell, by its files and journals. */
class FleetKillsTest {
  private static final RunFinished DONE = new RunFinished(new RunEnd.Completed("done"));

  @TempDir Path folder;

  @Test
  void workersThatAreKilledLoseNoCommandAndRepeatNone() throws Exception {
    RealComponents.require(
        "the Temporal server (bin/temporal-server DIR)",
        () -> RealComponents.runs(List.of(TemporalServer.program(), "--version")));
    var size = new FleetKills.Size(4, 3, Duration.ofMillis(200));
    Map<String, Long> counts = FleetKills.play(folder, size);
    assertThat(counts)
        .containsEntry("completed", 4L)
        .containsEntry("lost", 0L)
        .containsEntry("doubled", 0L);
    assertThat(counts.get("kills")).isPositive();
  }

  @Test
  void aRunThatDidEverythingOnceHasLostAndDoubledNothing() {
    assertThat(FleetKills.count(numbers(), List.of(new RunResumed("w"), DONE)))
        .containsEntry("completed", 1L)
        .containsEntry("commands", 12L)
        .containsEntry("taken over", 1L)
        .containsEntry("lost", 0L)
        .containsEntry("doubled", 0L);
  }

  @Test
  void aCommandThatRanTwiceIsDoubledAlsoWhereNobodyKnewOfIt() {
    List<String> lines = numbers();
    lines.add("7");
    assertThat(FleetKills.count(lines, List.of(unknown(7), DONE)))
        .containsEntry("doubled", 1L)
        .containsEntry("lost", 0L);
  }

  @Test
  void aCommandThatDidNotRunIsLostUnlessItWasToldToBeUnknown() {
    List<String> lines = numbers();
    lines.remove("3");
    assertThat(FleetKills.count(lines, List.of(unknown(3), DONE))).containsEntry("lost", 0L);
    assertThat(FleetKills.count(lines, List.of(unknown(4), DONE)))
        .as("another one was unknown")
        .containsEntry("lost", 1L)
        .containsEntry("unknown", 1L);
  }

  @Test
  void aCommandThatFailedWasToldAndIsNotLost() {
    List<String> lines = numbers();
    lines.remove("3");
    assertThat(FleetKills.count(lines, List.of(outcome(3, ToolResult.error("[killed]")), DONE)))
        .containsEntry("lost", 0L)
        .containsEntry("told to have failed", 1L);
    assertThat(FleetKills.count(lines, List.of(outcome(3, ToolResult.ok("")), DONE)))
        .as("told to have run")
        .containsEntry("lost", 1L);
  }

  @Test
  void aRunWithoutAnEndAndOneThatFailedAreNotCompleted() {
    assertThat(FleetKills.count(numbers(), List.of(unknown(1))))
        .containsEntry("not ended", 1L)
        .containsEntry("completed", 0L);
    assertThat(FleetKills.count(numbers(), List.of(new RunFinished(new RunEnd.Cancelled("")))))
        .containsEntry("not ended", 0L)
        .containsEntry("completed", 0L);
  }

  private static List<String> numbers() {
    return new ArrayList<>(IntStream.range(0, 12).mapToObj(String::valueOf).toList());
  }

  private static JournalEntry unknown(int number) {
    return outcome(number, ToolResult.error("It is not known whether it took effect."));
  }

  private static JournalEntry outcome(int number, ToolResult result) {
    return new ToolOutcome(
        new ToolCall("call-" + number, "execute", "{\"command\":\"echo " + number + " >> log\"}"),
        result);
  }
}
