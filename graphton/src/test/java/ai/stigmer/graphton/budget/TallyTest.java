package ai.stigmer.graphton.budget;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.ChildStarted;
import ai.stigmer.graphton.journal.JournalEntry.RunResumed;
import ai.stigmer.graphton.journal.JournalEntry.RunStarted;
import ai.stigmer.graphton.journal.JournalEntry.ToolOutcome;
import ai.stigmer.graphton.journal.JournalEntry.Turn;
import ai.stigmer.graphton.journal.JournalEntry.UserMessage;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.message.TurnUsage;
import ai.stigmer.graphton.message.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** What journals say was spent. */
class TallyTest {
  private static final Instant START = Instant.parse("2026-11-21T09:00:00Z");

  @Test
  void theAnswersAndCallsOfAllRunsBeneathCount() {
    // Given
    List<Recorded> parent =
        List.of(at(0, started()), at(1, turn(5)), at(2, new ChildStarted("c", "child", "w")));
    List<Recorded> child =
        List.of(
            at(3, started()),
            at(4, turn(7)),
            at(5, outcome(ToolResult.ok("ok"))),
            at(6, outcome(new ToolResult(ToolResult.Status.NOT_RUN, ""))),
            at(7, new ChildStarted("c", "grandchild", "w")));
    List<Recorded> grandchild = List.of(at(8, started()), at(9, turn(11)));
    // When
    Tally tally = Tally.of(parent, id -> id.equals("child") ? child : grandchild);
    // Then
    assertThat(tally)
        .isEqualTo(new Tally(3, 1, List.of(used(5), used(7), used(11)), Duration.ofSeconds(9)));
  }

  @Test
  void theTimeBetweenTwoDrivesDoesNotCount() {
    List<Recorded> entries =
        List.of(
            at(0, started()), at(10, turn(1)), at(1000, new RunResumed("x")), at(1005, turn(1)));
    assertThat(Tally.of(entries, id -> List.of()).ran()).isEqualTo(Duration.ofSeconds(15));
  }

  @Test
  void aParentThatDiedWhileItWaitedHadRunAsLongAsItsChild() {
    List<Recorded> parent =
        List.of(
            at(0, started()),
            at(1, new ChildStarted("c", "child", "w")),
            at(1000, new RunResumed("x")));
    List<Recorded> child =
        List.of(at(2, started()), at(30, turn(1)), at(1001, new RunResumed("x")));
    assertThat(Tally.of(parent, id -> child).ran()).isEqualTo(Duration.ofSeconds(31));
  }

  @Test
  void theTimeOfATreeThatIsDrivenAtSeveralPlacesIsThatInWhichSomebodyWasAtWork() {
    List<Recorded> parent =
        List.of(
            at(0, started()),
            at(1, new ChildStarted("c", "first", "w")),
            at(2, new ChildStarted("d", "second", "w")),
            at(9000, new RunResumed("x")),
            at(9001, turn(1)));
    List<Recorded> first =
        List.of(
            at(2, started()), at(30, turn(1)), at(8000, new RunResumed("x")), at(8005, turn(1)));
    List<Recorded> second = List.of(at(20, started()), at(40, turn(1)));
    assertThat(Tally.ofScattered(parent, id -> id.equals("first") ? first : second).ran())
        .isEqualTo(Duration.ofSeconds(2 + 38 + 5 + 1));
  }

  @Test
  void aClockThatWentBackAddsNothing() {
    List<Recorded> entries =
        List.of(at(0, started()), at(10, turn(1)), at(-5000, turn(1)), at(-4990, turn(1)));
    assertThat(Tally.of(entries, id -> List.of()).ran()).isEqualTo(Duration.ofSeconds(20));
  }

  @Property
  void theTimeIsNeverNegative(
      @ForAll @Size(max = 12) List<@IntRange(min = -9000, max = 9000) Integer> parent,
      @ForAll @Size(max = 12) List<@IntRange(min = -9000, max = 9000) Integer> child) {
    List<Recorded> entries =
        parent.stream()
            .map(time -> at(time, time % 3 == 0 ? new RunResumed("x") : entryAt(time)))
            .toList();
    List<Recorded> below = child.stream().map(time -> at(time, turn(1))).toList();
    assertThat(Tally.of(entries, id -> below).ran()).isGreaterThanOrEqualTo(Duration.ZERO);
  }

  private static JournalEntry entryAt(int time) {
    return time % 3 == 1 ? new ChildStarted("c", "child", "w") : new UserMessage("go on");
  }

  private static Recorded at(long second, JournalEntry entry) {
    return new Recorded(1, START.plusSeconds(second), entry);
  }

  private static RunStarted started() {
    return new RunStarted("go", "a", "", "", "{}");
  }

  private static Turn turn(long tokens) {
    return new Turn(
        new ModelTurn("fake", "fake-1", "{}", List.of(), Usage.of(tokens, 0), StopReason.END));
  }

  private static TurnUsage used(long tokens) {
    return new TurnUsage("fake", "fake-1", Usage.of(tokens, 0));
  }

  private static ToolOutcome outcome(ToolResult result) {
    return new ToolOutcome(new ToolCall("c", "work", "{}"), result);
  }
}
