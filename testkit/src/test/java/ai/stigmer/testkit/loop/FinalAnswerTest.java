package ai.stigmer.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.answer.AnswerCheck;
import ai.stigmer.graphton.answer.AnswerCheck.Verdict;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.message.Message;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An answer that does not fit is asked for once more, and then the run fails. */
class FinalAnswerTest extends LoopFixture {
  private static final AnswerCheck FOUR =
      answer ->
          answer.contains("four")
              ? new Verdict.Fits("four")
              : new Verdict.Unfit(List.of("it is not four"));

  @Test
  void anAnswerThatFitsEndsTheRunWithoutWhatStandsAroundIt() {
    RunResult result = runner(says("it is four!")).run(agent(), "2+2", "r");
    assertThat(result.end()).isEqualTo(new RunEnd.Completed("four"));
    assertThat(entries("r").getLast()).isEqualTo(new JournalEntry.RunFinished(result.end()));
  }

  @Test
  void anAnswerThatDoesNotFitIsAskedForOnceMoreWithWhatIsWrong() {
    RunResult result = runner(says("five"), says("four")).run(agent(), "2+2", "r");
    assertThat(result.end()).isEqualTo(new RunEnd.Completed("four"));
    assertThat(asked.getLast().messages().getLast())
        .isInstanceOfSatisfying(
            Message.User.class, said -> assertThat(said.text()).contains("it is not four"));
  }

  @Test
  void aSecondAnswerThatDoesNotFitFailsTheRunAndAResumeLetsItTryOnceMore() {
    RunResult failed = runner(says("five"), says("six")).run(agent(), "2+2", "r");
    assertThat(failed.end())
        .isInstanceOfSatisfying(
            RunEnd.Failed.class,
            end -> {
              assertThat(end.problem().code()).isEqualTo("E308");
              assertThat(end.text()).isEqualTo("six");
            });
    // The answer that could not be used is taken back, so the model has given one by now.
    RunResult again = runner(nothing(), says("four")).resume(agent(), "r");
    assertThat(again.end()).isEqualTo(new RunEnd.Completed("four"));
    assertThat(runner().resume(agent(), "r").text()).isEqualTo("four");
  }

  @Test
  void aProcessThatDiesBeforeTheSecondAnswerIsAskedForDoesNotAskTwice() {
    try (var dying = DyingJournal.after(journal, JournalEntry.UserMessage.class)) {
      runner(says("five")).listener(_ -> {}).journal(dying).run(agent(), "2+2", "r");
    } catch (DyingJournal.Died e) {
      assertThat(asked).hasSize(1);
    }
    RunResult failed = runner(nothing(), says("six")).resume(agent(), "r");
    assertThat(failed.end()).isInstanceOf(RunEnd.Failed.class);
  }

  private static Agent agent() {
    return Agent.named("a").answer(FOUR).build();
  }
}
