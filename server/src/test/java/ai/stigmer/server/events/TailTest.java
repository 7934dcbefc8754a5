package ai.stigmer.server.events;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.AgentEvent.Beginning;
import ai.stigmer.graphton.event.AgentEvent.TurnEnd;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.message.Usage;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What is kept of runs beside their journals. */
class TailTest {
  private static final AgentEvent FIRST = new AgentEvent.RunStarted("r", 2, Beginning.RESUMED);
  private static final AgentEvent DELTA = new AgentEvent.TextDelta(1, "so");
  private static final AgentEvent END =
      new AgentEvent.RunFinished(new RunResult("r", new RunEnd.Completed("so"), 1, Usage.NONE));

  private static AgentEvent served(long seq) {
    return new AgentEvent.ToolFinished(
        new ToolCall("c", "ls", "{}"), new ToolResult(ToolResult.Status.OK, ""), seq);
  }

  @Test
  void whoComesInTheMiddleOfATurnIsToldItsBeginning() {
    var tail = new Tail();
    tail.add(FIRST);
    tail.add(new AgentEvent.ThinkingDelta(1, "hm"));
    tail.add(DELTA);
    tail.add(DELTA);

    tail.listen(_ -> {});
    tail.add(DELTA);

    assertThat(tail.after(0))
        .extracting(Tail.Numbered::event)
        .containsExactly(
            FIRST,
            new AgentEvent.ThinkingDelta(1, "hm"),
            new AgentEvent.TextDelta(1, "soso"),
            DELTA);
  }

  @Test
  void textIsKeptUntilItsTurnIsThere() {
    var tail = new Tail();
    tail.add(FIRST);
    tail.add(DELTA);
    AgentEvent over = new AgentEvent.TurnFinished(1, new TurnEnd.Cancelled());
    tail.add(over);
    tail.listen(_ -> {});
    tail.add(DELTA);

    assertThat(tail.after(0)).extracting(Tail.Numbered::event).containsExactly(FIRST, over, DELTA);
  }

  @Test
  void whoKnowsAnEntryThatIsHereGoesOnBehindIt() {
    var tail = new Tail();
    tail.add(FIRST);
    tail.add(served(5));
    tail.add(child(DELTA));

    assertThat(tail.placeAt(5)).isEqualTo(2);
    assertThat(tail.after(tail.placeAt(5))).hasSize(1);
    assertThat(tail.placeAt(4)).isNegative();
    assertThat(tail.placeAt(0)).isNegative();
  }

  @Test
  void whatASubAgentStreamedIsVoidAfterAFailedAttemptOnly() {
    var tail = new Tail();
    AgentEvent answered = child(answered());
    AgentEvent failed = child(new AgentEvent.ModelSwitched(2, "one", "other", "it is away", 5, 2));
    tail.add(FIRST);
    tail.add(child(DELTA));
    tail.add(answered);
    tail.add(child(new AgentEvent.TextDelta(2, "wrong")));
    tail.add(failed);
    tail.add(child(new AgentEvent.TextDelta(2, "right")));

    assertThat(tail.after(0))
        .extracting(Tail.Numbered::event)
        .containsExactly(
            FIRST, child(DELTA), answered, failed, child(new AgentEvent.TextDelta(2, "right")));
  }

  private static AgentEvent child(AgentEvent event) {
    return new AgentEvent.Child(
        "c1", "run", "helper", new AgentEvent.Child("c2", "inner", "helper", event));
  }

  private static AgentEvent answered() {
    return new AgentEvent.TurnFinished(
        1,
        new TurnEnd.Answered(
            new ModelTurn("ollama", "m", "{}", List.of(), Usage.NONE, StopReason.END), 3));
  }

  @Test
  void onlyTheNewestEventsAreKeptAndThatIsKnown() {
    var tail = new Tail();
    tail.add(FIRST);
    assertThat(tail.isWholeBehind(0)).isTrue();
    assertThat(tail.isWholeBehind(1)).isTrue();
    assertThat(tail.isWholeBehind(5)).isFalse();

    for (int i = 0; i < 5_000; i++) {
      tail.add(served(3 + i));
    }

    assertThat(tail.after(0)).hasSize(4_096);
    assertThat(tail.isWholeBehind(0)).isFalse();
    assertThat(tail.reaches(1)).isFalse();
    assertThat(tail.reaches(5_000)).isTrue();
  }

  @Test
  void aReaderOfTheJournalGoesOnBehindWhatItHasRead() {
    var tail = new Tail();
    List.of(FIRST, served(3), served(4), served(6)).forEach(tail::add);

    assertThat(tail.after(tail.placeOf(5)))
        .extracting(Tail.Numbered::event)
        .containsExactly(served(6));
  }

  @Test
  void whatARunEndedWithIsKeptUntilItGoesOn() {
    var tails = new RunTails();
    var heard = new AtomicInteger();
    tails.saw("r", FIRST);
    tails.saw("r", END);
    assertThat(tails.follow("r", _ -> heard.incrementAndGet()).after(0))
        .extracting(Tail.Numbered::event)
        .containsExactly(FIRST, END);

    tails.forget("r");
    Tail fresh = tails.follow("r", _ -> heard.incrementAndGet());
    assertThat(fresh.isEmpty()).isTrue();
    tails.saw("r", FIRST);

    assertThat(fresh.after(0)).hasSize(1);
    assertThat(heard).hasValue(1);
  }

  @Test
  void readersOfRunsThatNeverBeginLeaveNothingBehind() {
    var tails = new RunTails();
    Consumer<AgentEvent> heard = _ -> {};
    Tail tail = tails.follow("never", heard);

    tails.leave("never", tail, heard);

    assertThat(tails.follow("never", heard)).isNotSameAs(tail);
  }

  @Test
  void manyRunsThatHaveEndedAreForgottenFromTheOldest() {
    var tails = new RunTails();
    for (int i = 0; i < 100; i++) {
      tails.saw("r" + i, FIRST);
      tails.saw("r" + i, END);
    }

    assertThat(tails.follow("r0", _ -> {}).isEmpty()).isTrue();
    assertThat(tails.follow("r99", _ -> {}).isEmpty()).isFalse();
  }
}
