package ai.stigmer.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.Graphton;
import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.approval.ApprovalRequest;
import ai.stigmer.graphton.approval.Approver;
import ai.stigmer.graphton.approval.UnknownEffects;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Post;
import ai.stigmer.graphton.loop.ApprovalDesk;
import ai.stigmer.graphton.loop.ApprovalDesk.Standing;
import ai.stigmer.graphton.loop.Replay;
import ai.stigmer.graphton.loop.SteeringDesk;
import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolPolicy;
import ai.stigmer.testkit.EventLaws;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A call that needs a word runs with it once, and without it never. */
class ApprovalTest extends LoopFixture {
  private final List<String> ran = new ArrayList<>();
  private final List<ApprovalRequest> questions = new ArrayList<>();
  private final ApprovalDesk desk = new ApprovalDesk(journal);

  @Test
  void aCallThatNobodyHereCanApproveWaitsAndGoesOnWhenItIsApprovedElsewhere() {
    // Given
    RunResult waiting = asking(calls("work", "{\"n\":1}")).run(agent(), "go", "r");
    assertThat(waiting.end()).isInstanceOf(RunEnd.Waiting.class);
    assertThat(((RunEnd.Waiting) waiting.end()).problem().help())
        .anyMatch(line -> line.contains("stigmer approvals approve r.1"));
    assertThat(entries("r").getLast()).isInstanceOf(JournalEntry.ApprovalRequested.class);
    assertThat(ran).isEmpty();
    // When
    desk.decide("r.1", new ApprovalDecision.Approved(), "me");
    RunResult done = asking(nothing(), says("done")).resume(agent(), "r");
    // Then
    assertThat(done.end()).isInstanceOf(RunEnd.Completed.class);
    assertThat(ran).containsExactly("{\"n\":1}");
    assertThat(intents()).extracting(intent -> intent.approval().orElse("")).containsExactly("r.1");
    assertThat(laws.events()).filteredOn(AgentEvent.ApprovalDecided.class::isInstance).hasSize(1);
  }

  @Test
  void allCallsOfATurnThatNeedAWordAreRequestedBeforeAnybodyIsAsked() {
    // Given
    RunResult waiting =
        asking(calls("work", "{\"n\":1}", "{\"n\":2}", "{\"n\":3}")).run(agent(), "go", "r");
    assertThat(desk.of("r")).extracting(shown -> shown.request().id()).hasSize(3);
    assertThat(((RunEnd.Waiting) waiting.end()).problem().help())
        .contains("2 other calls wait as well: stigmer approvals list");
    // When
    desk.decide("r.1", new ApprovalDecision.Approved(), "me");
    desk.decide("r.2", new ApprovalDecision.Denied("not two"), "me");
    desk.decide("r.3", new ApprovalDecision.Approved(), "me");
    RunResult done = asking(nothing(), says("done")).resume(agent(), "r");
    // Then
    assertThat(done.end()).isInstanceOf(RunEnd.Completed.class);
    assertThat(ran).containsExactly("{\"n\":1}", "{\"n\":3}");
    assertThat(entries("r"))
        .filteredOn(JournalEntry.ApprovalRequested.class::isInstance)
        .hasSize(3);
  }

  @Test
  void whoIsAskedAboutOneCallSeesThatTheOthersAreRequestedToo() {
    var seen = new ArrayList<Integer>();
    asking(calls("work", "{\"n\":1}", "{\"n\":2}"), says("done"))
        .approver(
            answering(
                _ -> {
                  seen.add(desk.of("r").size());
                  return new ApprovalDecision.Approved();
                }))
        .run(agent(), "go", "r");
    assertThat(seen).containsExactly(2, 2);
    assertThat(ran).hasSize(2);
  }

  @Test
  void whatIsRememberedDecidesTheOtherCallsOfTheTurnButNotOneThatWasDenied() {
    asking(calls("work", "{\"n\":1}", "{\"n\":2}", "{\"n\":3}"), says("done"))
        .approver(
            answering(
                request -> {
                  assertThat(request.id()).isEqualTo("r.1");
                  desk.decide("r.3", new ApprovalDecision.Denied("not three"), "elsewhere");
                  return new ApprovalDecision.Remembered();
                }))
        .run(agent(), "go", "r");
    assertThat(ran).containsExactly("{\"n\":1}", "{\"n\":2}");
    assertThat(entries("r"))
        .contains(new JournalEntry.ApprovalDecided("r.2", new ApprovalDecision.Approved(), "here"));
    assertThat(desk.of("r"))
        .extracting(ApprovalDesk.Shown::standing)
        .containsOnly(Standing.DECIDED);
  }

