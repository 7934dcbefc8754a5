package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.agentic.agent.v1.Agent;
import ai.stigmer.agentic.agent.v1.AgentCommandControllerGrpc.AgentCommandControllerBlockingStub;
import ai.stigmer.agentic.agent.v1.AgentSpec;
import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionCommandControllerGrpc.AgentExecutionCommandControllerBlockingStub;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionId;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionQueryControllerGrpc.AgentExecutionQueryControllerBlockingStub;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionSpec;
import ai.stigmer.agentic.agentexecution.v1.ExecutionPhase;
import ai.stigmer.agentic.agentexecution.v1.ListAgentExecutionsRequest;
import ai.stigmer.commons.apiresource.ApiResourceMetadata;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import ai.stigmer.testkit.postgres.PostgresServer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two servers that drive runs themselves, as processes of their own, over one real PostgreSQL. */
@Timeout(600)
class TwoServersTest {
  private static final AtomicInteger BEGUN = new AtomicInteger();
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int RUNS = 20;
  private static final int STEPS = 4;
  private static final String SERVER_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

  @TempDir Path folder = Path.of("");

  /** The database of the first server, for the second one. */
  private String url = "";

  @Test
  void whatOneServerDrivesIsSeenDecidedAndCancelledAtTheOther() throws Exception {
    try (PostgresServer postgres = PostgresServer.start();
        FakeOllama ollama = model("echo ran >> log", 1);
        ServerProcess first = server(postgres.newDatabase(), ollama, "first");
        ServerProcess second = server(url, ollama, "second");
        ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
      // Given
      Agent agent = agent(first);
      AgentExecution one = begin(first, agent);
      AgentExecution two = begin(first, agent);
      Future<List<AgentExecution>> states = readers.submit(states(second, id(one)));
      Future<String> feed = readers.submit(() -> feed(second, id(one)));
      TemporalSite.until("questions", () -> approvals(second).size() == 2);
      // When
      assertThat(post(second, "/api/approvals/" + id(one) + ".1", "{\"decision\":\"approved\"}"))
          .isEqualTo(200);
      assertThat(post(second, "/api/runs/" + id(two) + "/cancel", "{}")).isEqualTo(200);
      // Then
      AgentExecution last = states.get().getLast();
      assertThat(last.getStatus().getError()).isEmpty();
      assertThat(last.getStatus().getPhase()).isEqualTo(ExecutionPhase.EXECUTION_COMPLETED);
      for (ServerProcess server : List.of(first, second)) {
        assertThat(states(server, id(two)).call().getLast().getStatus().getPhase())
            .isEqualTo(ExecutionPhase.EXECUTION_CANCELLED);
        assertThat(phases(server, ExecutionPhase.EXECUTION_COMPLETED)).isEqualTo(1);
        assertThat(server.said()).doesNotContain("\"bug\"");
      }
      assertThat(lines(one)).hasSize(1);
      assertThat(lines(two)).isEmpty();
      assertFedOnce(feed.get());
    }
  }

  @Test
  void aCommandThatRunsAtOneServerIsStoppedByACancelAtTheOther() throws Exception {
    try (PostgresServer postgres = PostgresServer.start();
        FakeOllama ollama = model("echo ran >> log; sleep 600", 1);
        ServerProcess first =
            server(postgres.newDatabase(), ollama, "first", "--allow", "execute");
        ServerProcess second = server(url, ollama, "second", "--allow", "execute")) {
      // Given
      AgentExecution one = begin(first, agent(first));
      TemporalSite.until("the command", () -> lines(one).size() == 1);
      // When
      assertThat(post(second, "/api/runs/" + id(one) + "/cancel", "{}")).isEqualTo(200);
      // Then
      for (ServerProcess server : List.of(first, second)) {
        assertThat(states(server, id(one)).call().getLast().getStatus().getPhase())
            .isEqualTo(ExecutionPhase.EXECUTION_CANCELLED);
      }
    }
  }

  @Test
  void theRunsOfAKilledServerEndAtTheOtherOnceEachThoughTheDatabaseRestarts() throws Exception {
    try (PostgresServer postgres = PostgresServer.start();
        FakeOllama ollama = model("sleep 0.2", STEPS);
        ServerProcess first =
            server(postgres.newDatabase(), ollama, "first", "--allow", "execute");
        ServerProcess second = server(url, ollama, "second", "--allow", "execute")) {
      // Given
      List<AgentExecution> all = begin(first, RUNS);
      TemporalSite.until("runs under way", () -> linesOfAll(all) > RUNS);
      // When
      first.kill();
      postgres.stop();
      postgres.restart();
      // Then
      assertEndedOnce(second, all);
    }
  }

  @Test
  void aServerThatIsToldToStopHandsItsRunsOverBetweenTwoSteps() throws Exception {
    try (PostgresServer postgres = PostgresServer.start();
        FakeOllama ollama = model("sleep 0.2", STEPS);
        ServerProcess first =
            server(postgres.newDatabase(), ollama, "first", "--allow", "execute");
        ServerProcess second = server(url, ollama, "second", "--allow", "execute")) {
      // Given
      List<AgentExecution> all = begin(first, RUNS);
      TemporalSite.until("runs under way", () -> linesOfAll(all) > RUNS);
      // When
      assertThat(first.terminate().err()).contains("server.ended").doesNotContain("abandoned");
      // Then
      assertEndedOnce(second, all);
      assertThat(linesOfAll(all)).isEqualTo((long) RUNS * STEPS);
    }
  }

