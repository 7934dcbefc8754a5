package ai.stigmer.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.testkit.Await;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Whoever asks is answered at once; the look itself goes on beside. */
class LatelyTest {
  private static final Problem AWAY =
      Problem.of("E594", Problem.Category.STORE, "the store is away");

  @Test
  void nothingIsKnownToBeWrongUntilTheFirstLookIsOverAndOnlyOneLooks() {
    // Given a look that takes as long as somebody wants
    var go = new CountDownLatch(1);
    var looks = new AtomicInteger();
    var lately =
        new Lately(
            () -> {
              looks.incrementAndGet();
              awaitZero(go);
              return Optional.of(AWAY);
            });

    // When several ask meanwhile
    assertThat(lately.get()).isEmpty();
    assertThat(lately.get()).isEmpty();
    Await.until("somebody looks", () -> looks.get() > 0);
    assertThat(lately.get()).isEmpty();

    // Then they are told as soon as it is known, by that one look
    go.countDown();
    Await.until("it is known", () -> lately.get().isPresent());
    assertThat(lately.get()).contains(AWAY);
    assertThat(looks).hasValue(1);
  }

  @Test
  void aLookThatFailsIsToldWithItsProblem() {
    assertThat(
            told(
                () -> {
                  throw new ProblemException(AWAY);
                }))
        .isEqualTo(AWAY);
  }

  @Test
  void aLookThatBreaksOffIsToldAsBrokenAndWithoutItsWords() {
    Problem told =
        told(
            () -> {
              throw new IllegalStateException("password=secret");
            });

    assertThat(told.code()).isEqualTo("E900");
    assertThat(told.toString()).contains("IllegalStateException").doesNotContain("secret");
  }

  private static Problem told(Supplier<Optional<Problem>> look) {
    return Await.value("a problem is told", new Lately(look)::get);
  }

  private static void awaitZero(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
