package ai.stigmer.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult.Status;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** What ends a run whose model does not. */
class LimitsTest extends LoopFixture {

  @Test
  void theThirdSameCallInARowIsServedWithAWarning() {
    runner(calls("work", "{}"), calls("work", "{ }"), calls("work", "{}"), says("ok"))
        .run(Agent.named("a").tools(counting()).build(), "go");
    assertThat(warned(asked.getLast().messages())).containsExactly(false, false, true);
  }

  @Test
  void theFifthSameCallEndsTheRunUnserved() {
    Answer same = calls("work", "{}");
    RunResult result =
        runner(same, same, same, same, same)
            .run(Agent.named("a").tools(counting()).build(), "go", "r");
    assertThat(result.end())
        .isInstanceOfSatisfying(
            RunEnd.Stopped.class,
            stopped -> assertThat(stopped.limit()).isEqualTo(RunEnd.Limit.LOOP));
    assertThat(effects).hasValue(4);
    assertThat(entries("r").get(entries("r").size() - 2))
        .isInstanceOfSatisfying(
            JournalEntry.ToolOutcome.class,
            outcome -> assertThat(outcome.result().status()).isEqualTo(Status.NOT_RUN));
  }

  @Test
  void aModelThatNeverStopsCallingToolsIsStoppedWithWhatItSaid() {
    // Given
    var never =
        IntStream.range(0, 100)
            .<Answer>mapToObj(
                i ->
                    request ->
                        turn(
                            List.of(
                                new Block.Text("step " + i),
                                new Block.Call(new ToolCall("c" + i, "work", "{\"n\":" + i + "}"))),
                            StopReason.TOOL_USE))
            .toArray(Answer[]::new);
    // When
    RunResult result =
        runner(never).run(Agent.named("a").tools(numbered()).maxTurns(12).build(), "go", "r");
    // Then
    assertThat(asked).hasSize(12);
    assertThat(effects).hasValue(12);
    assertThat(result.turns()).isEqualTo(12);
    assertThat(result.end())
        .isInstanceOfSatisfying(
            RunEnd.Stopped.class,
            stopped -> {
              assertThat(stopped.limit()).isEqualTo(RunEnd.Limit.TURNS);
              assertThat(stopped.text()).isEqualTo("step 11");
              assertThat(stopped.problem().code()).isEqualTo("E801");
              assertThat(stopped.problem().category().exitStatus()).isEqualTo(8);
            });
  }

  /** The rule in the words of its users, against whatever turns and calls there are. */
  @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
  void theRuleOfCirclesHoldsForAnyCalls(
      @ForAll @Size(max = 14)
          List<@Size(min = 1, max = 3) List<@IntRange(max = 3) Integer>> turns) {
    // Given
    var made = new ArrayList<Integer>();
    var warnings = new ArrayList<Boolean>();
    boolean stuck = false;
    for (List<Integer> turn : turns) {
      made.addAll(turn);
      List<Integer> latest = made.subList(Math.max(0, made.size() - 10), made.size());
      stuck = latest.stream().anyMatch(call -> Collections.frequency(latest, call) >= 5);
      if (stuck) {
        break;
      }
      for (int i = made.size() - turn.size(); i < made.size(); i++) {
        int call = made.get(i);
        warnings.add(i >= 2 && made.get(i - 1) == call && made.get(i - 2) == call);
      }
    }
    // When
    var watching = new Watching();
    RunResult result = watching.play(turns);
    // Then
    assertThat(result.end() instanceof RunEnd.Stopped).isEqualTo(stuck);
    assertThat(watching.warnings()).isEqualTo(Collections.frequency(warnings, true));
    if (!stuck) {
      assertThat(warned(watching.asked.getLast().messages())).isEqualTo(warnings);
    }
  }

  /** A run of its own for every try of a property. */
  private static final class Watching extends LoopFixture {
    RunResult play(List<List<Integer>> turns) {
      var answers = new ArrayList<Answer>();
      for (List<Integer> turn : turns) {
        answers.add(
            calls("work", turn.stream().map(n -> "{\"n\":" + n + "}").toArray(String[]::new)));
      }
      answers.add(says("done"));
      RunResult result =
          runner(answers.toArray(Answer[]::new))
              .run(Agent.named("a").tools(numbered()).build(), "go");
      theEventLawsHold();
      return result;
    }

    long warnings() {
      return laws.events().stream()
          .filter(
              event -> event instanceof AgentEvent.Notice notice && notice.code().equals("W402"))
          .count();
    }
  }

  private static List<Boolean> warned(List<Message> messages) {
    return messages.stream()
        .filter(Message.ToolAnswer.class::isInstance)
        .map(m -> ((Message.ToolAnswer) m).result().text().contains("times in a row"))
        .toList();
  }
}
