package ai.stigmer.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.Fork;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.UserMessage;
import ai.stigmer.graphton.loop.SteeringDesk;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.tool.Tool;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** What is said to a run while it works is heard once, at its next step. */
class SteeringTest extends LoopFixture {
  private final SteeringDesk desk = new SteeringDesk(journal);

  @Test
  void aMessageDuringAToolIsHeardAtTheNextCallOfTheModel() {
    RunResult result = runner(calls("talk", "{}"), says("done")).run(agent(), "go", "r");
    assertThat(result.text()).isEqualTo("done");
    assertThat(asked.getLast().messages())
        .last()
        .isEqualTo(new Message.User("leave the tests alone"));
    assertThat(entries("r")).contains(new UserMessage("leave the tests alone", 1));
    assertThat(laws.events())
        .contains(new AgentEvent.Notice("W403", "the user said: leave the tests alone"));
  }

  @Test
  void aMessageDuringTheLastAnswerIsHeardInThePlaceOfTheEnd() {
    RunResult result =
        runner(
                request -> {
                  desk.say("r", "and now in French", "me");
                  return says("good morning").apply(request);
                },
                says("bonjour"))
            .run(agent(), "say good morning", "r");
    assertThat(result.text()).isEqualTo("bonjour");
    assertThat(entries("r")).filteredOn(JournalEntry.RunFinished.class::isInstance).hasSize(1);
  }

  @Test
  void severalMessagesAreHeardInTheirOrder() {
    runner(
            request -> {
              desk.say("r", "one", "me");
              desk.say("r", "two", "me");
              return calls("work", "{}").apply(request);
            },
            says("done"))
        .run(agent(), "go", "r");
    assertThat(said()).containsExactly("go", "one", "two");
  }

  @Test
  void aMessageIsHeardOnceAlthoughTheProcessDiesRightAfterItIsJournaled() {
    // Given
    try (var dying = DyingJournal.after(journal, UserMessage.class)) {
      assertThatThrownBy(
              () ->
                  runner(calls("talk", "{}"))
                      .listener(_ -> {})
                      .journal(dying)
                      .run(agent(), "go", "r"))
          .isInstanceOf(DyingJournal.Died.class);
    }
    // When
    runner(nothing(), says("done")).resume(agent(), "r");
    // Then
    assertThat(said()).containsExactly("go", "leave the tests alone");
  }

  @Test
  void aMessageToARunThatHasItsAnswerIsHeardWhenItIsResumed() {
    runner(says("done")).run(agent(), "go", "r");
    assertThat(desk.say("r", "one thing more", "me")).containsInstanceOf(RunEnd.Completed.class);
    RunResult again = runner(nothing(), says("that too")).resume(agent(), "r");
    assertThat(again.text()).isEqualTo("that too");
    assertThat(runner().resume(agent(), "r").text()).isEqualTo("that too");
  }

  @Test
  void whatTheModelHasBrokenOffItContinuesBeforeItHearsAMessage() {
    runner(
            request -> {
              desk.say("r", "hm", "me");
              return cut("half", StopReason.PAUSE).apply(request);
            },
            says(" and half"),
            says("well"))
        .run(agent(), "go", "r");
    assertThat(asked.get(1).messages()).last().isInstanceOf(Message.Assistant.class);
    assertThat(said()).containsExactly("go", "hm");
  }

  @Test
  void aForkHasNotHeardWhatItsOriginHeardAfterwardsAndHearsItsOwn() {
    runner(calls("talk", "{}"), says("done")).run(agent(), "go", "r");
    desk.say("r", "only for r", "me");
    runner(nothing(), says("no")).fork(agent(), new Fork("r", 5, "f", Optional.of("x")));
    assertThat(said()).containsExactly("go", "leave the tests alone", "x");
    desk.say("f", "for the fork", "me");
    runner(nothing(), nothing(), says("yes")).resume(agent(), "f");
    assertThat(said()).containsExactly("go", "leave the tests alone", "x", "for the fork");
  }

