package ai.stigmer.temporal;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Problem.Category;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry.ChildFinished;
import ai.stigmer.graphton.journal.JournalEntry.ChildStarted;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.loop.ApprovalDesk;
import ai.stigmer.graphton.loop.SteeringDesk;
import ai.stigmer.graphton.subagent.ChildIds;
import ai.stigmer.graphton.subagent.Handover;
import ai.stigmer.temporal.RunOutcome.Kind;
import io.grpc.StatusRuntimeException;
import io.temporal.activity.ActivityInfo;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.enums.v1.WorkflowIdConflictPolicy;
import io.temporal.api.enums.v1.WorkflowIdReusePolicy;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowException;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowOptions;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/*
 * No child workflows of Temporal's: what has ended and what has not stands in the journals, and whoever drives a run
 * tells the runs beside it to look there, before its segment is over. So a word is told again until it was heard, and
 * neither history knows of the other.
 */
/**
 * Workflows of their own for the runs of sub-agents, and what these and their parents tell each
 * other.
 *
 * <p>Thread contract: thread-safe.
 */
final class ChildWorkflows {
  private final WorkflowClient client;
  private final Journal journal;

  ChildWorkflows(WorkflowClient client, Journal journal) {
    this.client = requireNonNull(client, "client is null");
    this.journal = requireNonNull(journal, "journal is null");
  }

  /**
   * Has sub-agents of a run driven as the run itself is: queue, priority and times.
   *
   * @return what throws {@code E590} while Temporal does not do it
   */
  Handover of(ActivityInfo activity, SegmentInput input) {
    return child -> TemporalEngine.asked(() -> isTaken(child, activity, input));
  }

  private boolean isTaken(String child, ActivityInfo activity, SegmentInput input) {
    Optional<WorkflowExecutionStatus> status = status(child);
    boolean hasEnded = hasEnded(child);
    if (status.isPresent() && isOpen(status.get())) {
      if (hasEnded) {
        throw Problem.of("E505", Category.STORE, "the workflow of " + child + " is about to close")
            .help("nothing: it is started again then")
            .asException();
      }
      if (hasWord(child)) {
        var _ = isTold(client, child);
      }
      return true;
    }
    // A workflow that is over while its run is not was ended by somebody, or found no worker.
    if (status.isPresent() && !hasEnded) {
      return false;
    }
    start(child, activity, input);
    return true;
  }

  private void start(String child, ActivityInfo activity, SegmentInput input) {
    var _ =
        client
            .newUntypedWorkflowStub(
                RunWorkflow.TYPE,
                WorkflowOptions.newBuilder()
                    .setWorkflowId(TemporalEngine.workflowId(child))
                    .setTaskQueue(activity.getActivityTaskQueue())
                    .setPriority(activity.getPriority())
                    .setWorkflowIdConflictPolicy(
                        WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING)
                    .setWorkflowIdReusePolicy(
                        WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE)
                    .build())
            .start(
                new RunInput(
                    child, activity.getHeartbeatTimeout().toMillis(), input.atMostMillis()));
  }

  /**
   * Tells those beside a run that has ended: the run above, which waits for it, and unless all its
   * calls have their outcomes the runs below, which end with it.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E590} when they cannot be told; an
   *     end is told again by the next attempt
   */
  void ended(String runId, Kind kind) {
    tellAbove(runId);
    if (kind != Kind.COMPLETED) {
      TemporalEngine.asked(() -> tellBelow(runId));
    }
  }

  /**
   * Tells the nearest run above that has a workflow.
   *
   * @throws ai.stigmer.graphton.error.ProblemException as {@link #ended}
   */
  void tellAbove(String runId) {
    ChildIds.parent(runId)
        .ifPresent(above -> TemporalEngine.asked(() -> isNearestTold(client, above)));
  }

  /**
   * Tells the nearest run above once a run's workflow is over, which leaves no end of its run: who
   * looks before that finds it open. Returns at once; a word that gets lost with this process costs
   * time only.
   */
  void tellAboveOnceOver(String runId) {
    if (ChildIds.parent(runId).isPresent()) {
      Thread.ofVirtual().name("given-up-" + runId).start(() -> awaitAndTellAbove(runId));
    }
  }

  private void awaitAndTellAbove(String runId) {
    try {
      var _ =
          client
              .newUntypedWorkflowStub(TemporalEngine.workflowId(runId))
              .getResult(RunOutcome.class);
      tellAbove(runId);
    } catch (WorkflowException | StatusRuntimeException | ProblemException e) {
      // It looks by itself, though later.
    }
  }

  /** Tells a run, or the nearest above it that has a workflow; returns whether there is one. */
  static boolean isNearestTold(WorkflowClient client, String runId) {
    return isTold(client, runId)
        || ChildIds.parent(runId).filter(above -> isNearestTold(client, above)).isPresent();
  }

  /** Runs without a workflow of their own ended with the run; there may be some below them. */
  private boolean tellBelow(String runId) {
    for (String child : openBelow(runId)) {
      var _ = isTold(client, child) || tellBelow(child);
    }
    return true;
  }

  /** Whether a run that waits for a sub-agent is to look at it again. */
  boolean isOver(String child) {
    return hasEnded(child) || status(child).filter(ChildWorkflows::isOpen).isEmpty();
  }

  /** Whether a run above has ended, so that this one is to end, too. */
  boolean hasEndedAbove(String runId) {
    return ChildIds.parent(runId)
        .filter(above -> hasEnded(above) || hasEndedAbove(above))
        .isPresent();
  }

  /** Whether somebody has decided about a call of a run, or of one below it, that waits. */
  private boolean hasWord(String runId) {
    return new ApprovalDesk(journal).isWordWaiting(runId)
        || openBelow(runId).stream().anyMatch(this::hasWord);
  }

  private boolean hasEnded(String runId) {
    return new SteeringDesk(journal).end(runId).isPresent();
  }

  private List<String> openBelow(String runId) {
    var finished = new HashSet<String>();
    if (journal.heads(List.of(runId)).isEmpty()) {
      // It was announced and not begun.
      return List.of();
    }
    List<Recorded> entries = journal.read(runId);
    for (Recorded recorded : entries) {
      if (recorded.entry() instanceof ChildFinished child) {
        finished.add(child.childRunId());
      }
    }
    return entries.stream()
        .map(Recorded::entry)
        .filter(ChildStarted.class::isInstance)
        .map(entry -> ((ChildStarted) entry).childRunId())
        .filter(child -> !finished.contains(child))
        .toList();
  }

  private Optional<WorkflowExecutionStatus> status(String runId) {
    try {
      return Optional.of(
          client.newUntypedWorkflowStub(TemporalEngine.workflowId(runId)).describe().getStatus());
    } catch (WorkflowNotFoundException e) {
      return Optional.empty();
    }
  }

  private static boolean isOpen(WorkflowExecutionStatus status) {
    return status == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING
        || status == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW;
  }

  /** Has a run's workflow look into its journal; returns whether there is one. */
  static boolean isTold(WorkflowClient client, String runId) {
    try {
      client.newUntypedWorkflowStub(TemporalEngine.workflowId(runId)).signal("wake");
      return true;
    } catch (WorkflowNotFoundException e) {
      return false;
    }
  }
}
