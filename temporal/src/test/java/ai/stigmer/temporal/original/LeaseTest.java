package ai.stigmer.temporal.original;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.cancel.CancelToken;
import io.temporal.client.ActivityCanceledException;
import io.temporal.client.ActivityCompletionFailureException;
import io.temporal.client.ActivityNotExistsException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LeaseTest {
  private static final Duration SHORT = Duration.ofMillis(300);

  private final CancelToken token = new CancelToken();

  @Test
  void aLeaseWhoseSignsOfLifeAreNotHeardRunsOut() throws Exception {
    var abandoned = new CountDownLatch(1);
    var beats = new AtomicInteger();
    try (var _ = token.onCancel(abandoned::countDown);
        Lease lease =
            Lease.of(
                () -> {
                  beats.incrementAndGet();
                  throw new ActivityCompletionFailureException(new IllegalStateException("away"));
                },
                SHORT,
                token)) {
      abandoned.await();
      assertThat(token.isAbandoned()).isTrue();
      assertThat(lease.holds()).isFalse();
      assertThat(beats.get()).isPositive();
    }
  }

  @Test
  void aCancellationIsHeardAndTheLeaseIsKept() throws Exception {
    var cancelled = new CountDownLatch(1);
    try (var _ = token.onCancel(cancelled::countDown);
        Lease lease =
            Lease.of(
                () -> {
                  throw new ActivityCanceledException();
                },
                Duration.ofSeconds(30),
                token)) {
      cancelled.await();
      assertThat(token.isAbandoned()).isFalse();
      assertThat(lease.holds()).isTrue();
    }
  }

  @Test
  void anAttemptThatTheServerDoesNotKnowAnyMoreIsAbandoned() throws Exception {
    var abandoned = new CountDownLatch(1);
    try (var _ = token.onCancel(abandoned::countDown);
        Lease lease =
            Lease.of(
                () -> {
                  throw new ActivityNotExistsException(new IllegalStateException("gone"));
                },
                Duration.ofSeconds(30),
                token)) {
      abandoned.await();
      assertThat(lease.holds()).isFalse();
    }
  }
}
