package ai.stigmer.temporal;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowExecutionDescription;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.common.converter.DefaultDataConverter;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** What a client sees of the workflows of runs, and what it tells them. Not thread-safe. */
final class FakeWorkflows {
  /** The runs that were signalled, in this order. */
  final List<String> signalled = new CopyOnWriteArrayList<>();

  /** The runs whose workflows were started, in this order. */
  final List<String> started = new ArrayList<>();

  /** The runs of which the server does not answer. */
  final Set<String> unreachable = new HashSet<>();

  /** Whoever waits for the end of a workflow waits for this. */
  final CountDownLatch closed = new CountDownLatch(1);

  private final Map<String, WorkflowExecutionStatus> over = new HashMap<>();
  private final Set<String> absent = new HashSet<>();

  /** There never was a workflow of the run; there is an open one of each other. */
  void isAbsent(String runId) {
    absent.add(runId);
  }

  /** The run's workflow is over. */
  void isOver(String runId, WorkflowExecutionStatus status) {
    over.put(runId, status);
  }

  WorkflowClient client() {
    return answering(
        WorkflowClient.class,
        (method, arguments) ->
            switch (method) {
              case "newUntypedWorkflowStub" ->
                  workflow(
                      arguments.length > 1 && arguments[1] instanceof WorkflowOptions options
                          ? options.getWorkflowId()
                          : arguments[0].toString());
              default -> throw new AssertionError("nobody asks for " + method);
            });
  }

  private WorkflowStub workflow(String workflowId) {
    String runId = workflowId.substring(workflowId.lastIndexOf('/') + 1);
    return answering(
        WorkflowStub.class,
        (method, _) -> {
          if (unreachable.contains(runId)) {
            throw new StatusRuntimeException(Status.UNAVAILABLE);
          }
          return switch (method) {
            case "signal" -> {
              require(!absent.contains(runId) && !over.containsKey(runId), workflowId);
              signalled.add(runId);
              yield "";
            }
            case "describe" -> {
              require(!absent.contains(runId), workflowId);
              yield description(
                  over.getOrDefault(
                      runId, WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING));
            }
            case "getResult" -> {
              closed.await();
              yield new RunOutcome(RunOutcome.Kind.FAILED, "E503", 0);
            }
            case "start" -> {
              started.add(runId);
              yield WorkflowExecution.getDefaultInstance();
            }
            default -> throw new AssertionError("nobody asks for " + method);
          };
        });
  }

  private static void require(boolean isThere, String workflowId) {
    if (!isThere) {
      throw new WorkflowNotFoundException(
          WorkflowExecution.newBuilder().setWorkflowId(workflowId).build(), "", null);
    }
  }

  private static WorkflowExecutionDescription description(WorkflowExecutionStatus status) {
    return new WorkflowExecutionDescription(
        DescribeWorkflowExecutionResponse.newBuilder()
            .setWorkflowExecutionInfo(WorkflowExecutionInfo.newBuilder().setStatus(status))
            .build(),
        DefaultDataConverter.newDefaultInstance());
  }

  private interface Answer {
    Object to(String method, Object[] arguments) throws InterruptedException;
  }

  private static <T> T answering(Class<T> type, Answer answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (_, method, arguments) -> answer.to(method.getName(), arguments)));
  }
}
