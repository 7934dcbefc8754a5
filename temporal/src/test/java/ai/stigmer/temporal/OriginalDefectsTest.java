package ai.stigmer.temporal;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.agentic.agent.v1.McpServerDefinition;
import ai.stigmer.agentic.agent.v1.SubAgent;
import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionStatus;
import ai.stigmer.agentic.agentexecution.v1.ExecutionPhase;
import ai.stigmer.agentic.environment.v1.EnvironmentSpec;
import ai.stigmer.agentic.executioncontext.v1.ExecutionValue;
import ai.stigmer.temporal.original.OriginalWorker;
import ai.stigmer.temporal.original.OriginalWorker.Workflows;
import ai.stigmer.testkit.anthropic.FakeAnthropic;
import ai.stigmer.testkit.http.RecordedRequest;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import ai.stigmer.testkit.openai.FakeChatCompletions;
import com.fasterxml.jackson.databind.JsonNode;
import io.temporal.client.WorkflowStub;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the original runner is known to do wrong, done right: one test for each, in the order of
 * docs/temporal.md.
 */
@Timeout(120)
@TestInstance(Lifecycle.PER_CLASS)
class OriginalDefectsTest {
  private static final String ANTHROPIC_KEY = "sk-ant-canary-0123456789";
  private static final String OPENAI_KEY = "sk-proj-canary-0123456789";

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

  private AgentExecutionStatus run(String id) {
    return site.run(OriginalSite.execution(id, "go"));
  }

  private static void assertCompleted(AgentExecutionStatus status) {
    assertThat(status.getPhase())
        .as(status.getError())
        .isEqualTo(ExecutionPhase.EXECUTION_COMPLETED);
  }

  private static JsonNode only(List<RecordedRequest> requests) {
    assertThat(requests).isNotEmpty();
    return requests.getFirst().body();
  }

