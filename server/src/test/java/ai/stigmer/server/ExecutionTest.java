package ai.stigmer.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.agentic.agent.v1.Agent;
import ai.stigmer.agentic.agent.v1.AgentCommandControllerGrpc.AgentCommandControllerBlockingStub;
import ai.stigmer.agentic.agent.v1.AgentSpec;
import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionCommandControllerGrpc.AgentExecutionCommandControllerBlockingStub;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionId;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionQueryControllerGrpc.AgentExecutionQueryControllerBlockingStub;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionSpec;
import ai.stigmer.agentic.agentexecution.v1.AgentMessage;
import ai.stigmer.agentic.agentexecution.v1.ExecutionConfig;
import ai.stigmer.agentic.agentexecution.v1.ExecutionPhase;
import ai.stigmer.agentic.agentexecution.v1.ToolCallStatus;
import ai.stigmer.commons.apiresource.ApiResourceMetadata;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
