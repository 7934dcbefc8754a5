package ai.stigmer.temporal;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.testkit.Await;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.activity.ActivityInfo;
import io.temporal.client.ActivityCanceledException;
import io.temporal.client.ActivityCompletionFailureException;
import io.temporal.client.ActivityNotExistsException;
import io.temporal.client.ActivityWorkerShutdownException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the answers to signs of life do to a run. */
class HeartTest {
  private static final Duration TIMEOUT = Duration.ofMillis(30);

  private final List<SegmentProgress> told = new CopyOnWriteArrayList<>();
  private final CancelToken token = new CancelToken();

  /** An activity whose signs of life are answered so. */
  private ActivityExecutionContext answering(@Nullable RuntimeException answer) {
    ActivityInfo info =
        (ActivityInfo)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {ActivityInfo.class},
                (_, method, _) -> {
                  assertThat(method.getName()).isEqualTo("getHeartbeatTimeout");
                  return TIMEOUT;
                });
    return (ActivityExecutionContext)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {ActivityExecutionContext.class},
            (_, method, arguments) -> {
              if (method.getName().equals("getInfo")) {
                return info;
              }
              assertThat(method.getName()).isEqualTo("heartbeat");
              told.add((SegmentProgress) arguments[0]);
              if (answer != null) {
                throw answer;
              }
              return null;
            });
  }

  private void beatTwice(@Nullable RuntimeException answer) {
    try (Heart _ = Heart.beating(answering(answer), token)) {
      Await.until("signs of life", () -> told.size() >= 2);
    }
  }

  private void assertToken(boolean cancelled, boolean yields, boolean abandoned) {
    assertThat(List.of(token.isCancelled(), token.isYieldAsked(), token.isAbandoned()))
        .as("cancelled, yields, abandoned")
        .containsExactly(cancelled, yields, abandoned);
  }

  @Test
  void threeSignsOfLifeComeInEachTimeout() {
    assertThat(Heart.interval(Duration.ofSeconds(30))).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void aRunWhoseWorkflowIsCancelledIsCancelled() {
    beatTwice(new ActivityCanceledException());
    assertToken(true, false, false);
  }

  @Test
  void aWorkerThatEndsHasItsRunsYield() {
    beatTwice(new ActivityWorkerShutdownException());
    assertToken(false, true, false);
  }

  @Test
  void aServerThatIsAwayIsToldAgainAndStopsNothing() {
    beatTwice(new ActivityCompletionFailureException(new IllegalStateException("away")));
    assertToken(false, false, false);
  }

  @Test
  void anAttemptThatDoesNotCountAnyMoreIsAbandoned() {
    beatTwice(new ActivityNotExistsException(new IllegalStateException("gone")));
    assertThat(token.isAbandoned()).isTrue();
  }

  @Test
  void aSignOfLifeTellsHowFarTheSegmentIsAndComesWithoutAnyEvent() {
    try (Heart heart = Heart.beating(answering(null), token)) {
      Await.until("signs of life", () -> told.size() >= 2);
      assertThat(told).containsOnly(new SegmentProgress(0, 0));
      heart.saw(new AgentEvent.TurnStarted(1));
      heart.saw(new AgentEvent.ToolStarted(new ToolCall("a", "ls", "{}")));
      heart.saw(new AgentEvent.ToolStarted(new ToolCall("b", "ls", "{}")));
      Await.until("progress", () -> told.getLast().equals(new SegmentProgress(1, 2)));
    }
    assertToken(false, false, false);
  }
}
