package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.agentic.agent.v1.Agent;
import ai.stigmer.agentic.agent.v1.AgentQueryControllerGrpc.AgentQueryControllerBlockingStub;
import ai.stigmer.agentic.agentinstance.v1.AgentInstance;
import ai.stigmer.agentic.agentinstance.v1.AgentInstanceQueryControllerGrpc.AgentInstanceQueryControllerBlockingStub;
import ai.stigmer.agentic.environment.v1.Environment;
import ai.stigmer.agentic.environment.v1.EnvironmentQueryControllerGrpc.EnvironmentQueryControllerBlockingStub;
import ai.stigmer.agentic.skill.v1.Skill;
import ai.stigmer.agentic.skill.v1.SkillQueryControllerGrpc.SkillQueryControllerBlockingStub;
import ai.stigmer.commons.apiresource.ApiResourceReference;
import ai.stigmer.it.StigmerProcess.Ended;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code stigmer apply} as a process, against a server that is another one. */
class ApplyProcessTest {
  private static final String SECRET = "canary-of-a-file-4be1";

  /** The instance stands first, and names what comes behind it. */
  private static final String RESOURCES =
      """
      apiVersion: agentic.stigmer.ai/v1
      kind: AgentInstance
      metadata: {name: helper-default}
      spec:
        agent_id: Helper
        environment_refs: [shared-things]
      ---
      apiVersion: agentic.stigmer.ai/v1
      kind: Environment
      metadata: {name: Shared things}
      spec:
        data:
          TOKEN: {value: "${APPLY_TOKEN}", is_secret: true}
          REGION: {value: eu}
      ---
      apiVersion: agentic.stigmer.ai/v1
      kind: McpServer
      metadata: {name: files}
      spec:
        stdio: {command: true, args: ["${HOME}"]}
      ---
      apiVersion: agentic.stigmer.ai/v1
      kind: Skill
      metadata: {name: tidy}
      spec:
        tag: one
        skill_md: |
          ---
          name: tidy
          description: Tidies up.
          ---
          Put things where they belong.
      ---
      apiVersion: agentic.stigmer.ai/v1
      kind: Agent
      metadata: {name: helper}
      spec:
        instructions: You help with the files of one folder.
        skill_refs: [tidy]
        sub_agents:
          - name: reader
            instructions: You read files and say what is in them.
      """;

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder = Path.of("");

  private Path file(String name, String text) throws Exception {
    return Files.writeString(folder.resolve(name), text);
  }

  private static ApiResourceReference named(String slug) {
    return ApiResourceReference.newBuilder().setSlug(slug).build();
  }

  private static void assertSaid(Ended ended, String... lines) {
    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(ended.out().lines()).containsExactly(lines);
    assertThat(ended.out() + ended.err()).doesNotContain(SECRET);
  }

  @Test
  void whatFilesSayIsAtTheServerAndOnlyWhatIsAnotherOneIsChanged() throws Exception {
    try (FakeOllama ollama =
            FakeOllama.start(
                Scenario.of(Answer.text("Hello."))
                    .models(InstalledModel.withTools("qwen2.5-coder:7b", 32_768)));
        ServerProcess server = ServerProcess.start(ServerProcess.stigmer(folder, ollama))) {
      StigmerProcess stigmer = ServerProcess.stigmer(folder, ollama).with("APPLY_TOKEN", SECRET);
      String all = file("all.yaml", RESOURCES).toString();

      Ended dry = stigmer.run("apply", "--dry-run", "-f", all);
      assertSaid(
          dry,
          "agent instance helper-default valid",
          "environment Shared things valid",
          "MCP server files valid",
          "skill tidy valid",
          "agent helper valid");
      assertSaid(
          stigmer.run("apply", "-f", all),
          "environment Shared things created",
          "MCP server files created",
          "skill tidy created",
          "agent helper created",
          "agent instance helper-default changed");
      assertSaid(
          stigmer.run("apply", "-f", all),
          "environment Shared things unchanged",
          "MCP server files unchanged",
          "skill tidy unchanged",
          "agent helper unchanged",
          "agent instance helper-default unchanged");

      Ended piped =
          stigmer
              .withStdin(RESOURCES.replace("one folder", "two folders").replace("belong", "fit"))
              .with("APPLY_TOKEN", SECRET + "2")
              .run("apply", "--server", server.uri().toString(), "-f", "-");
      assertSaid(
          piped,
          "environment Shared things changed",
          "MCP server files unchanged",
          "skill tidy changed",
          "agent helper changed",
          "agent instance helper-default unchanged");
      assertStored(server);

      Path skill = Files.createDirectories(folder.resolve("skills/tidy"));
      Files.writeString(
          skill.resolve("SKILL.md"), "---\nname: tidy\ndescription: Tidies.\n---\nTidy up.\n");
      Files.writeString(skill.resolve("list.txt"), "one\n");
      assertSaid(stigmer.run("apply", "-f", skill.toString()), "skill tidy changed");
      assertSaid(stigmer.run("apply", "-f", skill.toString()), "skill tidy unchanged");

      Ended run =
          stigmer.run("run", "--server", server.uri().toString(), "--agent", "helper", "hi");
      assertThat(run.out()).as(run.err()).contains("Hello.");
      assertThat(server.said()).doesNotContain(SECRET);
    }
  }

