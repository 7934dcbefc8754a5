package ai.stigmer.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.testkit.Await;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How executions begin when many are asked for at once. */
class LaunchesTest {
  private static final int AT_ONCE = 8;

  @Test
  void eightBeginAtOnceAndTheOthersWaitInTheOrderInWhichTheyCame() throws Exception {
    // Given
    var begun = new Semaphore(0);
    var may = new Semaphore(0);
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    try (var launches = new Launches()) {
      for (int i = 0; i < AT_ONCE; i++) {
        launches.enter(
            () -> {
              begun.release();
              may.acquireUninterruptibly();
            });
      }
      begun.acquire(AT_ONCE);

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
      may.release(AT_ONCE);
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
    var launches = new Launches();
    for (int i = 0; i < AT_ONCE; i++) {
      launches.enter(
          () -> {
            begun.release();
            may.acquireUninterruptibly();
          });
    }
    begun.acquire(AT_ONCE);
    var late = new Semaphore(0);
    launches.enter(late::release);

    // When
    launches.close();
    launches.enter(late::release);
    may.release(AT_ONCE);

    // Then
    Await.until("all threads have ended", launches::isOver);
    assertThat(late.availablePermits()).isZero();
  }
}
