package ai.stigmer.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import ai.stigmer.agentic.agent.v1.Agent;
import ai.stigmer.agentic.agent.v1.AgentCommandControllerGrpc.AgentCommandControllerBlockingStub;
import ai.stigmer.agentic.agent.v1.AgentSpec;
import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionCommandControllerGrpc.AgentExecutionCommandControllerBlockingStub;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionId;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionQueryControllerGrpc.AgentExecutionQueryControllerBlockingStub;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionSpec;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionStatus;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionUpdateStatusInput;
import ai.stigmer.agentic.agentexecution.v1.AgentMessage;
import ai.stigmer.agentic.agentexecution.v1.ExecutionConfig;
import ai.stigmer.agentic.agentexecution.v1.ExecutionPhase;
import ai.stigmer.agentic.agentexecution.v1.SubAgentStatus;
import ai.stigmer.agentic.agentexecution.v1.TodoItem;
import ai.stigmer.agentic.agentexecution.v1.TodoStatus;
import ai.stigmer.agentic.agentexecution.v1.ToolCallStatus;
import ai.stigmer.agentic.executioncontext.v1.ExecutionValue;
import ai.stigmer.commons.apiresource.ApiResourceMetadata;
import ai.stigmer.testkit.Await;
import ai.stigmer.testkit.http.Fault;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Executions through the port, with a real client and a fake Ollama. */
class ExecutionTest {
  @TempDir Path folder = Path.of("");

  @Test
  void anExecutionOfAnAgentIsFollowedToItsEnd() throws Exception {
    // Given
    try (FakeOllama ollama =
            FakeOllama.start(
                Scenario.of(
                        Answer.call("ls", "{\"path\":\"/\"}"), Answer.text("The folder is empty."))
                    .models(InstalledModel.withTools("qwen2.5-coder:7b", 32_768)));
        TestingServer server = TestingServer.in(folder, ollama)) {
      Agent agent = server.client(AgentCommandControllerBlockingStub.class).create(agent());

      // When
      AgentExecution made =
          server
              .client(AgentExecutionCommandControllerBlockingStub.class)
              .create(execution(agent, "What is here?"));
      List<AgentExecution> states = new ArrayList<>();
      server
          .client(AgentExecutionQueryControllerBlockingStub.class)
          .subscribe(AgentExecutionId.newBuilder().setValue(made.getMetadata().getId()).build())
          .forEachRemaining(states::add);

      // Then
      assertThat(made.getMetadata().getId()).startsWith("aex_");
      assertThat(made.getSpec().getSessionId()).startsWith("ses_");
      assertThat(made.getStatus().getPhase()).isEqualTo(ExecutionPhase.EXECUTION_PENDING);
      AgentExecution last = states.getLast();
      assertThat(last.getStatus().getError()).isEmpty();
      assertThat(last.getStatus().getPhase()).isEqualTo(ExecutionPhase.EXECUTION_COMPLETED);
      assertThat(last.getStatus().getMessagesList())
          .extracting(AgentMessage::getContent)
          .containsExactly("What is here?", "", "No files found", "The folder is empty.");
      assertThat(last.getStatus().getToolCalls(0).getStatus())
          .isEqualTo(ToolCallStatus.TOOL_CALL_COMPLETED);
      assertThat(server.log()).doesNotContain("\"bug\"");
    }
  }

  @Test
  void theNextExecutionOfASessionGoesOnWithItsConversation() throws Exception {
    try (FakeOllama ollama = ollama(Answer.text("I am Ada."), Answer.text("I said: Ada."));
        TestingServer server = TestingServer.in(folder, ollama)) {
      // Given
      AgentExecution first = begin(server, "Who are you?");
      assertThat(last(server, first).getStatus().getError()).isEmpty();

      // When
      AgentExecution second =
          server
              .client(AgentExecutionCommandControllerBlockingStub.class)
              .create(
                  AgentExecution.newBuilder()
                      .setSpec(
                          AgentExecutionSpec.newBuilder()
                              .setSessionId(first.getSpec().getSessionId())
                              .setMessage("What did you say?"))
                      .build());

      // Then
      assertThat(last(server, second).getStatus().getMessagesList())
          .extracting(AgentMessage::getContent)
          .containsExactly("What did you say?", "I said: Ada.");
      assertThat(ollama.chats().getLast().body().path("messages").findValuesAsText("content"))
          .endsWith("Who are you?", "I am Ada.", "What did you say?");
    }
  }

