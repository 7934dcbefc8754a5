package ai.stigmer.graphton.loop;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.RunStarted;
import ai.stigmer.graphton.journal.JournalEntry.ToolIntent;
import ai.stigmer.graphton.journal.JournalEntry.ToolOutcome;
import ai.stigmer.graphton.journal.JournalEntry.Turn;
import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.graphton.tool.EffectClass;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class DeciderTest {
  private static final RunStarted START = new RunStarted("hi", "a", "be brief", "hash", "{}");
  private static final ToolCall READ = new ToolCall("c1", "read_file", "{\"file_path\":\"/a\"}");
  private static final ToolCall LIST = new ToolCall("c2", "ls", "{}");

  private final Decider decider = new Decider(3);

  @Test
  void aNewRunAsksTheModel() {
    assertThat(decider.next(fold(START))).isEqualTo(new Step.CallModel());
  }

  @Test
  void aTurnWithCallsHasThemServedInTheModelsOrder() {
    assertThat(decider.next(fold(START, turn(READ, LIST))))
        .isEqualTo(
            new Step.RunTools(
                List.of(
                    new PendingCall(READ, Optional.empty()),
                    new PendingCall(LIST, Optional.empty()))));
  }

  @Test
  void aCallWithAnIntentStaysPendingWithIt() {
    var intent = new ToolIntent(READ, EffectClass.UNSAFE, Optional.of("note"));
    assertThat(decider.next(fold(START, turn(READ), intent)))
        .isEqualTo(new Step.RunTools(List.of(new PendingCall(READ, Optional.of(intent)))));
  }

  @Test
  void answersStandInTheOrderOfTheCallsWhateverEndedFirst() {
    // Given
    var first = new ToolOutcome(READ, ToolResult.ok("one"));
    var second = new ToolOutcome(LIST, ToolResult.ok("two"));
    // When
    Transcript transcript = fold(START, turn(READ, LIST), second, first);
    // Then
    assertThat(transcript.messages().subList(2, 4))
        .containsExactly(
            new Message.ToolAnswer(READ, ToolResult.ok("one")),
            new Message.ToolAnswer(LIST, ToolResult.ok("two")));
    assertThat(transcript)
        .extracting(Transcript::messages)
        .isEqualTo(fold(START, turn(READ, LIST), first, second).messages());
  }

  @Test
  void anAnswerWithoutCallsCompletesTheRun() {
    assertThat(decider.next(fold(START, said("done", StopReason.END))))
        .isEqualTo(new Step.Finish(new RunEnd.Completed("done")));
  }

  @Test
  void anEmptyAnswerFailsTheRun() {
    assertThat(end(fold(START, said(" ", StopReason.END)))).isInstanceOf(RunEnd.Failed.class);
  }

  @Test
  void aCutAnswerStopsTheRunWithWhatThereIs() {
    assertThat(end(fold(START, said("half", StopReason.MAX_TOKENS))))
        .isInstanceOfSatisfying(
            RunEnd.Stopped.class,
            stopped -> {
              assertThat(stopped.limit()).isEqualTo(RunEnd.Limit.MAX_TOKENS);
              assertThat(stopped.text()).isEqualTo("half");
            });
  }

  @Test
  void theTurnLimitIsCheckedBeforeTheModelIsAsked() {
    // Given
    var entries = new ArrayList<JournalEntry>(List.of(START));
    for (int i = 0; i < 3; i++) {
      var call = new ToolCall("c" + i, "ls", "{\"path\":\"/" + i + "\"}");
      entries.add(turn(call));
      entries.add(new ToolOutcome(call, ToolResult.ok("")));
    }
    // When
    RunEnd end = end(fold(entries.toArray(JournalEntry[]::new)));
    // Then
    assertThat(end)
        .isInstanceOfSatisfying(
            RunEnd.Stopped.class,
            stopped -> assertThat(stopped.limit()).isEqualTo(RunEnd.Limit.TURNS));
  }

  @Test
  void theFifthSameCallWithinTenEndsTheRunBeforeItIsServed() {
    // Given
    var patient = new Decider(100);
    Transcript transcript = fold(START);
    for (int i = 1; i <= 5; i++) {
      var same = new ToolCall("s" + i, "ls", "{ \"path\" : \"/\" }");
      transcript = transcript.plus(turn(same));
      if (i < 5) {
        assertThat(patient.next(transcript)).isInstanceOf(Step.RunTools.class);
        transcript = transcript.plus(new ToolOutcome(same, ToolResult.ok("")));
        var other = new ToolCall("o" + i, "ls", "{\"path\":\"/" + i + "\"}");
        transcript = transcript.plus(turn(other)).plus(new ToolOutcome(other, ToolResult.ok("")));
      }
    }
    // When
    Step step = patient.next(transcript);
    // Then
    assertThat(step)
        .isInstanceOfSatisfying(
            Step.Finish.class,
            finish ->
                assertThat(finish.end())
                    .isInstanceOfSatisfying(
                        RunEnd.Stopped.class,
                        stopped -> assertThat(stopped.limit()).isEqualTo(RunEnd.Limit.LOOP)));
  }

  @Test
  void aResumedRunIsNoLongerOver() {
    var cancelled = new JournalEntry.RunFinished(new RunEnd.Cancelled(""));
    assertThat(decider.next(fold(START, cancelled))).isInstanceOf(Step.Finish.class);
    assertThat(decider.next(fold(START, cancelled, new JournalEntry.RunResumed("me"))))
        .isEqualTo(new Step.CallModel());
  }

  @Property
  void sameCallsInARowAreCountedUpToTheCallItself(
      @ForAll @Size(min = 1, max = 20) List<@IntRange(min = 0, max = 2) Integer> paths) {
    // Given
    CallHistory history = CallHistory.EMPTY;
    for (int i = 0; i < paths.size(); i++) {
      history = history.plus(List.of(new ToolCall("c" + i, "ls", "{\"p\":" + paths.get(i) + "}")));
    }
    // When
    int counted = history.inARow("c" + (paths.size() - 1));
    // Then
    int expected = 0;
    for (int i = paths.size() - 1; i >= 0 && paths.get(i).equals(paths.getLast()); i--) {
      expected++;
    }
    assertThat(counted).isEqualTo(expected);
  }

  private RunEnd end(Transcript transcript) {
    return ((Step.Finish) decider.next(transcript)).end();
  }

  private static Transcript fold(JournalEntry... entries) {
    Transcript transcript = Transcript.EMPTY;
    for (JournalEntry entry : entries) {
      transcript = transcript.plus(entry);
    }
    return transcript;
  }

  private static Turn turn(ToolCall... calls) {
    List<Block> blocks = new ArrayList<>();
    for (ToolCall call : calls) {
      blocks.add(new Block.Call(call));
    }
    return new Turn(new ModelTurn("fake", "m", "{}", blocks, Usage.of(1, 1), StopReason.TOOL_USE));
  }

  private static Turn said(String text, StopReason stop) {
    return new Turn(
        new ModelTurn("fake", "m", "{}", List.of(new Block.Text(text)), Usage.of(1, 1), stop));
  }
}
