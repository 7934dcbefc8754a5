package ai.stigmer.temporal;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionStatus;
import ai.stigmer.agentic.agentexecution.v1.ExecutionPhase;
import ai.stigmer.agentic.agentexecution.v1.MessageType;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.Scenario;
import io.grpc.Status;
import io.temporal.client.WorkflowStub;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A worker in place of the original runner: what the Stigmer server and its workflows see of it.
 */
@Timeout(120)
@TestInstance(Lifecycle.PER_CLASS)
class OriginalRunnerTest {
  private final Server temporal = Server.inMemory();
  private OriginalSite site;

  @BeforeEach
  void open(@TempDir Path folder) {
    site = new OriginalSite(temporal, folder);
  }

  @AfterEach
  void close() {
    site.close();
  }

  @AfterAll
  void stop() {
    temporal.close();
  }

  private FakeOllama ollama(Scenario scenario) {
    FakeOllama ollama = FakeOllama.start(scenario);
    site.with("OLLAMA_BASE_URL", ollama.baseUrl());
    return ollama;
  }

  @Test
  void anExecutionIsRunToItsEndAndTheServerIsToldOnTheWay() {
    try (FakeOllama ollama =
        ollama(
            Scenario.of(
                Answer.call("write_file", "{\"file_path\":\"a.txt\",\"content\":\"x\"}"),
                Answer.text("done")))) {
      var _ = site.worker();

      AgentExecutionStatus status = site.run(OriginalSite.execution("aex_1", "write a file"));

      assertThat(status.getPhase())
          .as(status.getError())
          .isEqualTo(ExecutionPhase.EXECUTION_COMPLETED);
      assertThat(status.getMessagesList())
          .extracting(message -> message.getType() + " " + message.getContent())
          .startsWith("MESSAGE_HUMAN write a file")
          .endsWith("MESSAGE_AI done");
      assertThat(status.getToolCalls(0).getName()).isEqualTo("write_file");
      assertThat(site.workspace("thread-ses_1").resolve("a.txt")).hasContent("x");
      assertThat(site.lastUpdate("aex_1")).contains(status);
      assertThat(site.backend().methods())
          .containsSubsequence("get", "get", "get", "listBySession", "updateStatus");
      assertThat(ollama.chats()).hasSize(2);
    }
  }

  @Test
  void twoExecutionsOfASessionShareOneMemory() {
    try (FakeOllama ollama = ollama(Scenario.of(Answer.text("Hello, Ada."), Answer.text("Ada.")))) {
      var _ = site.worker();
      var _ = site.run(OriginalSite.execution("aex_1", "I am Ada"));

      AgentExecutionStatus second = site.run(OriginalSite.execution("aex_2", "who am I?"));

      assertThat(ollama.chats().getLast().text()).contains("I am Ada", "Hello, Ada.", "who am I?");
      assertThat(second.getMessagesList())
          .extracting(message -> message.getContent())
          .containsExactly("who am I?", "Ada.");
    }
  }

  @Test
  void aFailureIsAStatusWithAReasonAndNeverAnException() {
    var _ = site.worker();
    AgentExecution execution = OriginalSite.execution("aex_1", "hi").toBuilder().build();
    AgentExecution lost =
        execution.toBuilder()
            .setSpec(execution.getSpec().toBuilder().setSessionId("ses_none"))
            .build();

    AgentExecutionStatus status = site.run(lost);

    assertThat(status.getPhase()).isEqualTo(ExecutionPhase.EXECUTION_FAILED);
    assertThat(status.getError())
        .contains("E596", "session ses_none", "NOT_FOUND", "start the execution again");
    assertThat(status.getCompletedAt()).isNotEmpty();
    assertThat(site.lastUpdate("aex_1")).contains(status);
  }

  @Test
  void aWrongKeyIsToldWithoutTheKey() {
    site.with("STIGMER_API_KEY", "wrong-key-0123456789");
    var _ = site.worker();

    AgentExecutionStatus status = site.run(OriginalSite.execution("aex_1", "hi"));

    assertThat(status.getPhase()).isEqualTo(ExecutionPhase.EXECUTION_FAILED);
    assertThat(status.getError()).contains("E596", "UNAUTHENTICATED", "STIGMER_API_KEY");
    assertThat(status.toString() + site.log()).doesNotContain("wrong-key-0123456789");
  }

  @Test
  void theLastStatusArrivesWhenTheServerIsBack() {
    var asked = new CountDownLatch(1);
    try (FakeOllama _ =
        ollama(
            Scenario.answering(
                body -> {
                  site.backend().fail(Status.UNAVAILABLE);
                  asked.countDown();
                  return Answer.text("done");
                }))) {
      var _ = site.worker();
      WorkflowStub workflow = site.invoke(OriginalSite.execution("aex_1", "hi"));
      asked.await();
      Site.await(
          "the end of the run",
          () ->
              site.log().stream().anyMatch(line -> line.contains("told again"))
                  ? java.util.Optional.of(true)
                  : java.util.Optional.empty());

      site.backend().recover();

      AgentExecutionStatus status = OriginalSite.result(workflow);
      assertThat(status.getPhase()).isEqualTo(ExecutionPhase.EXECUTION_COMPLETED);
      assertThat(site.lastUpdate("aex_1")).contains(status);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aCancelledExecutionEndsAsCancelled() throws Exception {
    var asked = new CountDownLatch(1);
    var released = new CountDownLatch(1);
    try (FakeOllama ollama =
        FakeOllama.start(
            Scenario.answering(
                body -> {
                  asked.countDown();
                  try {
                    released.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                  return Answer.text("too late");
                }))) {
      site.with("OLLAMA_BASE_URL", ollama.baseUrl());
      var _ = site.worker();
      WorkflowStub workflow = site.invoke(OriginalSite.execution("aex_1", "hi"));
      asked.await();

      workflow.cancel();

      AgentExecutionStatus last =
          Site.await(
              "the end",
              () ->
                  site.lastUpdate("aex_1")
                      .filter(s -> s.getPhase() == ExecutionPhase.EXECUTION_CANCELLED));
      released.countDown();
      assertThat(last.getMessagesList())
          .extracting(message -> message.getType())
          .containsExactly(MessageType.MESSAGE_HUMAN);
      assertThat(List.of(last.getError())).containsExactly("");
    }
  }
}
