package ai.stigmer.graphton.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.message.TurnUsage;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.graphton.tool.EffectClass;
import ai.stigmer.graphton.tool.FileState;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class EntryCodecTest {

  @Property(tries = 500)
  void everyEntryReadsBackAsItWasWritten(
      @ForAll String text, @ForAll String other, @ForAll int choice) {
    for (JournalEntry entry : entries(text, other, choice)) {
      String written = EntryCodec.encode(entry);
      assertThat(written.chars()).allMatch(c -> c >= 0x20 && c <= 0x7f);
      assertThat(EntryCodec.decode(written)).isEqualTo(entry);
    }
  }

  @Test
  void loneSurrogatesAndControlCharactersSurvive() {
    String nasty = "\ud800x\udc00\u0000\u001b[31m\u2028\ufeff";
    for (JournalEntry entry : entries(nasty, nasty, 1)) {
      assertThat(EntryCodec.decode(EntryCodec.encode(entry))).isEqualTo(entry);
    }
  }

  @Test
  void textsOfAnyLengthReadBack() {
    var large = new JournalEntry.UserMessage("x".repeat(21_000_000));
    assertThat(EntryCodec.decode(EntryCodec.encode(large)).equals(large)).isTrue();
  }

  @Test
  void unknownFieldsArePassedOver() {
    assertThat(EntryCodec.decode("{\"type\":\"user-message\",\"text\":\"x\",\"later\":[1]}"))
        .isEqualTo(new JournalEntry.UserMessage("x"));
  }

  @Test
  void anUnknownTypeIsRefusedByName() {
    assertThatThrownBy(() -> EntryCodec.decode("{\"type\":\"from-the-future\"}"))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("E507")
        .hasMessageContaining("from-the-future");
  }

  @Test
  void whatIsNoEntryIsDamage() {
    for (String text :
        List.of(
            "", "{", "[]", "{}", "{\"type\":\"turn\"}", "{\"type\":\"tool-intent\",\"id\":1}")) {
      assertThatThrownBy(() -> EntryCodec.decode(text)).hasMessageContaining("E503");
    }
  }

  private static List<JournalEntry> entries(String text, String other, int choice) {
    var call = new ToolCall(text, other, text);
    var turn =
        new ModelTurn(
            text,
            other,
            text,
            List.of(new Block.Text(text), new Block.Thinking(other), new Block.Call(call)),
            new Usage(1, 2, 3, 4, 5),
            pick(StopReason.values(), choice));
    var problem =
        new Problem(
            text, pick(Problem.Category.values(), choice), other, List.of(text), List.of(other));
    return List.of(
        new JournalEntry.RunStarted(text, other, text, other, text),
        new JournalEntry.RunResumed(text),
        new JournalEntry.Turn(turn),
        new JournalEntry.ToolIntent(
            call, pick(EffectClass.values(), choice), Optional.of(text).filter(s -> choice > 0)),
        new JournalEntry.ToolOutcome(
            call, new ToolResult(pick(ToolResult.Status.values(), choice), other)),
        new JournalEntry.ToolIntent(
            call,
            pick(EffectClass.values(), choice),
            Optional.empty(),
            Optional.empty(),
            Optional.of(
                new FileState(
                    text, pick(FileState.Kept.values(), choice), other, other, text, other))),
        new JournalEntry.UserMessage(text),
        new JournalEntry.UserMessage(text, 1 + Math.abs(choice % 100)),
        new JournalEntry.ModelSwitched(text, other, text),
        new JournalEntry.ChildStarted(text, other, text),
        new JournalEntry.ChildFinished(
            text,
            new RunEnd.Failed(problem, other),
            Math.abs(choice % 100),
            List.of(new TurnUsage(text, other, new Usage(1, 2, 3, 4, 5)))),
        new JournalEntry.RunForked(text, choice),
        new JournalEntry.AttemptFailed(new TurnUsage(text, other, new Usage(1, 2, 3, 4, 5))),
        new JournalEntry.Compacted(
            text,
            1 + Math.abs(choice % 100),
            new WorkLog(List.of(text, other), List.of(other), List.of(text)),
            List.of(other),
            choice,
            7,
            9,
            new TurnUsage(text, other, new Usage(1, 2, 3, 4, 5))),
        new JournalEntry.CompactionFailed(
            text, new TurnUsage(text, other, new Usage(1, 2, 3, 4, 5))),
        new JournalEntry.ResultKept(text, other, text),
        new JournalEntry.WorkspaceSaved(text),
        new JournalEntry.RunFinished(new RunEnd.Completed(text)),
        new JournalEntry.RunFinished(new RunEnd.Cancelled(text)),
        new JournalEntry.RunFinished(new RunEnd.Failed(problem, text)),
        new JournalEntry.RunFinished(
            new RunEnd.Stopped(pick(RunEnd.Limit.values(), choice), text, problem)));
  }

  private static <T> T pick(T[] values, int choice) {
    return values[Math.floorMod(choice, values.length)];
  }
}
