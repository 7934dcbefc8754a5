package ai.stigmer.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.Graphton;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.message.TurnUsage;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelFailure.Kind;
import ai.stigmer.graphton.model.ModelResult;
import ai.stigmer.graphton.retry.RetryPolicy;
import ai.stigmer.graphton.retry.Timing;
import ai.stigmer.testkit.TestingTiming;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the loop does with calls that fail. */
class RetryTest extends LoopFixture {
  private final TestingTiming timing = new TestingTiming();
  private final Agent agent = Agent.named("a").tools(counting()).build();

  @Test
  void aCallThatFailsForAWhileIsMadeAgainAndOnlyItsAnswerIsRecorded() {
    // When
    RunResult result = patient(failing(2, Kind.OVERLOADED, says("done"))).run(agent, "go", "r");
    // Then
    assertThat(result)
        .isEqualTo(new RunResult("r", new RunEnd.Completed("done"), 1, Usage.of(10, 2), spent(1)));
    assertThat(asked).hasSize(3);
    assertThat(entries("r")).hasSize(3);
    assertThat(retries()).extracting(AgentEvent.Retrying::attempt).containsExactly(1, 2);
    assertThat(retries()).extracting(AgentEvent.Retrying::of).containsOnly(4);
    assertThat(timing.waits())
        .isEqualTo(retries().stream().map(AgentEvent.Retrying::delay).toList());
  }

  @Test
  void whatWasShownOfABrokenAnswerIsCountedAsDiscarded() {
    patient(failing(1, Kind.STREAM_BROKEN, says("done"))).run(agent, "go");
    assertThat(retries()).singleElement().extracting(AgentEvent.Retrying::discarded).isEqualTo(1L);
  }

  @Test
  void afterTheLastRetryTheRunFailsAndSaysHowOftenItAsked() {
    // When
    RunResult result =
        patient(failing(99, Kind.SERVER_ERROR, says("never")))
            .retries(RetryPolicy.DEFAULT.withMaxRetries(2))
            .run(agent, "go", "r");
    // Then
    assertThat(asked).hasSize(3);
    assertThat(result.turns()).isZero();
    assertThat(result.usage()).isEqualTo(Usage.NONE);
    assertThat(result.end())
        .isInstanceOfSatisfying(
            RunEnd.Failed.class,
            failed -> assertThat(failed.problem().from()).containsExactly("asked 3 times in vain"));
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {
        "MODEL_MISSING",
        "MODEL_UNFIT",
        "CONTEXT_OVERFLOW",
        "CREDENTIALS",
        "BAD_REQUEST",
        "BAD_RESPONSE"
      })
  void whatWouldFailAgainEndsTheRunAtOnceWithItsOwnWords(Kind kind) {
    RunResult result = patient(failing(1, kind, says("never"))).run(agent, "go");
    assertThat(asked).hasSize(1);
    assertThat(retries()).isEmpty();
    assertThat(result.end())
        .isEqualTo(new RunEnd.Failed(Problem.of("E204", Problem.Category.PROVIDER, "busy"), ""));
  }

  @Test
  void everyTurnHasRetriesOfItsOwn() {
    var first = failing(1, Kind.TIMEOUT, calls("work", "{}"));
    var second = failing(1, Kind.TIMEOUT, says("done"));
    RunResult result =
        patient(first, second).retries(RetryPolicy.DEFAULT.withMaxRetries(1)).run(agent, "go");
    assertThat(result.end()).isEqualTo(new RunEnd.Completed("done"));
    assertThat(retries()).extracting(AgentEvent.Retrying::turn).containsExactly(1, 2);
    assertThat(effects).hasValue(1);
  }

  @Test
  void failedCallsDoNotCountAgainstTheLimitOfTurns() {
    RunResult result =
        patient(failing(3, Kind.RATE_LIMITED, says("done")))
            .run(Agent.named("a").maxTurns(1).build(), "go");
    assertThat(result.end()).isEqualTo(new RunEnd.Completed("done"));
  }

