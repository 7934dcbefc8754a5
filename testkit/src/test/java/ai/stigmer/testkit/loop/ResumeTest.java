package ai.stigmer.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.message.ToolResult.Status;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelResult;
import ai.stigmer.graphton.retry.RetryPolicy;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.testkit.EventLaws;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Going on with runs that broke off or ended before their end. */
class ResumeTest extends LoopFixture {

  @Test
  void aRunThatDiedBetweenIntentAndOutcomeNeverRepeatsTheEffectAndTellsTheModel() {
    // Given
    dieAfter(JournalEntry.ToolIntent.class, calls("work", "{}"), counting(), "r");
    assertThat(effects).hasValue(0);
    // When
    RunResult result =
        runner(nothing(), says("I will look first."))
            .resume(Agent.named("a").tools(counting()).build(), "r");
    // Then
    assertThat(effects).hasValue(0);
    assertThat(result.end()).isEqualTo(new RunEnd.Completed("I will look first."));
    assertThat(((Message.ToolAnswer) asked.getLast().messages().getLast()).result())
        .satisfies(
            told -> {
              assertThat(told.status()).isEqualTo(Status.UNKNOWN);
              assertThat(told.text()).contains("not known whether it took effect");
            });
  }

  @Test
  void aRunThatGoesOnWithOtherToolsSaysSo() {
    // Given
    dieAfter(JournalEntry.Turn.class, calls("work", "{}"), counting(), "r");
    Tool other = Tool.named("other").describedAs("Does else.").readOnly().calling(args -> "");
    // When
    runner(nothing(), says("ok")).resume(Agent.named("a").tools(counting(), other).build(), "r");
    // Then
    assertThat(laws.events())
        .contains(
            new AgentEvent.Notice("W401", "the agent's tools are not those the run began with"));
  }

  @Test
  void aReadOnlyOrIdempotentToolIsRunAgainAfterACrash() {
    // Given
    Tool again =
        Tool.named("work")
            .describedAs("Works.")
            .idempotent()
            .calling(args -> "" + effects.incrementAndGet());
    dieAfter(JournalEntry.ToolIntent.class, calls("work", "{}"), again, "r");
    // When
    runner(nothing(), says("ok")).resume(Agent.named("a").tools(again).build(), "r");
    // Then
    assertThat(effects).hasValue(1);
    assertThat(((Message.ToolAnswer) asked.getLast().messages().getLast()).result())
        .isEqualTo(ToolResult.ok("1"));
  }

  @Test
  void aToolThatHasBecomeUnsafeIsNotRunAgain() {
    // Given
    Tool then =
        Tool.named("work")
            .describedAs("Works.")
            .idempotent()
            .calling(args -> "" + effects.incrementAndGet());
    dieAfter(JournalEntry.ToolIntent.class, calls("work", "{}"), then, "r");
    // When
    runner(nothing(), says("ok")).resume(Agent.named("a").tools(counting()).build(), "r");
    // Then
    assertThat(effects).hasValue(0);
    assertThat(lastAnswer().status()).isEqualTo(Status.UNKNOWN);
  }

  @Test
  void recordedTurnsAreNotAskedAgainAndFinishedToolsNotRunAgain() {
    // Given
    dieAfter(JournalEntry.ToolOutcome.class, calls("work", "{}"), counting(), "r");
    assertThat(effects).hasValue(1);
    asked.clear();
    // When
    RunResult result =
        runner(nothing(), says("done")).resume(Agent.named("a").tools(counting()).build(), "r");
    // Then
    assertThat(effects).hasValue(1);
    assertThat(asked).hasSize(1);
    assertThat(result.turns()).isEqualTo(2);
  }

  @Test
  void aCompletedRunGivesItsRecordedResult() {
    runner(says("42")).run(Agent.named("a").build(), "?", "r");
    laws.assertLaws();
    int before = entries("r").size();
    var again = new EventLaws();
    RunResult result = runner().listener(again).resume(Agent.named("a").build(), "r");
    assertThat(result.end()).isEqualTo(new RunEnd.Completed("42"));
    assertThat(entries("r")).hasSize(before);
    again.assertLaws();
  }

  @Test
  void aRunThatDiedBeforeItsFirstEntryIsBegunUnderItsId() {
    journal.create("r", "one who died").close();
    RunResult result = runner(says("42")).run(Agent.named("a").build(), "?", "r");
    assertThat(result.end()).isEqualTo(new RunEnd.Completed("42"));
    assertThatThrownBy(() -> runner().run(Agent.named("a").build(), "?", "r"))
        .hasMessageContaining("E504");
  }

  @Test
  void aFailureOfTheModelEndsTheRunAndItCanGoOn() {
    // Given
    var problem = Problem.of("E201", Problem.Category.PROVIDER, "nobody answers");
    RunResult failed =
        runner(
                request ->
                    new ModelResult.Failed(
                        ModelFailure.of("fake", 0, ModelFailure.Kind.UNREACHABLE, problem)))
            .retries(RetryPolicy.NONE)
            .run(Agent.named("a").build(), "?", "r");
    assertThat(failed.end()).isEqualTo(new RunEnd.Failed(problem, ""));
    // When
    RunResult resumed = runner(says("here")).resume(Agent.named("a").build(), "r");
    // Then
    assertThat(resumed.end()).isEqualTo(new RunEnd.Completed("here"));
  }

