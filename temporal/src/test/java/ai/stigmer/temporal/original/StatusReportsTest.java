package ai.stigmer.temporal.original;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.agentic.agentexecution.v1.AgentExecutionStatus;
import ai.stigmer.graphton.cancel.CancelToken;
import io.grpc.Status;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StatusReportsTest {
  private final AtomicInteger newest = new AtomicInteger();
  private final AtomicBoolean mayTell = new AtomicBoolean(true);
  private final List<String> sent = new CopyOnWriteArrayList<>();
  private final List<RuntimeException> failures = new CopyOnWriteArrayList<>();

  private static AgentExecutionStatus status(String text) {
    return AgentExecutionStatus.newBuilder().setError(text).build();
  }

  private StatusReports reports(java.util.function.Consumer<AgentExecutionStatus> send) {
    return new StatusReports(() -> status(newest.toString()), send, mayTell::get, failures::add);
  }

  @Test
  void whoRunsNeverWaitsForTheServerAndTheLastStatusComesLast() throws Exception {
    var begun = new CountDownLatch(1);
    var released = new CountDownLatch(1);
    try (StatusReports reports =
        reports(
            status -> {
              begun.countDown();
              try {
                released.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              sent.add(status.getError());
            })) {
      reports.touch();
      begun.await();
      for (int i = 0; i < 1_000; i++) {
        newest.incrementAndGet();
        reports.touch();
      }
      released.countDown();
      reports.last(status("end"), new CancelToken());
    }

    assertThat(sent).startsWith("0").endsWith("end").hasSizeLessThanOrEqualTo(3);
  }

  @Test
  void aServerThatIsAwayIsToldAgainUntilItTakesTheLast() {
    var left = new AtomicInteger(3);
    try (StatusReports reports =
        reports(
            status -> {
              if (left.getAndDecrement() > 0) {
                throw Status.UNAVAILABLE.asRuntimeException();
              }
              sent.add(status.getError());
            })) {
      reports.last(status("end"), new CancelToken());
    }

    assertThat(sent).containsExactly("end");
    assertThat(failures).hasSize(1);
  }

  @Test
  void aServerThatRefusesIsNotAskedForever() {
    try (StatusReports reports =
        reports(
            status -> {
              sent.add(status.getError());
              throw Status.NOT_FOUND.asRuntimeException();
            })) {
      reports.last(status("end"), new CancelToken());
    }

    assertThat(sent).containsExactly("end");
    assertThat(failures).hasSize(1);
  }

  @Test
  void whoHasLostTheExecutionTellsNothingMore() {
    mayTell.set(false);
    try (StatusReports reports = reports(status -> sent.add(status.getError()))) {
      reports.last(status("end"), new CancelToken());
    }

    assertThat(sent).isEmpty();
  }

  @Test
  void whatIsWrongWithOneStatusDoesNotKeepTheNextOneFromBeingTold() throws Exception {
    var told = new CountDownLatch(1);
    var isFirst = new AtomicBoolean(true);
    try (StatusReports reports =
        reports(
            status -> {
              if (isFirst.getAndSet(false)) {
                throw new IllegalStateException("a bug");
              }
              told.countDown();
            })) {
      reports.touch();
      told.await();
    }
    assertThat(failures).singleElement().isInstanceOf(IllegalStateException.class);
  }
}
