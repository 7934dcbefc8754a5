package ai.stigmer.temporal;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Problem.Category;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.runner.Engine;
import io.grpc.StatusRuntimeException;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.enums.v1.WorkflowIdConflictPolicy;
import io.temporal.api.enums.v1.WorkflowIdReusePolicy;
import io.temporal.client.WorkflowException;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowServiceException;
import io.temporal.client.WorkflowStub;
import io.temporal.common.Priority;
import io.temporal.failure.CanceledFailure;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Has runs driven by the workers of a Temporal namespace.
 *
 * <p>Thread contract: thread-safe. Closing it leaves the runs to the workers.
 */
public final class TemporalEngine implements Engine {
  private static final int LONGEST_KEY = 64;

  private final TemporalConnection connection;

  /** An engine that owns {@code connection} and closes it. */
  public TemporalEngine(TemporalConnection connection) {
    this.connection = requireNonNull(connection, "connection is null");
  }

  /** The id of a run's workflow. */
  public static String workflowId(String runId) {
    return RunWorkflow.TYPE + "/" + runId;
  }

  @Override
  public void start(String runId) {
    start(runId, "");
  }

  /**
   * The tenant is the fairness key, also of what the workflow asks of the workers; without one it
   * is that of the settings.
   */
  @Override
  public void start(String runId, String tenant) {
    var _ = asked(() -> begun(runId, tenant).start(input(runId)));
  }

  @Override
  public void wake(String runId) {
    var _ =
        asked(
            () ->
                begun(runId, "")
                    .signalWithStart("wake", new Object[0], new Object[] {input(runId)}));
  }

  @Override
  public void cancel(String runId) {
    try {
      var _ =
          asked(
              () -> {
                known(runId).cancel();
                return "";
              });
    } catch (WorkflowNotFoundException e) {
      // It is not driven, and so it is left alone.
    }
  }

  /**
   * A workflow that is over while its run has no end: its worker could not, or somebody ended it.
   */
  @Override
  public Optional<Problem> givenUp(String runId) {
    try {
      WorkflowExecutionStatus status = asked(() -> known(runId).describe().getStatus());
      return switch (status) {
        case WORKFLOW_EXECUTION_STATUS_RUNNING, WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW ->
            Optional.empty();
        case WORKFLOW_EXECUTION_STATUS_COMPLETED -> {
          RunOutcome outcome = result(runId);
          yield outcome.kind() == RunOutcome.Kind.FAILED
              ? Optional.of(notDriven(runId, outcome.detail()))
              : Optional.empty();
        }
        default -> Optional.of(gaveUp(runId));
      };
    } catch (WorkflowNotFoundException e) {
      return Optional.empty();
    }
  }

  /** Temporal removes what it knows of a workflow some time after it was over. */
  @Override
  public boolean isForgotten(String runId) {
    try {
      var _ = asked(() -> known(runId).describe().getStatus());
      return false;
    } catch (WorkflowNotFoundException e) {
      return true;
    }
  }

  @Override
  public Optional<Problem> trouble() {
    try {
      var _ = asked(connection::health);
      return Optional.empty();
    } catch (ProblemException e) {
      return Optional.of(e.problem());
    }
  }

  /**
   * What a run is at; empty when Temporal knows no such run.
   *
   * @throws ProblemException {@code E590} when Temporal cannot be reached, or no worker answers
   */
  public Optional<RunState> state(String runId) {
    try {
      return Optional.of(asked(() -> known(runId).query("state", RunState.class)));
    } catch (WorkflowNotFoundException e) {
      return Optional.empty();
    }
  }

  /**
   * Waits until the run ends. Thread: blocks.
   *
   * @return how it ended; of a run that was asked to stop {@code CANCELLED}, whatever it came to by
   *     then, which is in the journal
   * @throws ProblemException {@code E590} when Temporal cannot be reached, {@code E592} when the
   *     workflow ended without an end of its run
   */
  public RunOutcome result(String runId) {
    try {
      return asked(() -> known(runId).getResult(RunOutcome.class));
    } catch (WorkflowFailedException | WorkflowNotFoundException e) {
      if (e.getCause() instanceof CanceledFailure) {
        return new RunOutcome(RunOutcome.Kind.CANCELLED, "", 0);
      }
      throw gaveUp(runId).asException();
    }
  }

  private static Problem gaveUp(String runId) {
    return Problem.of("E592", Category.RUN, "Temporal gave up the workflow of run " + runId)
        .from(workflowId(runId))
        .help(
            "see why: temporal workflow show --workflow-id " + workflowId(runId),
            "the journal is whole; go on here: stigmer resume " + runId);
  }

  private static Problem notDriven(String runId, String code) {
    return Problem.of("E593", Category.RUN, "no worker could drive run " + runId + ": " + code)
        .from(workflowId(runId), "the workers' own output says more")
        .help(
            "what the code means: stigmer explain " + code,
            "the journal is whole; once it is mended: stigmer resume " + runId);
  }

  @Override
  public void close() {
    connection.close();
  }

  private WorkflowStub known(String runId) {
    return connection.client().newUntypedWorkflowStub(workflowId(runId));
  }

  private WorkflowStub begun(String runId, String tenant) {
    return connection
        .client()
        .newUntypedWorkflowStub(
            RunWorkflow.TYPE,
            WorkflowOptions.newBuilder()
                .setWorkflowId(workflowId(runId))
                .setTaskQueue(connection.settings().taskQueue())
                .setPriority(priority(tenant))
                .setWorkflowIdConflictPolicy(
                    WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING)
                .setWorkflowIdReusePolicy(
                    WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE)
                .build());
  }

  private Priority priority(String tenant) {
    Priority own = connection.settings().priority();
    String key = tenant.isEmpty() ? own.getFairnessKey() : tenant;
    return Priority.newBuilder()
        .setPriorityKey(own.getPriorityKey())
        .setFairnessKey(key(key))
        .build();
  }

  /** As the server takes it: at most 64 bytes. */
  private static String key(String tenant) {
    byte[] bytes = tenant.getBytes(StandardCharsets.UTF_8);
    return bytes.length <= LONGEST_KEY ? tenant : UUID.nameUUIDFromBytes(bytes).toString();
  }

  private RunInput input(String runId) {
    return new RunInput(
        runId,
        connection.settings().heartbeat().toMillis(),
        connection.settings().segment().toMillis());
  }

  /**
   * Asks Temporal.
   *
   * @throws ProblemException {@code E590} when it does not answer, or refuses
   */
  static <T> T asked(Supplier<T> call) {
    try {
      return call.get();
    } catch (WorkflowFailedException | WorkflowNotFoundException e) {
      throw e;
    } catch (WorkflowServiceException e) {
      throw failed(e);
    } catch (WorkflowException e) {
      throw failed(e);
    } catch (StatusRuntimeException e) {
      throw failed(e);
    }
  }

  private static ProblemException failed(RuntimeException e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    String why =
        cause instanceof StatusRuntimeException status
            ? status.getStatus().getCode().name()
            : cause.getClass().getSimpleName();
    return Problem.of("E590", Category.RUN, "Temporal did not do what it was asked: " + why)
        .help("is it running? ask again: nothing of the run is lost")
        .asException();
  }
}
