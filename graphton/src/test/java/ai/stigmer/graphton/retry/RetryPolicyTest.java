package ai.stigmer.graphton.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelFailure.Kind;
import ai.stigmer.graphton.retry.RetryPolicy.Decision;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryPolicyTest {
  private static final RetryPolicy POLICY =
      new RetryPolicy(
          5,
          Duration.ofSeconds(1),
          Duration.ofSeconds(6),
          Duration.ofMinutes(2),
          Duration.ofMinutes(5));
  private static final Duration AMPLE = Duration.ofHours(1);

  @Test
  void theBoundOfTheDrawnWaitDoublesUpToItsCap() {
    assertThat(List.of(0, 1, 2, 3, 4))
        .extracting(retries -> wait(POLICY, Optional.empty(), retries, 0.5))
        .containsExactly(
            Duration.ofMillis(500),
            Duration.ofSeconds(1),
            Duration.ofSeconds(2),
            Duration.ofSeconds(3),
            Duration.ofSeconds(3));
  }

  @Test
  void whatTheProviderAsksForIsTheLeastWait() {
    assertThat(wait(POLICY, Optional.of(Duration.ofSeconds(30)), 0, 0.9))
        .isEqualTo(Duration.ofSeconds(30));
    assertThat(wait(POLICY, Optional.of(Duration.ofMillis(1)), 0, 0.9))
        .isEqualTo(Duration.ofMillis(900));
  }

  @ParameterizedTest
  @ValueSource(longs = {121, 86_400, Long.MAX_VALUE})
  void whoAsksForALongerWaitThanAllowedIsNotAskedAgain(long seconds) {
    Decision decision =
        POLICY.decide(
            failure(Kind.RATE_LIMITED, Optional.of(Duration.ofSeconds(seconds))), 0, 0, AMPLE);
    assertThat(decision).isEqualTo(new Decision.Exhausted());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -5, Long.MIN_VALUE})
  void aWaitThatIsNoneCountsAsNotAskedFor(long seconds) {
    assertThat(wait(POLICY, Optional.of(Duration.ofSeconds(seconds)), 1, 0.5))
        .isEqualTo(Duration.ofSeconds(1));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void onlyKindsThatMayPassAreTriedAgainHoweverOftenOneMay(Kind kind) {
    Decision decision = POLICY.decide(failure(kind, Optional.empty()), 0, 0, AMPLE);
    assertThat(decision instanceof Decision.Again).isEqualTo(kind.retryable());
  }

  @Test
  void whatIsNotStartedIsNotTriedAgainButAnotherModelMayStandIn() {
    assertThat(POLICY.decide(failure(Kind.UNAVAILABLE, Optional.empty()), 0, 0, AMPLE))
        .isEqualTo(new Decision.Exhausted());
  }

  @Test
  void theRetriesRunOut() {
    ModelFailure busy = failure(Kind.OVERLOADED, Optional.of(Duration.ofSeconds(1)));
    assertThat(POLICY.decide(busy, 4, 0, AMPLE)).isInstanceOf(Decision.Again.class);
    assertThat(POLICY.decide(busy, 5, 0, AMPLE)).isEqualTo(new Decision.Exhausted());
    assertThat(RetryPolicy.NONE.decide(busy, 0, 0, AMPLE)).isEqualTo(new Decision.Exhausted());
  }

  @Test
  void aWaitThatWouldPassTheTimeThatIsLeftIsNotBegun() {
    ModelFailure busy = failure(Kind.OVERLOADED, Optional.of(Duration.ofSeconds(30)));
    assertThat(POLICY.decide(busy, 0, 0, Duration.ofMillis(30_001)))
        .isEqualTo(new Decision.Again(Duration.ofSeconds(30), "busy"));
    for (Duration left : List.of(Duration.ofSeconds(30), Duration.ZERO, Duration.ofSeconds(-1))) {
      assertThat(POLICY.decide(busy, 0, 0, left)).isEqualTo(new Decision.OutOfTime());
    }
  }

  @Property
  void everyWaitLiesBetweenZeroAndTheCaps(
      @ForAll @IntRange(max = 20) int retries,
      @ForAll @DoubleRange(max = 1.0, maxIncluded = false) double chance,
      @ForAll @LongRange(min = -10, max = 120) long asked) {
    RetryPolicy most = POLICY.withMaxRetries(20);
    if (retries < 20) {
      assertThat(wait(most, Optional.of(Duration.ofSeconds(asked)), retries, chance))
          .isBetween(Duration.ZERO, Duration.ofMinutes(2));
      assertThat(wait(most, Optional.empty(), retries, chance))
          .isBetween(Duration.ZERO, Duration.ofSeconds(6));
    }
  }

  @Test
  void limitsOutOfRangeAreRefused() {
    for (int retries : List.of(-1, 21, Integer.MAX_VALUE)) {
      assertThatThrownBy(() -> POLICY.withMaxRetries(retries))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("from 0 to 20, got " + retries);
    }
  }

  private static Duration wait(
      RetryPolicy policy, Optional<Duration> asked, int retries, double chance) {
    return ((Decision.Again) policy.decide(failure(Kind.OVERLOADED, asked), retries, chance, AMPLE))
        .delay();
  }

  private static ModelFailure failure(Kind kind, Optional<Duration> retryAfter) {
    Problem problem = Problem.of("E204", Problem.Category.PROVIDER, "busy");
    return new ModelFailure("p", 503, kind, Optional.empty(), retryAfter, problem);
  }
}
