package ai.stigmer.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.mcp.AcceptedServer;
import ai.stigmer.mcp.McpServer;
import ai.stigmer.mcp.McpServer.Connection.Stdio;
import ai.stigmer.mcp.ToolList;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sub-agent has its own servers, tools and skills, and no others. */
class SubAgentPartsTest {
  private static final String FILE =
      """
      apiVersion: agentic.stigmer.ai/v1
      kind: Agent
      metadata:
        name: reviewer
      spec:
        instructions: Review the changes of this folder.
        mcp_servers: [{name: memory}, {name: files}]
        skill_refs: [release]
        sub_agents:
          - name: reader
            description: Reads.
            instructions: Read what you are asked for.
            tools: [grep]
            mcp_servers: [files]
            mcp_tool_selections: {files: {enabled_tools: [read]}}
            skill_refs: [code-review]
          - name: bare
            description: Has nothing.
            instructions: Think about what you are asked.
      """;

  @TempDir Path folder = Path.of("");

  private final RunContext context =
      new RunContext(
          List.of(server("memory", "recall"), server("files", "read", "write")),
          RunVariables.NONE,
          List.of());

  private static AcceptedServer server(String name, String... tools) {
    return new AcceptedServer(
        new McpServer(
            name,
            new Stdio("x", List.of(), Map.of(), Optional.empty()),
            List.of(),
            McpServer.DEFAULT_TIMEOUT),
        new ToolList(
            Stream.of(tools)
                .map(tool -> new ToolList.Offer(tool, "", "{}", false, false, false))
                .toList()));
  }

  private static List<Tool> parents() {
    var tools = new ArrayList<Tool>();
    for (String name :
        List.of("grep", "ls", "load_skill", "memory__recall", "files__read", "files__write")) {
      tools.add(Tool.named(name).describedAs(name).calling(args -> name));
    }
    return tools;
  }

  private List<String> tools(SubAgentDefinition child) {
    return Toolbox.tools(child, parents(), context).stream()
        .map(tool -> tool.spec().name())
        .toList();
  }

  @Test
  void itHasTheChosenToolsOfItsServersOnly() {
    AgentDefinition agent = AgentFile.parse("a.yaml", FILE);
    assertThat(tools(agent.subAgents().get(0))).containsExactly("grep", "files__read");
    assertThat(tools(agent.subAgents().get(1))).containsExactly("grep", "ls");
    assertThat(tools(SubAgentDefinition.GENERAL_PURPOSE)).hasSize(6);
  }

  @Test
  void itHasItsOwnSkillsAndIsToldOfThem() throws IOException {
    skill("release", "How to release.");
    skill("code-review", "How to review.");
    AgentDefinition agent = AgentFile.parse("a.yaml", FILE);
    ProjectContext project =
        ProjectContext.read(
            folder,
            Map.of("STIGMER_HOME", folder.resolve("nobody").toString()),
            agent.parts().skills());

    AgentDefinition given = project.givenTo(agent);

    SubAgentDefinition reader = given.subAgents().get(0);
    assertThat(given.instructions()).contains("How to release.").doesNotContain("How to review.");
    assertThat(reader.instructions()).contains("How to review.").doesNotContain("How to release.");
    assertThat(tools(reader)).containsExactly("grep", "files__read", "load_skill");
    assertThat(given.subAgents().get(1).instructions()).doesNotContain("Skills");
    assertThat(SubAgentJson.read(SubAgentJson.of(given.subAgents()))).isEqualTo(given.subAgents());
  }

  @Test
  void aSkillThatIsNotThereIsTold() {
    AgentDefinition agent =
        AgentFile.parse("a.yaml", FILE.replace("  skill_refs: [release]\n", ""));
    ProjectContext project =
        ProjectContext.read(
            folder,
            Map.of("STIGMER_HOME", folder.resolve("nobody").toString()),
            agent.parts().skills());
    assertThatThrownBy(() -> project.givenTo(agent))
        .hasMessageContaining("E164")
        .hasMessageContaining("sub-agent reader");
  }

  @Test
  void whatItsAgentDoesNotHaveIsRefused() throws IOException {
    Path file = folder.resolve("a.yaml");
    Files.writeString(
        file,
        FILE.replace("mcp_servers: [files]", "mcp_servers: [web]")
            .replace("skill_refs: [release]", ""));
    assertThat(AgentFile.check(file).stream().map(problem -> problem.message()))
        .containsExactly(
            "the sub-agent reader names the MCP server web, which the agent does not have",
            "the sub-agent reader chooses tools of the MCP server files, which it does not name in"
                + " mcp_servers");
  }

  @Test
  void oneOfAnEarlierVersionHasWhatItsParentHas() throws IOException {
    String json = "[{\"name\":\"old\",\"description\":\"d\",\"instructions\":\"Do as you did.\"}]";
    List<SubAgentDefinition> old = SubAgentJson.read(new ObjectMapper().readTree(json));
    assertThat(tools(old.getFirst())).hasSize(6);
  }

  private void skill(String name, String description) throws IOException {
    Path place = Files.createDirectories(folder.resolve(".stigmer/skills").resolve(name));
    Files.writeString(
        place.resolve("SKILL.md"),
        "---\nname: " + name + "\ndescription: " + description + "\n---\nBody.");
  }
}