  private static void assertStored(ServerProcess server) throws Exception {
    Environment environment =
        server
            .client(EnvironmentQueryControllerBlockingStub.class)
            .getByReference(named("shared-things"));
    assertThat(environment.getSpec().getDataOrThrow("TOKEN").getValue()).isEqualTo("********");
    assertThat(environment.getSpec().getDataOrThrow("REGION").getValue()).isEqualTo("eu");
    Skill skill =
        server.client(SkillQueryControllerBlockingStub.class).getByReference(named("tidy"));
    assertThat(skill.getSpec().getSkillMd()).contains("where they fit");
    assertThat(skill.getSpec().getTag()).isEqualTo("one");
    Agent agent =
        server.client(AgentQueryControllerBlockingStub.class).getByReference(named("helper"));
    assertThat(agent.getSpec())
        .satisfies(spec -> assertThat(spec.getInstructions()).contains("two folders"))
        .satisfies(spec -> assertThat(spec.getSkillRefs(0).getSlug()).isEqualTo("tidy"));
    AgentInstance instance =
        server
            .client(AgentInstanceQueryControllerBlockingStub.class)
            .getByReference(named("helper-default"));
    assertThat(instance.getSpec().getAgentId()).isEqualTo(agent.getMetadata().getId());
    assertThat(instance.getSpec().getEnvironmentRefs(0).getSlug()).isEqualTo("shared-things");
    assertThat(agent.getStatus().getDefaultInstanceId()).isEqualTo(instance.getMetadata().getId());
  }

  private static JsonNode json(Ended ended) throws Exception {
    assertThat(ended.out().lines()).as(ended.err()).hasSize(1);
    assertThat(ended.out() + ended.err()).doesNotContain(SECRET);
    return JSON.readTree(ended.out());
  }