  @Test
  void aCancelDuringTheWaitEndsTheRunWithoutAnotherCall() {
    // Given
    var cancel = new CancelToken();
    timing.during(cancel::cancel);
    // When
    RunResult result =
        patient(failing(1, Kind.OVERLOADED, says("never"))).cancel(cancel).run(agent, "go");
    // Then
    assertThat(result.end()).isEqualTo(new RunEnd.Cancelled(""));
    assertThat(asked).hasSize(1);
  }

  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aCancelCutsARealWaitShort() {
    // Given
    var cancel = new CancelToken();
    Answer late = request -> failed(Kind.RATE_LIMITED, Optional.of(Duration.ofMinutes(2)));
    var runner = runner(late).timing(Timing.system()).cancel(cancel);
    Thread.ofVirtual()
        .start(
            () -> {
              while (retries().isEmpty()) {
                Thread.onSpinWait();
              }
              cancel.cancel();
            });
    long start = System.nanoTime();
    // When
    RunResult result = runner.run(agent, "go");
    // Then
    assertThat(result.end()).isEqualTo(new RunEnd.Cancelled(""));
    assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start)).isLessThan(30);
  }

  @Test
  void aProcessThatDiedInTheWaitCountsNothingTwice() {
    // Given
    timing.during(
        () -> {
          throw new DyingJournal.Died();
        });
    Answer worked = calls("work", "{}");
    try {
      patient(worked, failing(9, Kind.OVERLOADED, says("never"))).run(agent, "go", "r");
    } catch (DyingJournal.Died e) {
      laws.accept(new AgentEvent.TurnFinished(2, new AgentEvent.TurnEnd.Cancelled()));
      laws.accept(
          new AgentEvent.RunFinished(
              new RunResult("r", new RunEnd.Cancelled(""), 1, Usage.of(10, 2))));
    }
    timing.during(() -> {});
    // When
    RunResult result =
        patient(nothing(), failing(4, Kind.OVERLOADED, says("done"))).resume(agent, "r");
    // Then
    assertThat(result)
        .isEqualTo(new RunResult("r", new RunEnd.Completed("done"), 2, Usage.of(20, 4), spent(2)));
    assertThat(effects).hasValue(1);
    assertThat(entries("r").stream().filter(JournalEntry.Turn.class::isInstance)).hasSize(2);
  }

  @Test
  void tokensThatWereCountedForABrokenAnswerAreSpentAndSurviveAResume() {
    // Given
    Answer broken =
        request ->
            new ModelResult.Failed(
                ((ModelResult.Failed) failed(Kind.STREAM_BROKEN, Optional.empty()))
                    .failure()
                    .withUsage(Usage.of(100, 7)));
    List<TurnUsage> lost = List.of(new TurnUsage("fake", "fake-1", Usage.of(100, 7)));
    // When
    RunResult first = patient(broken).retries(RetryPolicy.NONE).run(agent, "go", "r");
    RunResult second = patient(says("done")).resume(agent, "r");
    // Then
    assertThat(first.spent()).isEqualTo(lost);
    assertThat(second.usage()).isEqualTo(Usage.of(110, 9));
    assertThat(second.turns()).isEqualTo(1);
    assertThat(second.spent().getFirst()).isEqualTo(lost.getFirst());
  }

  @Test
  void theRetriesOfACallEndWithTheirBudget() {
    // When
    RunResult result =
        patient(asking(99, Duration.ofSeconds(40)))
            .retries(RetryPolicy.DEFAULT.withBudget(Duration.ofSeconds(100)))
            .run(agent, "go");
    // Then
    assertThat(timing.waits()).containsExactly(Duration.ofSeconds(40), Duration.ofSeconds(40));
    assertThat(retries())
        .extracting(AgentEvent.Retrying::left)
        .containsExactly(Duration.ofSeconds(60), Duration.ofSeconds(20));
    assertThat(((RunEnd.Failed) result.end()).problem().from())
        .containsExactly("asked 3 times in vain", "no time is left to ask again");
  }

  @Test
  void theTimeThatFailingCallsTakeCounts() {
    Answer slow =
        request -> {
          timing.pass(Duration.ofSeconds(70));
          return failed(Kind.TIMEOUT, Optional.of(Duration.ofSeconds(1)));
        };
    patient(slow).retries(RetryPolicy.DEFAULT.withBudget(Duration.ofSeconds(100))).run(agent, "go");
    assertThat(asked).hasSize(3);
  }

  @Test
  void noWaitPassesTheDeadlineOfTheRun() {
    patient(asking(99, Duration.ofSeconds(40)))
        .deadline(timing.now().plusSeconds(50))
        .run(agent, "go");
    assertThat(timing.waits()).containsExactly(Duration.ofSeconds(40));
  }

  @Test
  void everyCallHasABudgetOfItsOwn() {
    RunResult result =
        patient(
                asking(2, Duration.ofSeconds(40), calls("work", "{}")),
                asking(2, Duration.ofSeconds(40), says("done")))
            .retries(RetryPolicy.DEFAULT.withBudget(Duration.ofSeconds(100)))
            .run(agent, "go");
    assertThat(result.end()).isEqualTo(new RunEnd.Completed("done"));
    assertThat(timing.waits()).hasSize(4);
  }

  private static Answer asking(int times, Duration retryAfter, Answer... then) {
    var left = new AtomicInteger(times);
    return request ->
        left.getAndDecrement() > 0
            ? failed(Kind.RATE_LIMITED, Optional.of(retryAfter))
            : then[0].apply(request);
  }

  private static List<TurnUsage> spent(int turns) {
    return Collections.nCopies(turns, new TurnUsage("fake", "fake-1", Usage.of(10, 2)));
  }

  private Graphton patient(Answer... answers) {
    return runner(answers).timing(timing);
  }

  private List<AgentEvent.Retrying> retries() {
    var found = new ArrayList<AgentEvent.Retrying>();
    for (AgentEvent event : laws.events()) {
      if (event instanceof AgentEvent.Retrying retrying) {
        found.add(retrying);
      }
    }
    return found;
  }

  private static Answer failing(int times, Kind kind, Answer then) {
    var left = new AtomicInteger(times);
    return request ->
        left.getAndDecrement() > 0 ? failed(kind, Optional.empty()) : then.apply(request);
  }

  private static ModelResult failed(Kind kind, Optional<Duration> retryAfter) {
    Problem problem = Problem.of("E204", Problem.Category.PROVIDER, "busy");
    return new ModelResult.Failed(
        new ModelFailure("fake", 503, kind, Optional.empty(), retryAfter, problem));
  }
}
