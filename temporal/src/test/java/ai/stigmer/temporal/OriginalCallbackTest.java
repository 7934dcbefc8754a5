package ai.stigmer.temporal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionStatus;
import ai.stigmer.agentic.agentexecution.v1.AgentMessage;
import ai.stigmer.agentic.agentexecution.v1.ExecutionPhase;
import ai.stigmer.temporal.original.OriginalWorker;
import ai.stigmer.temporal.original.OriginalWorker.Workflows;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.Scenario;
import com.google.protobuf.ByteString;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityOptions;
import io.temporal.client.WorkflowExecutionAlreadyStarted;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.common.RetryOptions;
import io.temporal.failure.ApplicationFailure;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactory;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Workers that run the workflows of executions, too, and complete who waits for one. */
@Timeout(120)
@TestInstance(Lifecycle.PER_CLASS)
class OriginalCallbackTest {
  private final Server temporal = Server.inMemory();
  private OriginalSite site;
  private final List<AgentExecution> handedOver = new CopyOnWriteArrayList<>();
  private WorkerFactory others;

  @BeforeEach
  void open(@TempDir Path folder) {
    handedOver.clear();
    site = new OriginalSite(temporal, folder);
    others = WorkerFactory.newInstance(site.connection().client());
    Worker worker = others.newWorker("outer-" + site.queue());
    worker.registerWorkflowImplementationTypes(OuterWorkflow.class);
    worker.registerActivitiesImplementations((WaitForAgent) this::handOver);
    others.start();
  }

  @AfterEach
  void close() {
    others.shutdownNow();
    site.close();
  }

  @AfterAll
  void stop() {
    temporal.close();
  }

  /** Somebody's workflow, a step of which is an execution. */
  @WorkflowInterface
  public interface Outer {
    @WorkflowMethod
    AgentExecutionStatus run(AgentExecution execution);
  }

  /** The step, which is completed from elsewhere. */
  @ActivityInterface
  public interface WaitForAgent {
    AgentExecutionStatus await(AgentExecution execution);
  }

  /** Waits for the one completion that there is. */
  public static final class OuterWorkflow implements Outer {
    @Override
    public AgentExecutionStatus run(AgentExecution execution) {
      return Workflow.newActivityStub(
              WaitForAgent.class,
              ActivityOptions.newBuilder()
                  .setStartToCloseTimeout(Duration.ofMinutes(2))
                  .setRetryOptions(RetryOptions.newBuilder().setMaximumAttempts(1).build())
                  .build())
          .await(execution);
    }
  }

  private AgentExecutionStatus handOver(AgentExecution execution) {
    var activity = Activity.getExecutionContext();
    activity.doNotCompleteOnReturn();
    AgentExecution.Builder waited = execution.toBuilder();
    waited.getSpecBuilder().setCallbackToken(ByteString.copyFrom(activity.getTaskToken()));
    handedOver.add(waited.build());
    var _ = site.invoke(waited.build());
    return AgentExecutionStatus.getDefaultInstance();
  }

  private WorkflowStub outer(String id) {
    WorkflowStub outer =
        site.connection()
            .client()
            .newUntypedWorkflowStub(
                "Outer",
                WorkflowOptions.newBuilder()
                    .setWorkflowId("outer/" + id + "/" + site.queue())
                    .setTaskQueue("outer-" + site.queue())
                    .build());
    var _ = outer.start(OriginalSite.execution(id, "go"));
    return outer;
  }

  private FakeOllama ollama(Scenario scenario) {
    FakeOllama ollama = FakeOllama.start(scenario);
    site.with("OLLAMA_BASE_URL", ollama.baseUrl());
    return ollama;
  }

  @Test
  void whoWaitsForAnExecutionGetsItsResult() {
    try (FakeOllama _ = ollama(Scenario.of(Answer.text("42")))) {
      var _ = site.runner(Workflows.OURS);

      AgentExecutionStatus status = OriginalSite.result(outer("aex_1"));

      assertThat(status.getPhase()).isEqualTo(ExecutionPhase.EXECUTION_COMPLETED);
      assertThat(status.getMessagesList().getLast().getContent()).isEqualTo("42");
    }
  }

  @Test
  void whoWaitsForAnExecutionThatFailsGetsItsError() {
    site.with("STIGMER_LLM_PROVIDER", "openai");
    var _ = site.runner(Workflows.OURS);

    assertThatThrownBy(() -> OriginalSite.result(outer("aex_1")))
        .isInstanceOf(WorkflowFailedException.class)
        .rootCause()
        .isInstanceOfSatisfying(
            ApplicationFailure.class,
            failure -> {
              assertThat(failure.getType()).isEqualTo("AgentExecutionFailed");
              assertThat(failure.getOriginalMessage()).contains("E101");
            });
  }

  @Test
  void aWorkerThatIsStoppedOnTheWayCostsNoResult() throws Exception {
    var asked = new CountDownLatch(1);
    var released = new CountDownLatch(1);
    try (FakeOllama ollama =
        ollama(
            Scenario.answering(
                body -> {
                  asked.countDown();
                  try {
                    released.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                  return body.toString().contains("\"tool_calls\"")
                      ? Answer.text("42")
                      : Answer.call("ls", "{}");
                }))) {
      OriginalWorker first = site.runner(Workflows.OURS);
      WorkflowStub outer = outer("aex_1");
      asked.await();
      Thread closing = Thread.ofVirtual().start(first::close);
      Site.await(
          "the word to let go",
          () -> site.log().stream().filter(line -> line.contains("lets go")).findFirst());
      released.countDown();
      closing.join();

      var _ = site.runner(Workflows.OURS);

      assertThat(OriginalSite.result(outer).getPhase())
          .isEqualTo(ExecutionPhase.EXECUTION_COMPLETED);
      assertThat(ollama.chats()).hasSize(2);
    }
  }

  /** As after a crash between a completion and its record. */
  @Test
  void aCallbackThatIsCompletedTwiceIsCompletedOnce() {
    try (FakeOllama ollama = ollama(Scenario.of(Answer.text("42")))) {
      var _ = site.runner(Workflows.OURS);
      AgentExecutionStatus first = OriginalSite.result(outer("aex_1"));

      AgentExecutionStatus again = OriginalSite.result(invokedAgain());

      assertThat(again.getPhase()).isEqualTo(ExecutionPhase.EXECUTION_COMPLETED);
      assertThat(again.getMessagesList())
          .extracting(AgentMessage::getContent)
          .containsExactlyElementsOf(
              first.getMessagesList().stream().map(AgentMessage::getContent).toList());
      assertThat(ollama.chats()).hasSize(1);
    }
  }

  /** The first one ends a moment after its callback. */
  private WorkflowStub invokedAgain() {
    return Site.await(
        "the end of the first invocation",
        () -> {
          try {
            return Optional.of(site.invoke(handedOver.getFirst()));
          } catch (WorkflowExecutionAlreadyStarted e) {
            return Optional.empty();
          }
        });
  }
}