  @Test
  void programsAreToldWhatCameOfEachAndWhatIsWrong() throws Exception {
    try (FakeOllama ollama = FakeOllama.start(Scenario.of());
        ServerProcess server = ServerProcess.start(ServerProcess.stigmer(folder, ollama))) {
      StigmerProcess stigmer = ServerProcess.stigmer(folder, ollama).with("APPLY_TOKEN", SECRET);
      String all = file("all.yaml", RESOURCES).toString();
      String orphan =
          file("orphan.yaml", RESOURCES.split("---\n", 2)[0].replace("Helper", "nobody"))
              .toString();

      JsonNode dry = json(stigmer.run("apply", "--json", "--dry-run", "-f", all));
      assertThat(dry.path("resources")).hasSize(5);
      assertThat(dry.at("/resources/0").toString())
          .isEqualTo(
              "{\"kind\":\"AgentInstance\",\"name\":\"helper-default\",\"slug\":\"helper-default\","
                  + "\"result\":\"valid\",\"from\":\""
                  + all
                  + ":1:1\"}");

      Ended looks = stigmer.run("server", "token", "create", "--name", "looks", "--scope", "read");
      Ended refused =
          stigmer
              .with("STIGMER_API_KEY", looks.out().strip())
              .with("STIGMER_BACKEND_ENDPOINT", server.uri().toString())
              .run("apply", "--json", "-f", all);
      assertThat(refused.status()).isEqualTo(4);
      assertThat(json(refused).at("/problems/0/code").asText()).isEqualTo("E584");
      assertThat(refused.err()).contains("E584", "environment Shared things: ", "needs admin");

      Ended partly = stigmer.run("apply", "--json", "-f", all, "-f", orphan);
      assertThat(partly.status()).isEqualTo(3);
      assertThat(json(partly).at("/problems/0/code").asText()).isEqualTo("E122");
      Ended lone = stigmer.run("apply", "--json", "-f", orphan);
      assertThat(lone.status()).isEqualTo(2);
      assertThat(json(lone).at("/problems/0/message").asText())
          .isEqualTo("agent instance helper-default: there is no Agent \"nobody\"");
      JsonNode whole = json(stigmer.run("apply", "--json", "-f", all));
      assertThat(whole.path("ok").asBoolean()).isTrue();
      assertThat(whole.path("problems")).isEmpty();
      assertThat(whole.path("resources"))
          .extracting(one -> one.path("kind").asText() + " " + one.path("result").asText())
          .containsExactly(
              "Environment created",
              "McpServer created",
              "Skill created",
              "Agent created",
              "AgentInstance changed");
    }
  }

  @Test
  void nothingIsSentWhenSomethingIsWrongAndEachIsToldWithItsLine() throws Exception {
    StigmerProcess stigmer =
        StigmerProcess.in(folder)
            .with("HOME", folder.toString())
            .with("STIGMER_BACKEND_ENDPOINT", "http://127.0.0.1:1");
    String all = file("all.yaml", RESOURCES).toString();

    Ended unset = stigmer.run("apply", "-f", all);
    assertThat(unset.status()).isEqualTo(3);
    assertThat(unset.err()).contains("E122", "APPLY_TOKEN", "all.yaml:13:").doesNotContain("E580");

    Ended wrong =
        stigmer
            .withStdin(
                """
                apiVersion: agentic.stigmer.ai/v1
                kind: Agent
                metadata: {name: short}
                spec:
                  instructions: Short.
                  toolz: [ls]
                ---
                apiVersion: agentic.stigmer.ai/v1
                kind: Agent
                metadata: {name: short}
                spec:
                  instructions: Short.
                ---
                kind: Stranger
                ---
                apiVersion: agentic.stigmer.ai/v1
                kind: Environment
                metadata: {name: open}
                spec:
                  data:
                    TOKEN: {value: %s, is_secret: true}
                """
                    .formatted(SECRET))
            .run("apply", "--dry-run", "-f", "-");
    assertThat(wrong.status()).isEqualTo(3);
    assertThat(wrong.out()).isEmpty();
    assertThat(wrong.err())
        .contains("E121", "\"spec.toolz\"", "standard input:6:3")
        .contains("E122", "\"spec.instructions\"", "standard input:12:17")
        .contains("\"kind\" must be one of Agent, Environment, McpServer, Skill")
        .contains("\"spec.data[TOKEN].value\" is a secret", "standard input:21:")
        .doesNotContain(SECRET);

    Ended away =
        stigmer.with("APPLY_TOKEN", SECRET).with("STIGMER_API_KEY", "x").run("apply", "-f", all);
    assertThat(away.status()).isEqualTo(9);
    assertThat(away.err()).contains("E580", "all.yaml:8:1").doesNotContain(SECRET);

    Ended nobody = stigmer.with("APPLY_TOKEN", SECRET).run("apply", "--server", "", "-f", all);
    assertThat(nobody.status()).isEqualTo(9);
    assertThat(nobody.err()).contains("E566", "stigmer server start");
    assertThat(stigmer.run("apply", "-f", "absent.yaml").err()).contains("E120", "absent.yaml");
  }
}
