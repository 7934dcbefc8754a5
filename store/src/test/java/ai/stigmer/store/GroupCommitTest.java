package ai.stigmer.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class GroupCommitTest {
  @TempDir Path home;

  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void workThatBreaksOffFailsAllThatSharedItsCommitAndLeavesNobodyWaiting() throws Exception {
    Path file = home.resolve("stigmer.db");
    try (Connection connection = Database.open(file);
        var commit = new GroupCommit(file, connection);
        ExecutorService threads = Executors.newCachedThreadPool()) {
      // Given: somebody commits, and others queue behind.
      var begun = new CountDownLatch(1);
      var goOn = new CountDownLatch(1);
      Future<Boolean> first =
          threads.submit(
              () ->
                  commit.commit(
                      c -> {
                        begun.countDown();
                        await(goOn);
                        return true;
                      }));
      await(begun);
      List<Future<Boolean>> behind = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        boolean breaks = i == 3;
        behind.add(
            threads.submit(
                () ->
                    commit.commit(
                        c -> {
                          if (breaks) {
                            throw new OutOfMemoryError("as in a test");
                          }
                          return true;
                        })));
      }
      // When
      goOn.countDown();
      // Then
      assertThat(first.get()).isTrue();
      int failed = 0;
      for (Future<Boolean> each : behind) {
        failed += fails(each) ? 1 : 0;
      }
      assertThat(failed).isPositive();
      assertThatThrownBy(() -> commit.commit(c -> true))
          .hasMessageContaining("E506")
          .hasRootCauseInstanceOf(OutOfMemoryError.class);
    }
  }

  private static boolean fails(Future<Boolean> future) throws InterruptedException {
    try {
      return !future.get();
    } catch (ExecutionException e) {
      assertThat(e).hasMessageContaining("E506");
      return true;
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(50, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