  @Test
  void aCallThatIsAllowedByNowRunsAlthoughAnotherOneStillWaits() {
    asking(calls("work", "{\"n\":1}", "{\"n\":2}")).run(agent(), "go", "r");
    asking()
        .policy(
            (_, call) ->
                call.arguments().contains("1")
                    ? new ToolPolicy.Decision.Allow()
                    : new ToolPolicy.Decision.Ask("two"))
        .resume(agent(), "r");
    assertThat(ran).containsExactly("{\"n\":1}");
    assertThat(desk.of("r"))
        .extracting(ApprovalDesk.Shown::standing)
        .containsExactly(Standing.CALL_GONE, Standing.OPEN);
  }

  @Test
  void aRunThatIsResumedBeforeAnybodyDecidedAsksTheSameQuestionAgain() {
    asking(calls("work", "{\"n\":1}")).run(agent(), "go", "r");
    assertThat(asking().resume(agent(), "r").end())
        .isInstanceOfSatisfying(
            RunEnd.Waiting.class, end -> assertThat(end.approval()).isEqualTo("r.1"));
    assertThat(entries("r"))
        .filteredOn(JournalEntry.ApprovalRequested.class::isInstance)
        .hasSize(1);
  }

  @Test
  void aDenialIsToldToTheModelWithItsReason() {
    asking(calls("work", "{\"n\":1}"), says("well"))
        .approver(answering(_ -> new ApprovalDecision.Denied("too risky")))
        .run(agent(), "go", "r");
    assertThat(ran).isEmpty();
    assertThat(lastAnswer()).isEqualTo(ToolResult.denied("too risky"));
    assertThat(desk.find("r.1").standing()).isEqualTo(Standing.DECIDED);
  }

  @Test
  void editedArgumentsAreRunInThePlaceOfTheModelsAndTheModelIsTold() {
    asking(calls("work", "{\"n\":1}"), says("well"))
        .approver(answering(_ -> new ApprovalDecision.Edited("{\"n\":2}")))
        .run(agent(), "go", "r");
    assertThat(ran).containsExactly("{\"n\":2}");
    assertThat(lastAnswer().text()).contains("changed the arguments", "{\"n\":2}");
    assertThat(intents())
        .extracting(intent -> intent.call().arguments())
        .containsExactly("{\"n\":2}");
  }

  @Test
  void theEventsOfAnEditedCallAndItsReplayNameTheArgumentsThatItRunsWith() {
    asking(calls("work", "{\"n\":1}"), calls("see", "{\"n\":1}"), says("well"))
        .approver(answering(_ -> new ApprovalDecision.Edited("{\"n\":2}")))
        .run(agent(), "go", "r");
    var told = new EventLaws();
    Replay.of("r", journal.read("r"), told);
    for (EventLaws heard : List.of(laws, told)) {
      assertThat(shown(heard)).containsOnly("{\"n\":2}").hasSize(4);
    }
  }

  @Test
  void theEventsOfAnEditThatRanNothingNameItToo() {
    asking(calls("work", "{\"n\":1}"), says("well"))
        .approver(answering(_ -> new ApprovalDecision.Edited("{\"n\":\"many\"}")))
        .run(agent(), "go", "r");
    assertThat(shown(laws)).containsOnly("{\"n\":\"many\"}").hasSize(2);
  }

  private static List<String> shown(EventLaws heard) {
    return heard.events().stream()
        .flatMap(
            event ->
                switch (event) {
                  case AgentEvent.ToolStarted(var call) -> Stream.of(call.arguments());
                  case AgentEvent.ToolFinished(var call, var _, var _) ->
                      Stream.of(call.arguments());
                  default -> Stream.of();
                })
        .toList();
  }

  @Test
  void editedArgumentsThatDoNotFitTheToolRunNothing() {
    asking(calls("work", "{\"n\":1}"), says("well"))
        .approver(answering(_ -> new ApprovalDecision.Edited("{\"n\":\"many\"}")))
        .run(agent(), "go", "r");
    assertThat(ran).isEmpty();
    assertThat(lastAnswer().status()).isEqualTo(ToolResult.Status.ERROR);
  }

  @Test
  void editedArgumentsThatThePolicyDeniesRunNothing() {
    asking(calls("work", "{\"n\":1}"), says("well"))
        .policy(
            (_, call) ->
                call.arguments().contains("9")
                    ? new ToolPolicy.Decision.Deny("never nine")
                    : new ToolPolicy.Decision.Ask("why not"))
        .approver(answering(_ -> new ApprovalDecision.Edited("{\"n\":9}")))
        .run(agent(), "go", "r");
    assertThat(ran).isEmpty();
    assertThat(lastAnswer()).isEqualTo(ToolResult.denied("never nine"));
  }