  @Test
  void executionsOfOneSessionWaitForEachOther() throws Exception {
    try (FakeOllama ollama =
            FakeOllama.start(
                Scenario.answering(
                        body ->
                            Answer.text("answer " + body.path("messages").size())
                                .with(new Fault.Delay(Duration.ofMillis(50))))
                    .models(InstalledModel.withTools("qwen2.5-coder:7b", 32_768)));
        TestingServer server = TestingServer.in(folder, ollama)) {
      AgentExecution first = begin(server, "one");
      List<AgentExecution> all = new ArrayList<>(List.of(first));
      for (String message : List.of("two", "three", "four")) {
        all.add(
            server
                .client(AgentExecutionCommandControllerBlockingStub.class)
                .create(
                    AgentExecution.newBuilder()
                        .setSpec(
                            AgentExecutionSpec.newBuilder()
                                .setSessionId(first.getSpec().getSessionId())
                                .setMessage(message))
                        .build()));
      }

      var answers = new ArrayList<String>();
      for (AgentExecution one : all) {
        answers.add(last(server, one).getStatus().getMessages(1).getContent());
      }

      assertThat(answers).containsExactly("answer 2", "answer 4", "answer 6", "answer 8");
    }
  }

  @Test
  void oneThatIsRemovedWhileItRunsKeepsNobodyOfItsSessionWaiting() throws Exception {
    var removed = new CountDownLatch(1);
    try (FakeOllama ollama =
            FakeOllama.start(
                Scenario.answering(
                        body -> {
                          Await.until("its removal", () -> removed.getCount() == 0);
                          return Answer.text("answer");
                        })
                    .models(InstalledModel.withTools("qwen2.5-coder:7b", 32_768)));
        TestingServer server = TestingServer.in(folder, ollama)) {
      AgentExecution first = begin(server, "one");
      Await.until("its question to the model", () -> !ollama.chats().isEmpty());
      AgentExecution second =
          server
              .client(AgentExecutionCommandControllerBlockingStub.class)
              .create(
                  AgentExecution.newBuilder()
                      .setSpec(
                          AgentExecutionSpec.newBuilder()
                              .setSessionId(first.getSpec().getSessionId())
                              .setMessage("two"))
                      .build());

      var _ = server.shelves().executions().delete(first.getMetadata().getId());
      removed.countDown();

      assertThat(last(server, second).getStatus().getPhase())
          .isEqualTo(ExecutionPhase.EXECUTION_COMPLETED);
      assertThat(server.log()).doesNotContain("\"bug\"");
    }
  }

  @Test
  void anExecutionChoosesItsModelThroughTheCascade() throws Exception {
    try (FakeOllama ollama = ollama(Answer.text("fine"));
        TestingServer server = TestingServer.in(folder, ollama)) {
      AgentExecution made = begin(server, "hello", "other:7b");

      assertThat(last(server, made).getStatus().getError()).isEmpty();
      assertThat(ollama.chats().getLast().body().path("model").asText()).isEqualTo("other:7b");
    }
  }

  @Test
  void anExecutionWhoseModelNeedsAKeyThatIsNotThereFailsAndNothingIsSent() throws Exception {
    try (FakeOllama ollama = ollama();
        TestingServer server = TestingServer.in(folder, ollama)) {
      AgentExecution made = begin(server, "hello", "claude-opus-4");

      AgentExecution last = last(server, made);

      assertThat(last.getStatus().getPhase()).isEqualTo(ExecutionPhase.EXECUTION_FAILED);
      assertThat(last.getStatus().getError())
          .contains("E101", "anthropic needs an API key", "ANTHROPIC_API_KEY");
      assertThat(ollama.chats()).isEmpty();
    }
  }

  @Test
  void anExecutionThatIsReportedAsCancelledEnds() throws Exception {
    try (FakeOllama ollama = ollama(Answer.text("half of it").with(new Fault.StallAt(20)));
        TestingServer server = TestingServer.in(folder, ollama)) {
      AgentExecution made = begin(server, "hello");
      while (ollama.chats().isEmpty()) {
        Thread.onSpinWait();
      }

      var _ =
          server
              .client(AgentExecutionCommandControllerBlockingStub.class)
              .updateStatus(
                  AgentExecutionUpdateStatusInput.newBuilder()
                      .setExecutionId(made.getMetadata().getId())
                      .setStatus(
                          AgentExecutionStatus.newBuilder()
                              .setPhase(ExecutionPhase.EXECUTION_CANCELLED))
                      .build());

      assertThat(last(server, made).getStatus().getPhase())
          .isEqualTo(ExecutionPhase.EXECUTION_CANCELLED);
      assertThat(ollama.awaitAbandoned(Duration.ofSeconds(30))).isTrue();
    }
  }

  @Test
  void aReportReplacesWhatItHoldsAndLeavesTheRestAndTheSpec() throws Exception {
    try (FakeOllama ollama = ollama(Answer.text("fine"));
        TestingServer server = TestingServer.in(folder, ollama)) {
      AgentExecution before = last(server, begin(server, "hello"));

      AgentExecution after =
          server
              .client(AgentExecutionCommandControllerBlockingStub.class)
              .updateStatus(
                  AgentExecutionUpdateStatusInput.newBuilder()
                      .setExecutionId(before.getMetadata().getId())
                      .setStatus(
                          AgentExecutionStatus.newBuilder()
                              .setError("so it was told")
                              .putTodos("1", TodoItem.newBuilder().setContent("rest").build()))
                      .build());

      assertThat(after.getSpec()).isEqualTo(before.getSpec());
      assertThat(after.getStatus().toBuilder().clearAudit().build())
          .isEqualTo(
              before.getStatus().toBuilder()
                  .clearAudit()
                  .setError("so it was told")
                  .putTodos("1", TodoItem.newBuilder().setContent("rest").build())
                  .build());
    }
  }

