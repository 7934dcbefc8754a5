package ai.stigmer.temporal.original;

import static java.util.Objects.requireNonNull;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionStatus;
import ai.stigmer.agentic.agentexecution.v1.ExecutionPhase;
import ai.stigmer.config.LogLevel;
import ai.stigmer.graphton.cancel.CancelToken;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityExecutionContext;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Serves the activities of the original runner in this process.
 *
 * <p>Thread contract: thread-safe; each execution blocks its caller.
 */
final class RunnerService implements RunnerActivities {
  private static final int EPHEMERAL = 8;

  /**
   * So long before its time is over an execution is let go of, and what is left to tell is told.
   */
  private static final Duration RESERVE = Duration.ofSeconds(15);

  private final Workplace workplace;
  private final Set<Attempt> underWay = ConcurrentHashMap.newKeySet();

  RunnerService(Workplace workplace) {
    this.workplace = requireNonNull(workplace, "workplace is null");
  }

  /**
   * An execution under way.
   *
   * @param run ends or yields its run
   * @param delivery ends the wait for a server that does not take its last status
   */
  private record Attempt(CancelToken run, CancelToken delivery) {}

  @Override
  public String ensureThread(@Nullable String session, @Nullable String agent) {
    return thread(session, agent);
  }

  /** A session's own, or one that nobody else has. */
  static String thread(@Nullable String session, @Nullable String agent) {
    if (session != null && !session.isEmpty()) {
      return "thread-" + session;
    }
    String unique = UUID.randomUUID().toString().substring(0, EPHEMERAL);
    return "ephemeral-" + (agent == null ? "" : agent) + "-" + unique;
  }

  @Override
  public AgentExecutionStatus executeGraphton(AgentExecution execution, @Nullable String thread) {
    String id = execution.getMetadata().getId();
    if (!id.matches("[A-Za-z0-9_-]{1,64}")) {
      return AgentExecutionStatus.newBuilder()
          .setPhase(ExecutionPhase.EXECUTION_FAILED)
          .setError(
              "E597: the execution cannot be run: metadata.id is no id\n"
                  + "  letters, digits, _ and - make one, at most 64 of them")
          .build();
    }
    ActivityExecutionContext activity = Activity.getExecutionContext();
    Duration time = activity.getInfo().getStartToCloseTimeout();
    Attempt attempt = new Attempt(new CancelToken(), new CancelToken());
    underWay.add(attempt);
    try (Lease lease = Lease.of(activity, attempt.run());
        Timer _ = Timer.of(time.minus(RESERVE.dividedBy(3)), attempt.delivery()::cancel)) {
      return new GraphtonExecution(
              workplace,
              execution,
              thread == null || thread.isEmpty()
                  ? thread(execution.getSpec().getSessionId(), execution.getSpec().getAgentId())
                  : thread,
              attempt.run())
          .run(lease, run(time), attempt.delivery());
    } finally {
      underWay.remove(attempt);
    }
  }

  /** How long a run may take of the time of its activity. */
  static Duration run(Duration time) {
    return time.compareTo(RESERVE.multipliedBy(2)) > 0
        ? time.minus(RESERVE)
        : time.dividedBy(2).plusMillis(1);
  }

  @Override
  public void cleanupSandbox(@Nullable String sandbox) {
    try {
      boolean removed = workplace.workspaces().remove(sandbox);
      workplace
          .log()
          .say(LogLevel.INFO, removed ? "a workspace was removed" : "no workspace of ours");
    } catch (IOException | RuntimeException e) {
      workplace.log().say(LogLevel.WARNING, "a workspace was not removed whole: " + e);
    }
  }

  /** Lets every execution go between two steps. */
  void letGo() {
    workplace.log().say(LogLevel.INFO, "lets go of executions under way: " + underWay.size());
    workplace.close();
    underWay.forEach(
        attempt -> {
          attempt.run().askToYield();
          attempt.delivery().cancel();
        });
  }

  /** Does something after a time, unless it is closed by then. */
  private record Timer(CountDownLatch closed) implements AutoCloseable {
    static Timer of(Duration time, Runnable then) {
      var timer = new Timer(new CountDownLatch(1));
      Thread.ofVirtual()
          .name("delivery")
          .start(
              () -> {
                try {
                  if (!timer.closed().await(Math.max(1, time.toMillis()), TimeUnit.MILLISECONDS)) {
                    then.run();
                  }
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      return timer;
    }

    @Override
    public void close() {
      closed.countDown();
    }
  }
}