  @Test
  void aCancelledRunEndsAndCanGoOn() {
    var cancel = new CancelToken();
    Tool stop =
        Tool.named("work")
            .describedAs("Cancels.")
            .calling(
                args -> {
                  cancel.cancel();
                  return "" + effects.incrementAndGet();
                });
    RunResult cancelled =
        runner(calls("work", "{}"), says("never"))
            .cancel(cancel)
            .run(Agent.named("a").tools(stop).build(), "go", "r");
    assertThat(cancelled.end()).isEqualTo(new RunEnd.Cancelled(""));
    RunResult resumed =
        runner(nothing(), says("done")).resume(Agent.named("a").tools(stop).build(), "r");
    assertThat(resumed.end()).isEqualTo(new RunEnd.Completed("done"));
    assertThat(effects).hasValue(1);
  }

  @Test
  void aCallInFlightThatCannotBeServedAnyMoreIsUnknownNotRefused() {
    Tool other = Tool.named("other").describedAs("Other.").calling(args -> "");
    Tool otherArguments =
        Tool.named("work")
            .describedAs("Works.")
            .string("now_required", "New.")
            .calling(args -> "" + effects.incrementAndGet());
    Tool nowReadOnly =
        Tool.named("work")
            .describedAs("Works.")
            .readOnly()
            .calling(args -> "" + effects.incrementAndGet());
    int run = 0;
    for (Tool now : List.of(other, otherArguments, nowReadOnly)) {
      // Given
      String id = "r" + run++;
      dieAfter(JournalEntry.ToolIntent.class, calls("work", "{}"), counting(), id);
      // When
      runner(nothing(), says("ok")).resume(Agent.named("a").tools(now).build(), id);
      // Then
      assertThat(lastAnswer().status()).isEqualTo(Status.UNKNOWN);
      assertThat(effects).hasValue(0);
    }
  }

  @Test
  void anAnswerThatCouldNotBeUsedIsAskedForAgain() {
    int run = 0;
    for (Answer useless :
        List.of(
            says(" "),
            cut("half an ans", StopReason.MAX_TOKENS),
            cut("", StopReason.CONTEXT_FULL),
            cut("I'd rather not", StopReason.REFUSAL))) {
      // Given
      String id = "r" + run++;
      RunEnd first = runner(useless).run(Agent.named("a").build(), "?", id).end();
      assertThat(first).isNotInstanceOf(RunEnd.Completed.class);
      // When
      RunResult resumed = runner(says("whole")).resume(Agent.named("a").build(), id);
      // Then
      assertThat(resumed.end()).isEqualTo(new RunEnd.Completed("whole"));
      assertThat(resumed.turns()).isEqualTo(2);
      assertThat(asked.getLast()).isEqualTo(asked.get(asked.size() - 2));
    }
  }

  @Test
  void anAnswerThatCouldNotBeUsedIsNotAskedForAgainByARunThatMerelyDied() {
    // Given
    dieAfter(JournalEntry.Turn.class, cut("half", StopReason.MAX_TOKENS), counting(), "r");
    // When
    RunResult resumed = runner(nothing()).resume(Agent.named("a").tools(counting()).build(), "r");
    // Then
    assertThat(resumed.end()).isInstanceOf(RunEnd.Stopped.class);
    assertThat(resumed.text()).isEqualTo("half");
  }

  @Test
  void aRunThatWasStoppedForGoingInCirclesStartsCountingAnew() {
    // Given
    Agent agent = Agent.named("a").tools(counting()).build();
    Answer same = calls("work", "{}");
    runner(same, same, same, same, same).run(agent, "go", "r");
    assertThat(effects).hasValue(4);
    // When
    RunResult resumed =
        runner(nothing(), nothing(), nothing(), nothing(), nothing(), same, says("done"))
            .resume(agent, "r");
    // Then
    assertThat(resumed.end()).isEqualTo(new RunEnd.Completed("done"));
    assertThat(effects).hasValue(5);
    assertThat(lastAnswer().text()).isEqualTo("5");
  }

  @Test
  void aRunThatWasStoppedAtItsTurnLimitGoesOnWithAHigherOne() {
    // Given
    Agent.Builder agent = Agent.named("a").tools(counting());
    runner(calls("work", "{}")).run(agent.maxTurns(1).build(), "go", "r");
    // When
    RunEnd again = runner(nothing()).resume(agent.maxTurns(1).build(), "r").end();
    RunEnd more = runner(nothing(), says("done")).resume(agent.maxTurns(2).build(), "r").end();
    // Then
    assertThat(again).isInstanceOf(RunEnd.Stopped.class);
    assertThat(more).isEqualTo(new RunEnd.Completed("done"));
    assertThat(effects).hasValue(1);
  }
}
