package ai.stigmer.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.testkit.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How executions begin when many are asked for at once. */
class LaunchesTest {
  private static final int MOST = Launches.MOST;

  @Test
  void halfOfTheProcessorsAreLeftToRuns() throws Exception {
    // Given
    var under = new AtomicInteger();
    var most = new AtomicInteger();
    var over = new CountDownLatch(100);

    // When
    try (var launches = new Launches(2, Duration.ofHours(1))) {
      for (int i = 0; i < 100; i++) {
        launches.enter(
            () -> {
              most.accumulateAndGet(under.incrementAndGet(), Math::max);
              LockSupport.parkNanos(1_000_000);
              under.decrementAndGet();
              over.countDown();
            });
      }
      over.await();
    }

    // Then
    assertThat(most.get()).isBetween(1, 2);
  }

  @Test
  void thoseThatWaitForSomethingHoldUpNobodyBehindThem() throws Exception {
    // Given
    var begun = new Semaphore(0);
    var may = new Semaphore(0);
    try (var launches = new Launches(2, Duration.ofMillis(1))) {
      for (int i = 0; i < MOST - 1; i++) {
        launches.enter(
            () -> {
              begun.release();
              may.acquireUninterruptibly();
            });
      }
      Await.until("all of them have begun", () -> begun.availablePermits() == MOST - 1);

      // When
      launches.enter(begun::release);

      // Then
      Await.until("the one behind them has begun", () -> begun.availablePermits() == MOST);
      may.release(MOST);
    }
  }

  @Test
  void aFewBeginAtOnceAndTheOthersWaitInTheOrderInWhichTheyCame() throws Exception {
    // Given
    var begun = new Semaphore(0);
    var may = new Semaphore(0);
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    try (var launches = new Launches(MOST, Duration.ofHours(1))) {
      for (int i = 0; i < MOST; i++) {
        launches.enter(
            () -> {
              begun.release();
              may.acquireUninterruptibly();
            });
      }
      Await.until("all of them have begun", () -> begun.availablePermits() == MOST);

      // When
      var over = new CountDownLatch(20);
      for (int i = 0; i < 20; i++) {
        int number = i;
        launches.enter(
            () -> {
              order.add(number);
              over.countDown();
            });
      }
      int waiting = launches.waiting();
      List<Integer> before = List.copyOf(order);
      may.release();
      over.await();

      // Then
      assertThat(before).isEmpty();
      assertThat(waiting).isEqualTo(20);
      assertThat(order).containsExactlyElementsOf(IntStream.range(0, 20).boxed().toList());
      may.release(MOST);
    }
  }

  @Test
  void beginningsDoNotTakeTheThreadsOfRuns() throws Exception {
    var isVirtual = new ArrayList<Boolean>();
    var over = new CountDownLatch(1);
    try (var launches = new Launches()) {
      launches.enter(
          () -> {
            isVirtual.add(Thread.currentThread().isVirtual());
            over.countDown();
          });
      over.await();
    }

    assertThat(isVirtual).containsExactly(false);
  }

  @Test
  void thoseThatWaitWhenTheServerEndsAreNotBegun() throws Exception {
    // Given
    var may = new Semaphore(0);
    var begun = new Semaphore(0);
    var launches = new Launches(2, Duration.ofMillis(1));
    for (int i = 0; i < MOST; i++) {
      launches.enter(
          () -> {
            begun.release();
            may.acquireUninterruptibly();
          });
    }
    Await.until("all of them have begun", () -> begun.availablePermits() == MOST);
    var late = new Semaphore(0);
    launches.enter(late::release);

    // When
    launches.close();
    launches.enter(late::release);
    may.release(MOST);

    // Then
    Await.until("all threads have ended", launches::isOver);
    assertThat(late.availablePermits()).isZero();
  }

  @Test
  void whoWaitsForAProcessorWhenTheServerEndsIsNotBegunEither() throws Exception {
    // Given
    var may = new Semaphore(0);
    var begun = new Semaphore(0);
    var late = new Semaphore(0);
    var launches = new Launches(1, Duration.ofHours(1));
    launches.enter(
        () -> {
          begun.release();
          may.acquireUninterruptibly();
        });
    begun.acquire();
    launches.enter(late::release);
    Await.until("it waits", () -> launches.waiting() == 1);

    // When
    launches.close();
    may.release();

    // Then
    Await.until("all threads have ended", launches::isOver);
    assertThat(late.availablePermits()).isZero();
  }
}