  @Test
  void oneApprovalServesOneCallAndTheNextIsAskedFor() {
    asking(calls("work", "{\"n\":1}"), calls("work", "{\"n\":1}"), says("done"))
        .approver(answering(_ -> new ApprovalDecision.Approved()))
        .run(agent(), "go", "r");
    assertThat(questions).extracting(ApprovalRequest::id).containsExactly("r.1", "r.2");
    assertThat(questions.stream().map(ApprovalRequest::hash).distinct()).hasSize(2);
  }

  @Test
  void whatIsRememberedIsNotAskedAgainInThisRunAlsoAfterARestart() {
    // Given
    asking(calls("work", "{\"n\":1}"), calls("work", "{\"n\":2}"), calls("other", "{\"n\":3}"))
        .approver(
            answering(
                request ->
                    request.call().name().equals("work")
                        ? new ApprovalDecision.Remembered()
                        : null))
        .run(agent(), "go", "r");
    assertThat(ran).containsExactly("{\"n\":1}", "{\"n\":2}");
    // When
    desk.decide("r.2", new ApprovalDecision.Approved(), "me");
    asking(nothing(), nothing(), nothing(), calls("work", "{\"n\":4}"), says("done"))
        .resume(agent(), "r");
    // Then
    assertThat(ran).containsExactly("{\"n\":1}", "{\"n\":2}", "{\"n\":3}", "{\"n\":4}");
  }

  @Test
  void anApprovalForAnotherWorkspaceOrPolicyDoesNotCount() {
    asking(calls("work", "{\"n\":1}")).policy(scoped("here")).run(agent(), "go", "r");
    desk.decide("r.1", new ApprovalDecision.Approved(), "me");
    RunResult again = asking().policy(scoped("there")).resume(agent(), "r");
    assertThat(again.end())
        .isInstanceOfSatisfying(
            RunEnd.Waiting.class, end -> assertThat(end.approval()).isEqualTo("r.2"));
    assertThat(ran).isEmpty();
  }

  @Test
  void aPostedDecisionWithAnotherHashIsRefused() {
    asking(calls("work", "{\"n\":1}")).run(agent(), "go", "r");
    journal
        .inbox()
        .post("r", new Post.Decision("r.1", "forged", new ApprovalDecision.Approved(), "thief"));
    assertThat(asking().resume(agent(), "r").end()).isInstanceOf(RunEnd.Waiting.class);
    assertThat(ran).isEmpty();
  }

  @Test
  void aPostedDecisionThatAnswersAnotherQuestionCountsAsADenial() {
    asking(calls("work", "{\"n\":1}")).run(agent(), "go", "r");
    String hash = desk.find("r.1").request().hash();
    journal
        .inbox()
        .post("r", new Post.Decision("r.1", hash, new ApprovalDecision.DidNotHappen(), "thief"));
    asking(nothing(), says("well")).resume(agent(), "r");
    assertThat(ran).isEmpty();
    assertThat(lastAnswer().status()).isEqualTo(ToolResult.Status.DENIED);
  }

