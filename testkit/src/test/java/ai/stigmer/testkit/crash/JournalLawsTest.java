package ai.stigmer.testkit.crash;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.graphton.tool.EffectClass;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JournalLawsTest {
  private static final ToolCall CALL = new ToolCall("c", "work", "{}");
  private static final JournalEntry START =
      new JournalEntry.RunStarted("go", "a", "", "hash", "{}");
  private static final JournalEntry TURN =
      new JournalEntry.Turn(
          new ModelTurn(
              "p", "m", "{}", List.of(new Block.Call(CALL)), Usage.NONE, StopReason.TOOL_USE));
  private static final JournalEntry INTENT =
      new JournalEntry.ToolIntent(CALL, EffectClass.UNSAFE, Optional.empty());
  private static final JournalEntry OUTCOME =
      new JournalEntry.ToolOutcome(CALL, ToolResult.ok("done"));
  private static final JournalEntry END =
      new JournalEntry.RunFinished(new RunEnd.Completed("done"));
  private static final JournalEntry RESUMED = new JournalEntry.RunResumed("me");

  private static final List<JournalEntry> GOOD =
      List.of(START, TURN, INTENT, RESUMED, OUTCOME, END, RESUMED, TURN, OUTCOME, END);

  @Test
  void aJournalOfAResumedRunBreaksNoLaw() {
    assertThat(JournalLaws.broken(GOOD)).isEmpty();
  }

  @Test
  void everyEntryThatStandsTwiceBreaksALawUnlessItSaysThatTheRunGoesOn() {
    for (int i = 0; i < GOOD.size(); i++) {
      var twice = new ArrayList<>(GOOD);
      twice.add(i, GOOD.get(i));
      assertThat(JournalLaws.broken(twice).isEmpty())
          .as(twice.toString())
          .isEqualTo(GOOD.get(i).equals(RESUMED));
    }
  }

  @Test
  void aMessageThatIsTakenTwiceOrOutOfOrderBreaksALawButForAFork() {
    JournalEntry first = new JournalEntry.UserMessage("one", 1);
    JournalEntry second = new JournalEntry.UserMessage("two", 2);
    assertThat(JournalLaws.broken(List.of(START, first, second))).isEmpty();
    assertThat(JournalLaws.broken(List.of(START, first, first))).hasSize(1);
    assertThat(JournalLaws.broken(List.of(START, second))).hasSize(1);
    assertThat(JournalLaws.broken(List.of(START, first, new JournalEntry.RunForked("r", 2), first)))
        .isEmpty();
  }

  @Test
  void anIntentBehindItsOutcomeAnEndWithOpenCallsAndAnOutcomeOfNobodyBreakALaw() {
    assertThat(JournalLaws.broken(List.of(START, TURN, OUTCOME, INTENT)))
        .containsExactly("entry 4 intends no open call");
    assertThat(JournalLaws.broken(List.of(START, TURN, END)))
        .containsExactly("entry 3 is done while calls are open: [c]");
    assertThat(JournalLaws.broken(List.of(START, OUTCOME)))
        .containsExactly("entry 2 ends no open call");
    assertThat(JournalLaws.broken(List.of(START, TURN, TURN)))
        .containsExactly("entry 3 is a turn while calls are open: [c]");
    assertThat(JournalLaws.broken(List.of(TURN)))
        .first()
        .isEqualTo("entry 1 stands before the start");
  }
}
