package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.agentic.agent.v1.Agent;
import ai.stigmer.agentic.agent.v1.AgentCommandControllerGrpc.AgentCommandControllerBlockingStub;
import ai.stigmer.agentic.agent.v1.AgentSpec;
import ai.stigmer.agentic.agent.v1.McpServerDefinition;
import ai.stigmer.agentic.agent.v1.StdioServer;
import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionCommandControllerGrpc.AgentExecutionCommandControllerBlockingStub;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionId;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionQueryControllerGrpc.AgentExecutionQueryControllerBlockingStub;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionSpec;
import ai.stigmer.agentic.agentexecution.v1.AgentMessage;
import ai.stigmer.agentic.agentexecution.v1.ExecutionPhase;
import ai.stigmer.agentic.agentexecution.v1.ListAgentExecutionsRequest;
import ai.stigmer.agentic.agentinstance.v1.AgentInstance;
import ai.stigmer.agentic.agentinstance.v1.AgentInstanceCommandControllerGrpc.AgentInstanceCommandControllerBlockingStub;
import ai.stigmer.agentic.agentinstance.v1.AgentInstanceSpec;
import ai.stigmer.agentic.environment.v1.Environment;
import ai.stigmer.agentic.environment.v1.EnvironmentCommandControllerGrpc.EnvironmentCommandControllerBlockingStub;
import ai.stigmer.agentic.environment.v1.EnvironmentSpec;
import ai.stigmer.agentic.environment.v1.EnvironmentValue;
import ai.stigmer.agentic.session.v1.Session;
import ai.stigmer.agentic.session.v1.SessionCommandControllerGrpc.SessionCommandControllerBlockingStub;
import ai.stigmer.agentic.session.v1.SessionSpec;
import ai.stigmer.commons.apiresource.ApiResourceMetadata;
import ai.stigmer.commons.apiresource.ApiResourceReference;
import ai.stigmer.commons.apiresource.apiresourcekind.ApiResourceKind;
import ai.stigmer.it.StigmerProcess.Running;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import ai.stigmer.testkit.postgres.PostgresServer;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Servers that begin runs, and workers that drive them, over one database and one Temporal. */
@Timeout(600)
class FleetTest {
  private static final int RUNS = 12;
  private static final int STEPS = 6;
  private static final String LOCK_KEY = "canary-of-the-lock-0123456789";
  private static final String SERVER_KEY =
      Base64.getEncoder()
          .encodeToString("0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.UTF_8));

  @TempDir Path folder = Path.of("");

  @Test
  void executionsEndOnceAndAreSeenEverywhereThoughAServerAndAWorkerAreKilled() throws Exception {
    try (PostgresServer postgres = PostgresServer.start();
        FakeOllama ollama = model();
        TemporalSite site = new TemporalSite(folder, Optional.of(postgres.newDatabase()));
        ServerProcess first = server(site, ollama, "first");
        ServerProcess second = server(site, ollama, "second");
        ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
      // Given
      List<Running> workers =
          IntStream.range(0, 3)
              .mapToObj(i -> site.worker(machine(site, ollama, "worker" + i)))
              .toList();
      List<AgentExecution> executions = begin(first);
      var ends = new ArrayList<Future<List<AgentExecution>>>();
      for (AgentExecution one : executions) {
        ends.add(readers.submit(states(second, one.getMetadata().getId())));
      }
      TemporalSite.until("runs under way", () -> linesOfAll(executions) > RUNS);
      // When
      first.kill();
      workers.getFirst().signal("KILL");
      // Then
      for (int i = 0; i < RUNS; i++) {
        List<AgentExecution> states = ends.get(i).get();
        AgentExecution last = states.getLast();
        assertThat(last.getStatus().getError()).isEmpty();
        assertThat(last.getStatus().getPhase()).isEqualTo(ExecutionPhase.EXECUTION_COMPLETED);
        assertThat(last.getStatus().getMessagesList())
            .extracting(AgentMessage::getContent)
            .anySatisfy(text -> assertThat(text).contains("\nopen\n"))
            .endsWith("done");
        assertThat(states).as("seen while it went on").hasSizeGreaterThan(3);
        assertThat(lines(last)).doesNotHaveDuplicates().isSubsetOf(numbers());
      }
      assertThat(linesOfAll(executions) + site.unknownOutcomes())
          .isGreaterThanOrEqualTo((long) RUNS * STEPS);
      assertThat(
              second
                  .client(AgentExecutionQueryControllerBlockingStub.class)
                  .list(
                      ListAgentExecutionsRequest.newBuilder()
                          .setPhase(ExecutionPhase.EXECUTION_COMPLETED)
                          .build())
                  .getEntriesList())
          .hasSize(RUNS);
      assertThat(second.said()).doesNotContain("\"bug\"");
      assertNowhere(LOCK_KEY, postgres);
    }
  }

  private StigmerProcess machine(TemporalSite site, FakeOllama ollama, String name) {
    return site.stigmer(folder.resolve(name))
        .with("STIGMER_SERVER_KEY", SERVER_KEY)
        .with("OLLAMA_BASE_URL", ollama.baseUrl())
        .with("HOME", folder.resolve(name).toString());
  }

  private ServerProcess server(TemporalSite site, FakeOllama ollama, String name) throws Exception {
    return ServerProcess.start(
        machine(site, ollama, name),
        "--engine",
        "temporal",
        "--workspaces",
        folder.resolve("workspaces").toString(),
        "--execution-mode",
        "local",
        "--allow",
        "execute");
  }

  /** Tries the lock, then a command in each step. */
  private static FakeOllama model() {
    return FakeOllama.start(
        Scenario.answering(FleetTest::step)
            .models(InstalledModel.withTools("qwen2.5-coder:7b", 32_768)));
  }

  private static Answer step(JsonNode body) {
    int step = WorkingRun.assistants(body);
    if (step == 0) {
      return Answer.call("lock__try_lock", "{}");
    }
    return step <= STEPS
        ? WorkingRun.call("execute", "command", "echo " + step + " >> log; sleep 0.3")
        : Answer.text("done");
  }

  /** An agent whose server needs a secret of an environment, and executions of it. */
  private List<AgentExecution> begin(ServerProcess server) throws Exception {
    Environment environment =
        server
            .client(EnvironmentCommandControllerBlockingStub.class)
            .create(
                Environment.newBuilder()
                    .setMetadata(ApiResourceMetadata.newBuilder().setName("keys"))
                    .setSpec(
                        EnvironmentSpec.newBuilder()
                            .putData(
                                "LOCK_KEY",
                                EnvironmentValue.newBuilder()
                                    .setValue(LOCK_KEY)
                                    .setIsSecret(true)
                                    .build()))
                    .build());
    Agent agent =
        server
            .client(AgentCommandControllerBlockingStub.class)
            .create(
                Agent.newBuilder()
                    .setMetadata(ApiResourceMetadata.newBuilder().setName("Locksmith"))
                    .setSpec(
                        AgentSpec.newBuilder()
                            .setInstructions("You open locks.")
                            .addMcpServers(
                                McpServerDefinition.newBuilder()
                                    .setName("lock")
                                    .setStdio(
                                        StdioServer.newBuilder()
                                            .setCommand("python3")
                                            .addArgs(lock().toString())
                                            .addArgs(
                                                new StringBuilder(LOCK_KEY).reverse().toString())
                                            .putEnvPlaceholders("LOCK_KEY", "${LOCK_KEY}"))))
                    .build());
    AgentInstance instance =
        server
            .client(AgentInstanceCommandControllerBlockingStub.class)
            .create(
                AgentInstance.newBuilder()
                    .setMetadata(ApiResourceMetadata.newBuilder().setName("with keys"))
                    .setSpec(
                        AgentInstanceSpec.newBuilder()
                            .setAgentId(agent.getMetadata().getId())
                            .addEnvironmentRefs(
                                ApiResourceReference.newBuilder()
                                    .setKind(ApiResourceKind.environment)
                                    .setSlug(environment.getMetadata().getSlug())))
                    .build());
    var executions = new ArrayList<AgentExecution>();
    for (int i = 0; i < RUNS; i++) {
      Session session =
          server
              .client(SessionCommandControllerBlockingStub.class)
              .create(
                  Session.newBuilder()
                      .setSpec(
                          SessionSpec.newBuilder()
                              .setAgentInstanceId(instance.getMetadata().getId()))
                      .build());
      executions.add(
          server
              .client(AgentExecutionCommandControllerBlockingStub.class)
              .create(
                  AgentExecution.newBuilder()
                      .setSpec(
                          AgentExecutionSpec.newBuilder()
                              .setSessionId(session.getMetadata().getId())
                              .setMessage("Open lock " + i))
                      .build()));
    }
    return executions;
  }

  private Path lock() throws Exception {
    Path file = folder.resolve("lock.py");
    try (InputStream in =
        Objects.requireNonNull(
            FleetTest.class.getResourceAsStream("/ai/stigmer/it/server/lock.py"))) {
      Files.copy(in, file);
    }
    return file;
  }

  private static Callable<List<AgentExecution>> states(ServerProcess server, String id) {
    return () -> {
      var states = new ArrayList<AgentExecution>();
      server
          .client(AgentExecutionQueryControllerBlockingStub.class)
          .subscribe(AgentExecutionId.newBuilder().setValue(id).build())
          .forEachRemaining(states::add);
      return states;
    };
  }

  private List<String> lines(AgentExecution execution) {
    Path log =
        folder.resolve("workspaces").resolve(execution.getSpec().getSessionId()).resolve("log");
    try {
      return Files.exists(log) ? Files.readAllLines(log) : List.of();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private long linesOfAll(List<AgentExecution> executions) {
    return executions.stream().mapToLong(one -> lines(one).size()).sum();
  }

  private static List<String> numbers() {
    return IntStream.rangeClosed(1, STEPS).mapToObj(String::valueOf).toList();
  }

  /** Neither in what Temporal keeps, nor in what processes wrote, nor in the database. */
  private void assertNowhere(String secret, PostgresServer postgres) throws Exception {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
            .as(file.toString())
            .doesNotContain(secret);
      }
    }
    assertThat(postgres.keeps("Locksmith") || postgres.keeps("You open locks.")).isTrue();
    assertThat(postgres.keeps(secret)).isFalse();
  }
}