  @Test
  void whileSomebodyIsAskedHereSomebodyElseMayDecide() {
    asking(calls("work", "{\"n\":1}"), says("done"))
        .approver(
            asked(
                (request, until) -> {
                  var withdrawn = new CountDownLatch(1);
                  try (var _ = until.onCancel(withdrawn::countDown)) {
                    desk.decide(request.id(), new ApprovalDecision.Approved(), "elsewhere");
                    withdrawn.await();
                    return new Approver.Answer.Later();
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                }))
        .run(agent(), "go", "r");
    assertThat(ran).hasSize(1);
    assertThat(entries("r"))
        .contains(
            new JournalEntry.ApprovalDecided("r.1", new ApprovalDecision.Approved(), "elsewhere"));
  }

  @Test
  void whoDecidesHereTooLateIsOverruledByWhoWasFirst() {
    asking(calls("work", "{\"n\":1}"), says("done"))
        .approver(
            answering(
                request -> {
                  desk.decide(request.id(), new ApprovalDecision.Denied("no"), "elsewhere");
                  return new ApprovalDecision.Approved();
                }))
        .run(agent(), "go", "r");
    assertThat(ran).isEmpty();
  }

  @Test
  void aRunThatIsCancelledDuringAQuestionEndsAndCanBeDecidedLater() {
    var cancel = new CancelToken();
    RunResult cancelled =
        asking(calls("work", "{\"n\":1}"))
            .cancel(cancel)
            .approver(
                asked(
                    (_, until) -> {
                      cancel.cancel();
                      assertThat(until.isCancelled()).isTrue();
                      return new Approver.Answer.Later();
                    }))
            .run(agent(), "go", "r");
    assertThat(cancelled.end()).isInstanceOf(RunEnd.Cancelled.class);
    desk.decide("r.1", new ApprovalDecision.Approved(), "me");
    asking(nothing(), says("done")).resume(agent(), "r");
    assertThat(ran).hasSize(1);
  }

  @Test
  void readsBeforeACallThatWaitsAreServed() {
    asking(
            request ->
                turn(
                    List.of(
                        new Block.Call(new ToolCall("a", "look", "{}")),
                        new Block.Call(new ToolCall("b", "work", "{\"n\":1}"))),
                    StopReason.TOOL_USE))
        .run(agent(), "go", "r");
    assertThat(entries("r")).filteredOn(JournalEntry.ToolOutcome.class::isInstance).hasSize(1);
  }

  @Test
  void whatCannotBeDecidedIsRefusedWithItsReason() {
    // Given
    asking(calls("work", "{\"n\":1}")).run(agent(), "go", "r");
    var yes = new ApprovalDecision.Approved();
    // When, then
    assertRefused("E411", () -> desk.decide("r.7", yes, "me"));
    assertRefused("E411", () -> desk.decide("nonsense", yes, "me"));
    assertRefused("E501", () -> desk.decide("gone.1", yes, "me"));
    assertRefused("E415", () -> desk.decide("r.1", new ApprovalDecision.Happened(), "me"));
    assertRefused("E416", () -> desk.decide("r.1", new ApprovalDecision.Edited("[1"), "me"));
    desk.decide("r.1", new ApprovalDecision.Denied("no"), "the first");
    assertThatThrownBy(() -> desk.decide("r.1", yes, "the second"))
        .hasMessageContaining("E412")
        .hasMessageContaining("denied: no");
    asking(nothing(), calls("work", "{\"n\":2}")).resume(agent(), "r");
    asking().policy(ToolPolicy.ALLOW_ALL).resume(agent(), "r");
    assertRefused("E412", () -> desk.decide("r.1", yes, "me"));
  }

  @Test
  void aCallThatWentOnWithoutItsApprovalIsGoneAndAFinishedRunWaitsForNothing() {
    asking(calls("work", "{\"n\":1}")).run(agent(), "go", "r");
    asking(nothing(), calls("work", "{\"n\":2}"))
        .policy(
            (_, call) ->
                call.arguments().contains("1")
                    ? new ToolPolicy.Decision.Allow()
                    : new ToolPolicy.Decision.Ask("two"))
        .resume(agent(), "r");
    assertRefused("E414", () -> desk.decide("r.1", new ApprovalDecision.Approved(), "me"));
    assertThat(desk.find("r.2").standing()).isEqualTo(Standing.OPEN);
    asking(nothing(), nothing(), says("done")).policy(ToolPolicy.ALLOW_ALL).resume(agent(), "r");
    assertRefused("E413", () -> desk.decide("r.2", new ApprovalDecision.Approved(), "me"));
  }

  @Test
  void aRunThatWasCancelledWhileItWaitedWaitsNoMoreAndCanBeDecidedBeforeItGoesOn() {
    // Given
    asking(calls("work", "{\"n\":1}")).run(agent(), "go", "r");
    var steering = new SteeringDesk(journal);
    RunResult replayed = Replay.of("r", journal.read("r"), _ -> {});
    assertThat(replayed.end()).isInstanceOf(RunEnd.Waiting.class);
    // When
    steering.cancel("r", "me");
    // Then
    assertThat(desk.find("r.1").standing()).isEqualTo(Standing.RUN_ENDED);
    assertThat(asking().resume(agent(), "r").end()).isInstanceOf(RunEnd.Cancelled.class);
    assertThat(desk.find("r.1").standing()).isEqualTo(Standing.RUN_ENDED);
    assertThat(Replay.of("r", journal.read("r"), _ -> {}).end())
        .isInstanceOf(RunEnd.Cancelled.class);
    desk.decide("r.1", new ApprovalDecision.Approved(), "me");
    asking(nothing(), says("done")).resume(agent(), "r");
    assertThat(ran).containsExactly("{\"n\":1}");
  }

  @Test
  void theWordThatACallHadNoEffectServesOnce() {
    // Given
    dieAfter(JournalEntry.ToolIntent.class, calls("work", "{\"n\":1}"), noting("work"), "r");
    Graphton knowing =
        runner(nothing(), says("done"))
            .unknownEffects(UnknownEffects.ASK)
            .approver(answering(_ -> new ApprovalDecision.DidNotHappen()));
    assertThatThrownBy(
            () ->
                knowing
                    .listener(_ -> {})
                    .journal(DyingJournal.after(journal, JournalEntry.ToolIntent.class))
                    .resume(agent(), "r"))
        .isInstanceOf(DyingJournal.Died.class);
    // When
    RunResult again =
        runner(nothing(), says("done")).unknownEffects(UnknownEffects.ASK).resume(agent(), "r");
    // Then
    assertThat(again.end())
        .isInstanceOfSatisfying(
            RunEnd.Waiting.class, end -> assertThat(end.approval()).isEqualTo("r.2"));
    assertThat(ran).isEmpty();
    knowing.resume(agent(), "r");
    assertThat(ran).hasSize(1);
  }

  @Test
  void anAnswerThatWasGivenCountsWhateverIsDoneAboutLostOutcomesNow() {
    dieAfter(JournalEntry.ToolIntent.class, calls("work", "{\"n\":1}"), noting("work"), "r");
    runner(nothing(), says("done")).unknownEffects(UnknownEffects.ASK).resume(agent(), "r");
    desk.decide("r.1", new ApprovalDecision.DidNotHappen(), "me");

    runner(nothing(), says("done")).unknownEffects(UnknownEffects.TELL_MODEL).resume(agent(), "r");

    assertThat(ran).hasSize(1);
    assertThat(lastAnswer().status()).isEqualTo(ToolResult.Status.OK);
  }

  @Test
  void aLostOutcomeEndsTheRunUntilSomebodyChoosesWhenItIsToFail() {
    dieAfter(JournalEntry.ToolIntent.class, calls("work", "{\"n\":1}"), noting("work"), "r");
    RunResult failed = runner(nothing()).unknownEffects(UnknownEffects.FAIL).resume(agent(), "r");
    assertThat(failed.end())
        .isInstanceOfSatisfying(
            RunEnd.Failed.class, end -> assertThat(end.problem().code()).isEqualTo("E417"));
    runner(nothing(), says("done")).resume(agent(), "r");
    assertThat(ran).isEmpty();
    assertThat(lastAnswer().status()).isEqualTo(ToolResult.Status.UNKNOWN);
  }

  private Graphton asking(Answer... answers) {
    return runner(answers).policy(scoped(""));
  }

  private static ToolPolicy scoped(String scope) {
    return new ToolPolicy() {
      @Override
      public Decision decide(Tool tool, ToolCall call) {
        return tool.spec().name().equals("look")
            ? new Decision.Allow()
            : new Decision.Ask("it works");
      }

      @Override
      public String scope() {
        return scope;
      }
    };
  }

  private Agent agent() {
    return Agent.named("a").tools(noting("work"), noting("other"), looking(), seeing()).build();
  }

  private static Tool looking() {
    return Tool.named("look").describedAs("Looks.").readOnly().calling(_ -> "nothing to see");
  }

  /** Read-only, so that no intent holds the arguments. */
  private static Tool seeing() {
    return Tool.named("see").integer("n", "which").readOnly().calling(_ -> "seen");
  }

  private Tool noting(String name) {
    return Tool.named(name)
        .describedAs("Works.")
        .integer("n", "which")
        .calling(
            args -> {
              ran.add("{\"n\":" + args.optionalInt("n").orElse(0) + "}");
              return "done";
            });
  }

  private List<JournalEntry.ToolIntent> intents() {
    return entries("r").stream()
        .filter(JournalEntry.ToolIntent.class::isInstance)
        .map(JournalEntry.ToolIntent.class::cast)
        .toList();
  }

  private Approver answering(Function<ApprovalRequest, @Nullable ApprovalDecision> answers) {
    return asked(
        (request, _) -> {
          ApprovalDecision decision = answers.apply(request);
          return decision == null ? new Approver.Answer.Later() : new Approver.Answer.Now(decision);
        });
  }

  /** Answers a question. */
  private interface Answering {
    Approver.Answer answer(ApprovalRequest request, CancelToken until);
  }

  private Approver asked(Answering answering) {
    return new Approver() {
      @Override
      public Approver.Answer ask(ApprovalRequest request, CancelToken until) {
        questions.add(request);
        return answering.answer(request, until);
      }

      @Override
      public String name() {
        return "here";
      }
    };
  }

  private static void assertRefused(String code, ThrowingCallable call) {
    assertThatThrownBy(call).hasMessageContaining(code);
  }
}
