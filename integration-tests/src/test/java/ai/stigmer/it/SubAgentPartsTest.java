package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.it.StigmerProcess.Ended;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sub-agent of an agent file with servers that others wrote, and a skill. */
class SubAgentPartsTest {
  private static final String TASK = "Keep what you are told.";

  @TempDir Path folder = Path.of("");

  @Test
  void aSubAgentIsOfferedItsOwnServersToolsAndSkillsOnlyAndUsesThem() throws Exception {
    // Given
    Path agent = agent();
    Path workspace = workspace();
    try (FakeOllama ollama =
        FakeOllama.start(
            Scenario.answering(SubAgentPartsTest::answer)
                .models(InstalledModel.withTools("qwen3:8b", 65_536)))) {
      StigmerProcess stigmer =
          StigmerProcess.in(folder)
              .with("HOME", folder.toString())
              .with("OLLAMA_BASE_URL", ollama.baseUrl())
              .with("STIGMER_LLM_MODEL", "qwen3:8b");
      for (String server : List.of("memory", "everything")) {
        Ended added =
            stigmer
                .withStdin("y\n")
                .run("mcp", "add", server, "--", PublishedServer.command(server));
        assertThat(added.status()).as(added.err()).isZero();
      }
      // When
      Ended ended =
          stigmer.run(
              "run",
              "--agent",
              agent.toString(),
              "--workspace",
              workspace.toString(),
              "--output",
              "stream-json",
              "go");
      Ended context =
          stigmer.run("context", "--agent", agent.toString(), "--workspace", workspace.toString());
      // Then
      assertThat(ended.status()).as(ended.err() + ended.out()).isZero();
      assertThat(ended.out()).contains("How to keep notes.", "stigmer-was-here");
      JsonNode parent = ollama.chats().getFirst().body();
      JsonNode child = ollama.chats().get(1).body();
      assertThat(tools(parent)).contains("everything__echo", "memory__create_entities");
      assertThat(tools(child)).containsExactly("grep", "load_skill", "memory__create_entities");
      assertThat(child.path("messages").path(0).path("content").asText())
          .startsWith(TASK)
          .contains("notes: Keeps notes.");
      assertThat(context.out())
          .contains(
              "task keeper: grep, load_skill, memory__create_entities\n",
              "task keeper: skill notes  ");
    }
  }

  private Path agent() throws Exception {
    return Files.writeString(
        folder.resolve("agent.yaml"),
        """
        apiVersion: agentic.stigmer.ai/v1
        kind: Agent
        metadata:
          name: boss
        spec:
          instructions: Give the task to your keeper.
          mcp_servers: [{name: memory}, {name: everything}]
          skill_refs: []
          sub_agents:
            - name: keeper
              description: Keeps notes.
              instructions: %s
              tools: [grep]
              mcp_servers: [memory]
              mcp_tool_selections: {memory: {enabled_tools: [create_entities]}}
              skill_refs: [notes]
        """
            .formatted(TASK));
  }

  private Path workspace() throws Exception {
    Path workspace = Files.createDirectories(folder.resolve("workspace"));
    Path skill = Files.createDirectories(workspace.resolve(".stigmer/skills/notes"));
    Files.writeString(
        skill.resolve("SKILL.md"),
        "---\nname: notes\ndescription: Keeps notes.\n---\nHow to keep notes.");
    return workspace;
  }

  private static Answer answer(JsonNode body) {
    boolean child = body.path("messages").path(0).path("content").asText().startsWith(TASK);
    int step = 0;
    for (JsonNode message : body.path("messages")) {
      step += message.path("role").asText().equals("assistant") ? 1 : 0;
    }
    if (!child) {
      return step == 0
          ? Answer.call("task", "{\"description\":\"keep it\",\"subagent_type\":\"keeper\"}")
          : Answer.text("done");
    }
    return switch (step) {
      case 0 -> Answer.call("load_skill", "{\"name\":\"notes\"}");
      case 1 ->
          Answer.call(
              "memory__create_entities",
              "{\"entities\":[{\"name\":\"stigmer-was-here\",\"entityType\":\"note\","
                  + "\"observations\":[]}]}");
      default -> Answer.text("kept");
    };
  }

  private static List<String> tools(JsonNode request) {
    var names = new ArrayList<String>();
    request.path("tools").forEach(tool -> names.add(tool.path("function").path("name").asText()));
    return names;
  }
}
