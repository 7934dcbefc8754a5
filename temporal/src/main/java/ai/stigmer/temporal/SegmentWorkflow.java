package ai.stigmer.temporal;

import ai.stigmer.temporal.RunOutcome.Kind;
import io.temporal.activity.ActivityCancellationType;
import io.temporal.activity.ActivityOptions;
import io.temporal.common.Priority;
import io.temporal.common.RetryOptions;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInit;
import java.time.Duration;

/*
 * This class is replayed against histories that other versions of it have written. A change in what it asks of the
 * server, or in which order, goes behind Workflow.getVersion; the kept histories under src/test/resources/histories
 * tell when it does not.
 *
 *            ┌────────── yielded ──────────┐
 *   start ─► driven ──► waiting ──(signal, or a look that finds a decision)──► driven
 *            └──► completed · stopped · failed · cancelled
 */
/**
 * Has a run driven in segments. A segment is one activity, however many steps it takes; a run that
 * waits takes no worker.
 */
public final class SegmentWorkflow implements RunWorkflow {
  /** A single step may take long, and its worker gives signs of life meanwhile. */
  private static final Duration LONGEST_SEGMENT = Duration.ofHours(24);

  private static final String RARE_LOOKS = "rare-looks";

  /** Looks of many that wait stand behind runs that can be driven. */
  private static final Priority LAST = Priority.newBuilder().setPriorityKey(5).build();

  private final SegmentActivities segments;
  private final SegmentActivities looks;
  private boolean woken;
  private RunState state = new RunState("DRIVEN", "", 0, 0);

  /** A workflow that no handler sees half built. */
  @WorkflowInit
  public SegmentWorkflow(RunInput input) {
    // Who took a heartbeat to be missed is not waited for any longer. Failures say their own delay.
    RetryOptions patience =
        RetryOptions.newBuilder()
            .setInitialInterval(Duration.ofMillis(200))
            .setBackoffCoefficient(1)
            .build();
    this.segments =
        Workflow.newActivityStub(
            SegmentActivities.class,
            ActivityOptions.newBuilder()
                .setStartToCloseTimeout(LONGEST_SEGMENT)
                .setHeartbeatTimeout(Duration.ofMillis(input.heartbeatMillis()))
                .setCancellationType(ActivityCancellationType.WAIT_CANCELLATION_COMPLETED)
                .setRetryOptions(patience)
                .build());
    this.looks =
        Workflow.newActivityStub(
            SegmentActivities.class,
            ActivityOptions.newBuilder()
                .setStartToCloseTimeout(Duration.ofSeconds(30))
                .setRetryOptions(patience)
                .setPriority(LAST)
                .build());
  }

  @Override
  public RunOutcome run(RunInput input) {
    try {
      RunOutcome outcome = drive(input, false);
      while (outcome.kind() == Kind.YIELDED || outcome.kind() == Kind.WAITING) {
        if (outcome.kind() == Kind.WAITING) {
          await(input.runId(), outcome.detail());
        }
        if (Workflow.getInfo().isContinueAsNewSuggested()) {
          Workflow.continueAsNew(input);
        }
        outcome = drive(input, false);
      }
      return outcome;
    } catch (CanceledFailure e) {
      return cancelled(input);
    } catch (ActivityFailure e) {
      if (e.getCause() instanceof CanceledFailure) {
        return cancelled(input);
      }
      throw e;
    }
  }

  private RunOutcome drive(RunInput input, boolean cancelled) {
    woken = false;
    state = new RunState("DRIVEN", "", state.segments() + 1, state.turns());
    RunOutcome outcome =
        segments.drive(new SegmentInput(input.runId(), input.segmentMillis(), cancelled));
    state =
        new RunState(
            outcome.kind() == Kind.YIELDED ? "DRIVEN" : outcome.kind().name(),
            outcome.kind() == Kind.WAITING ? outcome.detail() : "",
            state.segments(),
            outcome.turns());
    return outcome;
  }

  /** A signal tells of a decision; the looks are for one that got lost. */
  private void await(String runId, String approval) {
    Looks when =
        Workflow.getVersion(RARE_LOOKS, Workflow.DEFAULT_VERSION, 1) == Workflow.DEFAULT_VERSION
            ? Looks.OFTEN
            : RunOutcome.isOfChild(approval) ? Looks.EVER_MORE_RARELY : Looks.RARELY;
    Duration pause = when.first;
    while (!Workflow.await(when.spread(pause), () -> woken)) {
      if (Workflow.getInfo().isContinueAsNewSuggested() || looks.isDecided(runId, approval)) {
        return;
      }
      pause = when.next(pause);
    }
  }

  /** When a run that waits looks whether somebody has decided. */
  private enum Looks {
    /** As the first version did. */
    OFTEN(Duration.ofSeconds(30), Duration.ofMinutes(30)) {
      @Override
      Duration spread(Duration pause) {
        return pause;
      }
    },
    /**
     * {@link Reminders} look for all; this is for what they missed. Each takes up to twice its
     * pause, so that many that began to wait at once do not look at once.
     */
    RARELY(Duration.ofHours(1), Duration.ofHours(8)),
    /** The workflow of a sub-agent may end without a word, as nobody leaves one for its parent. */
    EVER_MORE_RARELY(Duration.ofMinutes(1), Duration.ofHours(8));

    private final Duration first;
    private final Duration last;

    Looks(Duration first, Duration last) {
      this.first = first;
      this.last = last;
    }

    Duration spread(Duration pause) {
      return pause.plusMillis(Workflow.newRandom().nextInt((int) pause.toMillis()));
    }

    Duration next(Duration pause) {
      Duration doubled = pause.multipliedBy(2);
      return doubled.compareTo(last) > 0 ? last : doubled;
    }
  }

  /** A run whose workflow was cancelled while no worker had it gets its end too. */
  private RunOutcome cancelled(RunInput input) {
    var end = new RunOutcome[1];
    Workflow.newDetachedCancellationScope(() -> end[0] = drive(input, true)).run();
    return end[0];
  }

  @Override
  public void wake() {
    woken = true;
  }

  @Override
  public RunState state() {
    return state;
  }
}
