package ai.stigmer.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.mcp.McpHome;
import ai.stigmer.mcp.McpServer;
import ai.stigmer.mcp.McpServer.Connection.Stdio;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an agent file brings besides text and tools, and what it may not bring. */
class AgentPartsTest {
  private static final String WHOLE =
      """
      apiVersion: agentic.stigmer.ai/v1
      kind: Agent
      metadata:
        name: reviewer
      spec:
        instructions: Review the changes of this folder.
        mcp_servers:
          - name: memory
            stdio:
              command: npx
              args: [-y, server-memory]
              env_placeholders: {TOKEN: "${TOKEN}"}
            enabled_tools: [read_graph]
          - name: own
        skill_refs:
          - code-review
          - {slug: release}
        sub_agents:
          - name: tester
            description: Tests.
            instructions: Write a failing test first.
            tools: [ls]
        env_spec:
          data:
            TOKEN: {is_secret: true}
            COLOUR: {value: blue}
      """;

  @TempDir Path folder = Path.of("");

  @Test
  void everyPartOfTheContractsShapeIsRead() {
    AgentDefinition agent = AgentFile.parse("a.yaml", WHOLE);

    var stdio =
        new Stdio(
            "npx", List.of("-y", "server-memory"), Map.of("TOKEN", "${TOKEN}"), Optional.empty());
    assertThat(agent.subAgents())
        .containsExactly(
            new SubAgentDefinition(
                "tester", "Tests.", "Write a failing test first.", Optional.of(List.of("ls"))));
    assertThat(agent.parts())
        .isEqualTo(
            new AgentParts(
                List.of(
                    new McpServer("memory", stdio, List.of("read_graph"), Duration.ofSeconds(60))),
                List.of("own"),
                Optional.of(List.of("code-review", "release")),
                List.of(
                    new AgentParts.Variable("TOKEN", Optional.empty(), true),
                    new AgentParts.Variable("COLOUR", Optional.of("blue"), false))));
  }

  @Test
  void everyProblemIsToldAtOnceWithItsPlace() throws IOException {
    Path file = folder.resolve("bad.yaml");
    Files.writeString(
        file,
        WHOLE
            .replace("kind: Agent", "kind: Agents")
            .replace("command:", "comand:")
            .replace("name: reviewer", "name: Reviewer!"));

    List<Problem> problems = AgentFile.check(file);

    assertThat(problems.stream().map(Problem::message))
        .containsExactly(
            "\"kind\" must be Agent, got \"Agents\"",
            "\"metadata.name\" must be 1 to 63 lower-case letters, digits or '-', got"
                + " \"Reviewer!\"",
            "unknown key \"spec.mcp_servers[0].stdio.comand\" in an agent",
            "\"spec.mcp_servers[0].stdio.command\" is missing");
    assertThat(problems.get(2).from()).containsExactly(file + ":10:9");
    assertThat(problems.get(2).help().getFirst()).contains("did you mean");
  }

  @Test
  void aSecretHasNoValueInAnAgentFile() {
    assertThatThrownBy(
            () ->
                AgentFile.parse(
                    "a.yaml", WHOLE.replace("{is_secret: true}", "{is_secret: true, value: x}")))
        .hasMessageContaining("\"spec.env_spec.data.TOKEN\" is a secret");
  }

  @Test
  void theDefinitionOfAServerHoldsNoSecretInAnAgentFile() {
    assertThatThrownBy(
            () -> AgentFile.parse("a.yaml", WHOLE.replace("\"${TOKEN}\"", "canary-0123456789")))
        .hasMessageContaining("MCP server memory: the variable TOKEN holds a secret")
        .hasMessageNotContaining("canary");
  }

  @Test
  void aRepositoryCannotSetProviderEndpointKeyHooksOrPermissions() {
    for (String key :
        List.of(
            "model",
            "provider",
            "base_url",
            "api_key",
            "hooks",
            "permissions",
            "allow_shell",
            "execution")) {
      assertThatThrownBy(() -> AgentFile.parse("a.yaml", WHOLE + "  " + key + ": x\n"))
          .as(key)
          .hasMessageContaining("unknown key \"spec." + key + "\"");
    }
  }

  @Test
  void aRepositoryCannotBringAnMcpServerButMayNameOneOfTheUsers() throws IOException {
    // Given
    Path workspace = Files.createDirectory(folder.resolve("ws"));
    Path file = Files.writeString(workspace.resolve("a.yaml"), WHOLE);
    McpHome home = new McpHome(folder.resolve("home"));
    var stdio = new Stdio("true", List.of(), Map.of(), Optional.empty());
    home.add(new McpServer("own", stdio, List.of(), Duration.ofSeconds(60)));
    AgentDefinition agent = AgentFile.read(file);

    // Then
    assertThatThrownBy(() -> RunServers.of(agent, Optional.of(file), workspace, home))
        .hasMessageStartingWith("E160");
    assertThat(
            RunServers.of(
                agent, Optional.of(Files.copy(file, folder.resolve("b.yaml"))), workspace, home))
        .extracting(McpServer::name)
        .containsExactly("memory", "own");
    home.add(agent.parts().servers().getFirst());
    assertThat(RunServers.of(agent, Optional.of(file), workspace, home)).hasSize(2);
  }

  @Test
  void laterEnvironmentsWinAndOnlyNamedVariablesOfTheProcessCount() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("env.yaml"),
            """
            apiVersion: agentic.stigmer.ai/v1
            kind: Environment
            metadata: {name: test}
            spec:
              data:
                COLOUR: {value: red}
                PIN: {value: "very-secret-1", is_secret: true}
            """);
    var variables =
        new RunVariables(
            AgentFile.parse("a.yaml", WHOLE).parts().variables(), List.of(file), List.of("TOKEN"));

    RunVariables.Merged merged = variables.merge(Map.of("TOKEN", "token-value-1", "OTHER", "o"));

    assertThat(merged.values())
        .containsOnly(
            Map.entry("COLOUR", "red"),
            Map.entry("PIN", "very-secret-1"),
            Map.entry("TOKEN", "token-value-1"));
    assertThat(merged.secrets()).containsExactlyInAnyOrder("very-secret-1", "token-value-1");
    assertThat(variables.toJson().toString()).doesNotContain("very-secret-1", "token-value-1");
    assertThat(RunVariables.parse(variables.toJson())).isEqualTo(variables);
  }
}