  @Test
  void aRunIsCancelledFromElsewhereAndCanBeResumed() {
    // Given
    Tool waits =
        Tool.named("work")
            .readOnly()
            .calling(
                (_, context) -> {
                  var cancelled = new CountDownLatch(1);
                  try (var _ = context.cancel().onCancel(cancelled::countDown)) {
                    desk.cancel("r", "me");
                    cancelled.await();
                  }
                  return ToolResult.ok("stopped");
                });
    // When
    RunResult result =
        runner(calls("work", "{}")).run(Agent.named("a").tools(waits).build(), "go", "r");
    // Then
    assertThat(result.end()).isInstanceOf(RunEnd.Cancelled.class);
    assertThat(entries("r").getLast()).isInstanceOf(JournalEntry.RunFinished.class);
    assertThatThrownBy(() -> desk.cancel("r", "me")).hasMessageContaining("E420");
    assertThat(runner(nothing(), says("done")).resume(agent(), "r").text()).isEqualTo("done");
  }

  @Test
  void aRequestToEndThatNobodyWasThereToHearEndsTheNextDriveAndNotTheOneBehindThatEnd() {
    dieAfter(JournalEntry.ToolIntent.class, calls("work", "{}"), counting(), "r");
    desk.cancel("r", "me");
    RunResult result = runner(nothing(), says("done")).resume(agent(), "r");
    assertThat(result.end()).isInstanceOf(RunEnd.Cancelled.class);
    assertThat(desk.isCancelAsked("r")).isFalse();
    var cancel = new CancelToken();
    assertThat(runner(nothing(), says("done")).cancel(cancel).resume(agent(), "r").end())
        .isInstanceOf(RunEnd.Completed.class);
    assertThat(cancel.isCancelled()).isFalse();
  }

  @Test
  void oneThatIsToGoOnBehindItsEndCanBeCancelledBeforeAnybodyDrivesIt() {
    // Given
    dieAfter(JournalEntry.ToolIntent.class, calls("work", "{}"), counting(), "r");
    desk.cancel("r", "me");
    runner().resume(agent(), "r");
    assertThat(desk.isToGoOn("r")).isFalse();
    desk.resume("r", "me");
    assertThat(desk.isToGoOn("r")).isTrue();
    // When
    desk.cancel("r", "me");
    RunResult result = runner().goOn(agent(), "r");
    // Then
    assertThat(result.end()).isInstanceOf(RunEnd.Cancelled.class);
    assertThat(entries("r"))
        .filteredOn(JournalEntry.RunFinished.class::isInstance)
        .as("it has an end of its own, behind which it can be resumed")
        .hasSize(2);
    assertThat(desk.isToGoOn("r")).isFalse();
    assertThatThrownBy(() -> desk.cancel("r", "me")).hasMessageContaining("E420");
  }

  @Test
  void oneThatHasCompletedIsToGoOnOnlyWhenSomebodyHasSaidMore() {
    runner(says("done")).run(agent(), "go", "r");
    desk.resume("r", "me");
    assertThat(desk.isToGoOn("r")).isFalse();
    assertThatThrownBy(() -> desk.cancel("r", "me")).hasMessageContaining("E420");
    desk.say("r", "and now?", "me");
    assertThat(desk.isToGoOn("r")).isTrue();
  }

  @Test
  void whatCannotBeSaidIsRefusedWithItsReason() {
    runner(says("done")).run(agent(), "go", "r");
    assertThatThrownBy(() -> desk.say("r", " ", "me")).hasMessageContaining("E422");
    assertThatThrownBy(() -> desk.say("r", "x".repeat(SteeringDesk.LONGEST + 1), "me"))
        .hasMessageContaining("E422");
    assertThatThrownBy(() -> desk.say("gone", "x", "me")).hasMessageContaining("E501");
    assertThatThrownBy(() -> desk.cancel("gone", "me")).hasMessageContaining("E501");
  }

  private List<String> said() {
    return asked.getLast().messages().stream()
        .filter(Message.User.class::isInstance)
        .map(message -> ((Message.User) message).text())
        .toList();
  }

  private Agent agent() {
    return Agent.named("a")
        .tools(
            counting(),
            Tool.named("talk")
                .calling(
                    _ -> {
                      desk.say("r", "leave the tests alone", "me");
                      return "ok";
                    }))
        .build();
  }
}