  private ServerProcess server(String database, FakeOllama ollama, String name, String... more)
      throws Exception {
    url = database;
    var words =
        new ArrayList<>(
            List.of(
                "--workspaces",
                folder.resolve("workspaces").toString(),
                "--execution-mode",
                "local"));
    words.addAll(List.of(more));
    return ServerProcess.start(
        ServerProcess.stigmer(folder.resolve(name), ollama)
            .with("STIGMER_DATABASE_URL", database)
            .with("STIGMER_SERVER_KEY", SERVER_KEY)
            .with("STIGMER_APPROVALS_WHEN_ABSENT", "wait"),
        words.toArray(String[]::new));
  }

  /** A command in each step, which writes the step's number and does the rest. */
  private static FakeOllama model(String command, int steps) {
    return FakeOllama.start(
        Scenario.answering(body -> step(body, command, steps))
            .models(InstalledModel.withTools("qwen2.5-coder:7b", 32_768)));
  }

  private static Answer step(JsonNode body, String command, int steps) {
    int step = WorkingRun.assistants(body) + 1;
    return step <= steps
        ? WorkingRun.call(
            "execute", "command", steps == 1 ? command : "echo " + step + " >> log; " + command)
        : Answer.text("done");
  }

  private static Agent agent(ServerProcess server) throws Exception {
    return server
        .client(AgentCommandControllerBlockingStub.class)
        .create(
            Agent.newBuilder()
                .setMetadata(ApiResourceMetadata.newBuilder().setName("Worker"))
                .setSpec(AgentSpec.newBuilder().setInstructions("You run commands."))
                .build());
  }

  /** Each says something else, by which the model knows the conversations apart. */
  private static AgentExecution begin(ServerProcess server, Agent agent) throws Exception {
    return server
        .client(AgentExecutionCommandControllerBlockingStub.class)
        .create(
            AgentExecution.newBuilder()
                .setSpec(
                    AgentExecutionSpec.newBuilder()
                        .setAgentId(agent.getMetadata().getId())
                        .setMessage("go " + BEGUN.incrementAndGet()))
                .build());
  }

  private static List<AgentExecution> begin(ServerProcess server, int runs) throws Exception {
    Agent agent = agent(server);
    var all = new ArrayList<AgentExecution>();
    for (int i = 0; i < runs; i++) {
      all.add(begin(server, agent));
    }
    return all;
  }

  /** Every run has its end, and none of its commands ran twice. */
  private void assertEndedOnce(ServerProcess server, List<AgentExecution> all) throws Exception {
    for (AgentExecution one : all) {
      AgentExecution last = states(server, id(one)).call().getLast();
      assertThat(last.getStatus().getError()).isEmpty();
      assertThat(last.getStatus().getPhase()).isEqualTo(ExecutionPhase.EXECUTION_COMPLETED);
      assertThat(lines(one))
          .doesNotHaveDuplicates()
          .isSubsetOf(IntStream.rangeClosed(1, STEPS).mapToObj(String::valueOf).toList());
    }
    assertThat(phases(server, ExecutionPhase.EXECUTION_COMPLETED)).isEqualTo(all.size());
    assertThat(server.said()).doesNotContain("\"bug\"");
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

  /** The run's own events, as the server has them that does not drive it; ends with the run. */
  private static String feed(ServerProcess server, String id) throws Exception {
    return http()
        .send(
            request(server, "/api/executions/" + id + "/feed").GET().build(),
            BodyHandlers.ofString())
        .body();
  }

  /** Told from its beginning to its end, each entry of the journal once and in order. */
  private static void assertFedOnce(String feed) {
    assertThat(feed)
        .containsSubsequence(
            "event: begun",
            "run-started",
            "approval-requested",
            "approval-decided",
            "tool-finished",
            "run-finished");
    List<Integer> places =
        feed.lines()
            .filter(line -> line.startsWith("id: "))
            .map(line -> Integer.valueOf(line.substring(4)))
            .toList();
    assertThat(places).hasSizeGreaterThan(5).isSorted().doesNotHaveDuplicates();
  }

  private static int phases(ServerProcess server, ExecutionPhase phase) throws Exception {
    return server
        .client(AgentExecutionQueryControllerBlockingStub.class)
        .list(ListAgentExecutionsRequest.newBuilder().setPhase(phase).build())
        .getEntriesCount();
  }

  private static JsonNode approvals(ServerProcess server) {
    try {
      String body =
          http()
              .send(request(server, "/api/approvals").GET().build(), BodyHandlers.ofString())
              .body();
      return JSON.readTree(body).path("approvals");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static int post(ServerProcess server, String path, String body) throws Exception {
    return http()
        .send(
            request(server, path)
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.ofString())
        .statusCode();
  }

  private static HttpClient http() {
    return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  }

  private static HttpRequest.Builder request(ServerProcess server, String path) throws Exception {
    return HttpRequest.newBuilder(server.uri().resolve(path))
        .header("authorization", "Bearer " + server.token());
  }

  private static String id(AgentExecution execution) {
    return execution.getMetadata().getId();
  }

  private List<String> lines(AgentExecution execution) {
    Path log =
        folder.resolve("workspaces").resolve(execution.getSpec().getSessionId()).resolve("log");
    try {
      return Files.exists(log) ? Files.readAllLines(log) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private long linesOfAll(List<AgentExecution> all) {
    return all.stream().mapToLong(one -> lines(one).size()).sum();
  }
}