  /** OriginalServerTest kills the worker instead. */
  @Test
  void aRunThatItsWorkerLetGoOfGoesOnAtItsStep() {
    var steps = new AtomicInteger();
    var asked = new CountDownLatch(1);
    var released = new CountDownLatch(1);
    try (FakeOllama ollama =
        ollama(
            Scenario.answering(
                body -> {
                  if (steps.getAndIncrement() == 0) {
                    asked.countDown();
                    await(released);
                    return Answer.call("write_file", "{\"file_path\":\"a\",\"content\":\"1\"}");
                  }
                  return Answer.text("done");
                }))) {
      OriginalWorker first = site.worker();
      WorkflowStub workflow = site.invoke(OriginalSite.execution("aex_1", "go"));
      await(asked);
      Thread closing = Thread.ofVirtual().start(first::close);
      Site.await(
          "the word to let go",
          () -> site.log().stream().filter(line -> line.contains("lets go")).findFirst());
      released.countDown();
      AgentExecutionStatus letGo = OriginalSite.result(workflow);
      assertThat(letGo.getPhase()).isEqualTo(ExecutionPhase.EXECUTION_FAILED);
      assertThat(letGo.getError()).contains("E598", "it goes on at its step");
      closing.join();

      var _ = site.runner(Workflows.SERVERS);
      AgentExecutionStatus status = run("aex_1");

      assertCompleted(status);
      assertThat(ollama.chats()).hasSize(2);
      assertThat(site.workspace("thread-ses_1").resolve("a")).hasContent("1");
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aModelThatIsQuietForLongerThanTheHeartbeatKillsNothing() {
    site.heartbeat(Duration.ofSeconds(1));
    try (FakeOllama _ = ollama(Scenario.of(Answer.text("done").after(Duration.ofSeconds(4))))) {
      var _ = site.worker();

      assertCompleted(run("aex_1"));
    }
  }

  @Test
  void maxTokensAndTemperatureAreSent() {
    site.with("STIGMER_LLM_MAX_TOKENS", "777").with("STIGMER_LLM_TEMPERATURE", "0.25");
    try (FakeOllama ollama = ollama(Scenario.of(Answer.text("done")))) {
      var _ = site.worker();
      assertCompleted(run("aex_1"));

      JsonNode options = only(ollama.chats()).path("options");
      assertThat(options.path("num_predict").asInt()).isEqualTo(777);
      assertThat(options.path("temperature").asDouble()).isEqualTo(0.25);
    }
  }

  @Test
  void theBaseUrlAndTheKeyOfOpenAiReachIts() {
    try (FakeChatCompletions server = openAi()) {
      site.with("OPENAI_API_KEY", OPENAI_KEY).with("ANTHROPIC_API_KEY", ANTHROPIC_KEY);
      var _ = site.worker();
      assertCompleted(run("aex_1"));

      assertThat(server.asked())
          .isNotEmpty()
          .allSatisfy(
              request ->
                  assertThat(request.headers())
                      .containsEntry("authorization", "Bearer " + OPENAI_KEY));
    }
  }

  @Test
  void theKeyOfAnthropicNeverGoesToOpenAi() {
    try (FakeChatCompletions server = openAi()) {
      site.with("ANTHROPIC_API_KEY", ANTHROPIC_KEY);
      var _ = site.worker();
      var _ = run("aex_1");

      assertThat(server.requests().toString()).doesNotContain(ANTHROPIC_KEY);
      assertThat(site.backend().updates("aex_1").toString()).doesNotContain(ANTHROPIC_KEY);
    }
  }

  @Test
  void withoutItsOwnKeyOpenAiIsNotAskedAndTheStatusSaysWhatToDo() {
    site.with("STIGMER_LLM_PROVIDER", "openai").with("ANTHROPIC_API_KEY", ANTHROPIC_KEY);
    var _ = site.worker();

    AgentExecutionStatus status = run("aex_1");

    assertThat(status.getPhase()).isEqualTo(ExecutionPhase.EXECUTION_FAILED);
    assertThat(status.getError()).contains("E101", "openai needs an API key", "OPENAI_API_KEY");
  }

  private FakeChatCompletions openAi() {
    FakeChatCompletions server =
        FakeChatCompletions.start(
            ai.stigmer.testkit.openai.Scenario.answering(
                body -> ai.stigmer.testkit.openai.Answer.text("done")));
    site.with("STIGMER_LLM_PROVIDER", "openai")
        .with("STIGMER_LLM_MODEL", "gpt-6.1-sol")
        .with("STIGMER_LLM_EFFORT", "none")
        .with("OPENAI_BASE_URL", server.baseUrl());
    return server;
  }

  @Test
  void aModelOfTheRequestBringsItsProviderAndItsFullName() {
    try (FakeOllama ollama = ollama(Scenario.of());
        FakeAnthropic anthropic =
            FakeAnthropic.start(
                ai.stigmer.testkit.anthropic.Scenario.of(
                    ai.stigmer.testkit.anthropic.Answer.text("done")))) {
      site.with("ANTHROPIC_BASE_URL", anthropic.baseUrl()).with("ANTHROPIC_API_KEY", ANTHROPIC_KEY);
      var _ = site.worker();

      assertCompleted(site.run(asking("aex_1", "claude-sonnet-5.5")));

      assertThat(only(anthropic.messages()).path("model").asText()).isEqualTo("claude-sonnet-5-5");
      assertThat(ollama.chats()).isEmpty();
    }
  }

  @Test
  void aFriendlyNameOfTheRequestIsLookedUp() {
    try (FakeOllama ollama =
        ollama(
            Scenario.of(Answer.text("done"))
                .models(InstalledModel.withTools("llama3.2:3b", 32_768)))) {
      var _ = site.worker();

      assertCompleted(site.run(asking("aex_1", "llama3.2")));

      assertThat(only(ollama.chats()).path("model").asText()).isEqualTo("llama3.2:3b");
    }
  }

  private static AgentExecution asking(String id, String model) {
    AgentExecution.Builder execution = OriginalSite.execution(id, "go").toBuilder();
    execution.getSpecBuilder().getExecutionConfigBuilder().setModelName(model);
    return execution.build();
  }

  @Test
  void theDefaultModelIsThatOfTheProviderWhateverTheMode() {
    try (FakeAnthropic anthropic =
        FakeAnthropic.start(
            ai.stigmer.testkit.anthropic.Scenario.of(
                ai.stigmer.testkit.anthropic.Answer.text("done")))) {
      site.with("STIGMER_LLM_PROVIDER", "anthropic")
          .with("ANTHROPIC_BASE_URL", anthropic.baseUrl())
          .with("ANTHROPIC_API_KEY", ANTHROPIC_KEY);
      var _ = site.worker();

      assertCompleted(run("aex_1"));

      assertThat(only(anthropic.messages()).path("model").asText()).startsWith("claude-");
    }
  }

  @Test
  void mergedEnvironmentsAndServersAndSubAgentsAreUsed() {
    var environments = new LinkedHashMap<String, EnvironmentSpec>();
    environments.put("base", FakeBackend.variable("PLACE", "base", false));
    environments.put("late", FakeBackend.variable("PLACE", "late", false));
    site.backend().environments(environments);
    site.backend()
        .agent(
            spec ->
                spec.setEnvSpec(FakeBackend.variable("PLACE", "agent", false))
                    .addMcpServers(tracker())
                    .addSubAgents(
                        SubAgent.newBuilder()
                            .setName("scout")
                            .setDescription("Looks around.")
                            .setInstructions("Look around, and tell.")));
    AgentExecution.Builder execution = OriginalSite.execution("aex_1", "go").toBuilder();
    execution
        .getSpecBuilder()
        .putRuntimeEnv(
            "TOKEN",
            ExecutionValue.newBuilder()
                .setValue("tok-canary-0123456789")
                .setIsSecret(true)
                .build());
    try (FakeOllama ollama =
        ollama(
            Scenario.of(
                Answer.call("tracker__where", "{}"),
                Answer.call("task", "{\"description\":\"look\",\"subagent_type\":\"scout\"}"),
                Answer.text("nothing here"),
                Answer.text("done")))) {
      site.with("STIGMER_PERMISSIONS_ALLOW", "tracker__*");
      var _ = site.worker();

      AgentExecutionStatus status = site.run(execution.build());

      assertCompleted(status);
      assertThat(status.getToolCalls(0).getResult()).contains("place=late token=[redacted]");
      assertThat(status.getSubAgentExecutionsList())
          .extracting(child -> child.getName() + ": " + child.getOutput())
          .containsExactly("scout: nothing here");
      assertThat(ollama.chats().toString() + site.backend().updates("aex_1"))
          .doesNotContain("tok-canary-0123456789");
    }
  }

  private static McpServerDefinition tracker() {
    McpServerDefinition.Builder server = McpServerDefinition.newBuilder().setName("tracker");
    server
        .getStdioBuilder()
        .setCommand(Path.of(System.getProperty("java.home"), "bin", "java").toString())
        .addArgs("-cp")
        .addArgs(System.getProperty("java.class.path"))
        .addArgs(TokenServer.class.getName())
        .putEnvPlaceholders("PLACE", "${PLACE}")
        .putEnvPlaceholders("TOKEN", "${TOKEN}");
    return server.build();
  }

  @Test
  void aRunThatGoesInCirclesEndsAtItsLimit() {
    var number = new AtomicInteger();
    try (FakeOllama ollama =
        ollama(
            Scenario.answering(
                body ->
                    Answer.call("glob", "{\"pattern\":\"" + number.incrementAndGet() + "\"}")))) {
      site.with("STIGMER_MAX_TURNS", "3");
      var _ = site.worker();

      AgentExecutionStatus status = run("aex_1");

      assertThat(status.getPhase()).isEqualTo(ExecutionPhase.EXECUTION_FAILED);
      assertThat(status.getError()).contains("E8");
      assertThat(ollama.chats()).hasSize(3);
    }
  }

  @Test
  void theShellHasNoKeyAndNoAbsolutePathLeavesTheWorkspace() {
    try (FakeOllama _ =
        ollama(
            Scenario.of(
                Answer.call("execute", "{\"command\":\"env\"}"),
                Answer.call("read_file", "{\"file_path\":\"/etc/hostname\"}"),
                Answer.text("done")))) {
      site.with("ANTHROPIC_API_KEY", ANTHROPIC_KEY).with("LD_ELSEWHERE", "unwanted");
      var _ = site.worker();

      AgentExecutionStatus status = run("aex_1");

      assertCompleted(status);
      assertThat(status.getToolCalls(0).getResult())
          .contains("PATH=")
          .doesNotContain("API_KEY", "LD_ELSEWHERE", FakeBackend.KEY, "STIGMER_");
      assertThat(status.getToolCalls(1).getError()).isNotEmpty();
      assertThat(status.getToolCalls(1).getResult()).isEmpty();
    }
  }

  @Test
  void theContextIsAskedForAtOllama() {
    try (FakeOllama ollama = ollama(Scenario.of(Answer.text("done")))) {
      var _ = site.worker();
      assertCompleted(run("aex_1"));

      assertThat(only(ollama.chats()).path("options").path("num_ctx").asInt()).isPositive();
    }
  }
}
