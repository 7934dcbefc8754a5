package ai.stigmer.runner.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.agentic.agent.v1.Agent;
import ai.stigmer.agentic.agent.v1.AgentSpec;
import ai.stigmer.agentic.agent.v1.HttpServer;
import ai.stigmer.agentic.agent.v1.McpServerDefinition;
import org.junit.jupiter.api.Test;

class ContractAgentTest {

  @Test
  void aServerWhoseDefinitionHoldsASecretIsRefusedAndTheSecretIsNotTold() {
    assertThat(ContractAgent.servers(agent("Bearer ${HUB_TOKEN}"))).hasSize(1);
    assertThatThrownBy(() -> ContractAgent.servers(agent("Bearer canary-0123456789")))
        .hasMessageContaining("E122")
        .hasMessageContaining("Authorization holds a secret")
        .hasMessageNotContaining("canary");
  }

  private static Agent agent(String authorization) {
    var hub =
        McpServerDefinition.newBuilder()
            .setName("hub")
            .setHttp(
                HttpServer.newBuilder()
                    .setUrl("https://hub.example.com/mcp")
                    .putHeaders("Authorization", authorization));
    return Agent.newBuilder().setSpec(AgentSpec.newBuilder().addMcpServers(hub)).build();
  }
}