  @Test
  void todosAndSubAgentsOfARunStandInItsStatusAndTheJournalTellsTheSame() throws Exception {
    try (FakeOllama ollama =
            ollama(
                Answer.call(
                    "write_todos",
                    "{\"todos\":[{\"content\":\"look\",\"status\":\"completed\"},"
                        + "{\"content\":\"tell\",\"status\":\"pending\"}]}"),
                Answer.call(
                    "task", "{\"description\":\"count\",\"subagent_type\":\"general-purpose\"}"),
                Answer.text("two"),
                Answer.text("It is two."));
        TestingServer server = TestingServer.in(folder, ollama)) {
      AgentExecutionStatus status = last(server, begin(server, "count")).getStatus();

      assertThat(status.getTodosMap().values())
          .extracting(TodoItem::getContent, TodoItem::getStatus)
          .containsExactlyInAnyOrder(
              tuple("look", TodoStatus.TODO_COMPLETED), tuple("tell", TodoStatus.TODO_PENDING));
      assertThat(status.getSubAgentExecutionsList()).hasSize(1);
      assertThat(status.getSubAgentExecutions(0).getOutput()).isEqualTo("two");
      assertThat(status.getSubAgentExecutions(0).getInput()).isEqualTo("count");
      assertThat(status.getSubAgentExecutions(0).getStatus())
          .isEqualTo(SubAgentStatus.SUB_AGENT_COMPLETED);
    }
  }

  @Test
  void aVariableOfAnExecutionFillsThePlaceholderOfItsServerAndIsShownNowhere() throws Exception {
    try (FakeOllama ollama = ollama(Answer.text("fine"));
        TestingServer server = TestingServer.in(folder, ollama)) {
      Agent agent = server.client(AgentCommandControllerBlockingStub.class).create(agent());
      AgentExecution given = execution(agent, "hello");
      AgentExecution made =
          server
              .client(AgentExecutionCommandControllerBlockingStub.class)
              .create(
                  given.toBuilder()
                      .setSpec(
                          given.getSpec().toBuilder()
                              .putRuntimeEnv(
                                  "TOKEN",
                                  ExecutionValue.newBuilder()
                                      .setValue("canary-0123456789")
                                      .setIsSecret(true)
                                      .build()))
                      .build());
      AgentExecution last = last(server, made);

      assertThat(last.getStatus().getError()).isEmpty();
      assertThat(made.toString() + last).doesNotContain("canary-0123456789").contains("TOKEN");
      assertThat(server.secrets(made.getMetadata().getId()))
          .containsEntry("TOKEN", "canary-0123456789");
      try (Stream<Path> files = Files.list(server.home())) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
              .as(file.toString())
              .doesNotContain("canary-0123456789");
        }
      }
    }
  }

  private static FakeOllama ollama(Answer... answers) {
    return FakeOllama.start(
        Scenario.of(answers)
            .models(
                InstalledModel.withTools("qwen2.5-coder:7b", 32_768),
                InstalledModel.withTools("other:7b", 32_768)));
  }

  private static AgentExecution begin(TestingServer server, String message) {
    return begin(server, message, "");
  }

  private static AgentExecution begin(TestingServer server, String message, String model) {
    Agent agent = server.client(AgentCommandControllerBlockingStub.class).apply(agent());
    AgentExecution given = execution(agent, message);
    return server
        .client(AgentExecutionCommandControllerBlockingStub.class)
        .create(
            given.toBuilder()
                .setSpec(
                    given.getSpec().toBuilder()
                        .setExecutionConfig(ExecutionConfig.newBuilder().setModelName(model)))
                .build());
  }

  private static AgentExecution last(TestingServer server, AgentExecution execution) {
    List<AgentExecution> states = new ArrayList<>();
    server
        .client(AgentExecutionQueryControllerBlockingStub.class)
        .subscribe(AgentExecutionId.newBuilder().setValue(execution.getMetadata().getId()).build())
        .forEachRemaining(states::add);
    return states.getLast();
  }

  static Agent agent() {
    return Agent.newBuilder()
        .setMetadata(ApiResourceMetadata.newBuilder().setName("Helper"))
        .setSpec(AgentSpec.newBuilder().setInstructions("You help with files."))
        .build();
  }

  static AgentExecution execution(Agent agent, String message) {
    return AgentExecution.newBuilder()
        .setSpec(
            AgentExecutionSpec.newBuilder()
                .setAgentId(agent.getMetadata().getId())
                .setMessage(message)
                .setExecutionConfig(ExecutionConfig.getDefaultInstance()))
        .build();
  }
}
