package ai.stigmer.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.agentic.agent.v1.Agent;
import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionStatus;
import ai.stigmer.agentic.agentexecution.v1.ExecutionPhase;
import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.loop.SteeringDesk;
import ai.stigmer.store.PostgresJournal;
import ai.stigmer.store.PostgresUrl;
import ai.stigmer.testkit.Await;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import ai.stigmer.testkit.postgres.PostgresServer;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that drives runs itself over a real PostgreSQL, and what others leave it to do. */
@Timeout(180)
class QuietFleetTest {
  private static final int RUNS = 24;

  /** What each look asks first, once for those that wait and once for those at work. */
  private static final String LOOK = "SELECT id FROM resources WHERE kind";

  @TempDir Path folder = Path.of("");

  @Test
  void aLookAtRunsThatWaitOrThatOthersDriveCostsAsMuchForManyAsForOne() throws Exception {
    try (PostgresServer postgres = PostgresServer.start("log_statement=all");
        FakeOllama ollama = asking()) {
      String url = postgres.newDatabase();
      try (Backend server = server(url, ollama)) {
        // Given
        Agent agent = server.shelves().agents().create(ExecutionTest.agent());
        var all = new ArrayList<AgentExecution>();
        for (int i = 0; i < RUNS; i++) {
          all.add(server.executions().create(ExecutionTest.execution(agent, "go " + i)));
        }
        for (AgentExecution one : all) {
          Await.until("the question of " + id(one), () -> server.executions().isAsked(id(one)));
        }
        driveElsewhere(postgres, url, all.subList(0, RUNS / 2));
        awaitLooks(postgres, 2);
        // When
        int before = postgres.said().length();
        awaitLooks(postgres, 4);
        String said = postgres.said().substring(before);
        // Then
        String looks = said.substring(said.indexOf(LOOK), said.lastIndexOf(LOOK));
        List<String> statements = looks.lines().filter(line -> line.contains("execute ")).toList();
        assertThat(statements)
            .as("statements of at most four looks at " + RUNS + " runs")
            .hasSizeLessThan(2 * RUNS);
        assertThat(statements)
            .filteredOn(line -> line.matches(".*: (INSERT|UPDATE|DELETE) .*"))
            .as("writes, but for the sign of life of the server")
            .allMatch(line -> line.contains("holders"));
      }
    }
  }

  @Test
  void aWordForARunThatAnotherServerDrivesCostsNoWriteHoweverOftenItIsLookedAt() throws Exception {
    try (PostgresServer postgres = PostgresServer.start("log_statement=all");
        FakeOllama ollama = asking()) {
      String url = postgres.newDatabase();
      try (Backend server = server(url, ollama)) {
        // Given
        Agent agent = server.shelves().agents().create(ExecutionTest.agent());
        AgentExecution one = server.executions().create(ExecutionTest.execution(agent, "go"));
        Await.until("a question", () -> server.executions().isAsked(id(one)));
        driveElsewhere(postgres, url, List.of(one));
        new SteeringDesk(server.journal()).cancel(id(one), "somebody");
        // When
        int before = postgres.said().length();
        awaitLooks(postgres, 4);
        // Then
        assertThat(postgres.said().substring(before).lines())
            .filteredOn(line -> line.matches(".*: (INSERT|UPDATE|DELETE) .*"))
            .as("writes, but for the sign of life of the server")
            .allMatch(line -> line.contains("holders"));
      }
    }
  }

  /** As another server does that says it lives. */
  private static void driveElsewhere(
      PostgresServer postgres, String url, List<AgentExecution> executions) {
    String database = PostgresServer.name(url);
    String _ =
        postgres.sql(
            database,
            "INSERT INTO stigmer.holders VALUES ('1@another/1', now() + interval '1 day')");
    for (AgentExecution one : executions) {
      String _ =
          postgres.sql(
              database,
              "UPDATE stigmer.executions SET holder = '1@another/1' WHERE run_id = '"
                  + id(one)
                  + "'");
    }
  }

  private static void awaitLooks(PostgresServer postgres, int count) {
    long before = looks(postgres);
    Await.until("looks", () -> looks(postgres) >= before + 2L * count);
  }

  private static long looks(PostgresServer postgres) {
    return postgres.said().lines().filter(line -> line.contains(LOOK)).count();
  }

  @Test
  void afterARestartTheOneThatHasItsSessionsTurnGoesOnThoughAnOlderOneWaitsForIt()
      throws Exception {
    try (PostgresServer postgres = PostgresServer.start();
        FakeOllama ollama = asking()) {
      String url = postgres.newDatabase();
      AgentExecution one;
      AgentExecution two;
      // Given
      try (Backend server = server(url, ollama)) {
        Agent agent = server.shelves().agents().create(ExecutionTest.agent());
        one = server.executions().create(ExecutionTest.execution(agent, "go"));
        Await.until("a question", () -> server.executions().isAsked(id(one)));
        report(server, one, ExecutionPhase.EXECUTION_CANCELLED);
        Await.until("its end", () -> new SteeringDesk(server.journal()).end(id(one)).isPresent());
        two = server.executions().create(next(one));
        Await.until("its question", () -> server.executions().isAsked(id(two)));
        AgentExecution again = server.executions().resume(id(one));
        assertThat(again.getStatus().getPhase()).isEqualTo(ExecutionPhase.EXECUTION_IN_PROGRESS);
      }
      approveAndDie(url, two);
      // When
      try (Backend server = server(url, ollama)) {
        // Then
        Await.until("its end", () -> phase(server, two) == ExecutionPhase.EXECUTION_COMPLETED);
        Await.until("the turn of the older one", () -> server.executions().isAsked(id(one)));
      }
    }
  }

  /** Takes a run over, and gives it back with nothing left to wait for. */
  private static void approveAndDie(String url, AgentExecution execution) {
    try (PostgresJournal journal =
            PostgresJournal.open(PostgresUrl.parse(url), InstantSource.system(), _ -> {});
        JournalWriter writer = journal.claim(id(execution), "another server")) {
      writer.append(
          List.of(
              new JournalEntry.RunResumed("another server"),
              new JournalEntry.ApprovalDecided(
                  id(execution) + ".1", new ApprovalDecision.Approved(), "somebody")));
    }
  }

  private static void report(Backend server, AgentExecution execution, ExecutionPhase phase) {
    var _ =
        server
            .executions()
            .report(id(execution), AgentExecutionStatus.newBuilder().setPhase(phase).build());
  }

  private static ExecutionPhase phase(Backend server, AgentExecution execution) {
    return server.executions().get(id(execution)).getStatus().getPhase();
  }

  private static AgentExecution next(AgentExecution before) {
    return AgentExecution.newBuilder()
        .setSpec(
            before.getSpec().toBuilder()
                .clearAgentId()
                .setSessionId(before.getSpec().getSessionId()))
        .build();
  }

  private static String id(AgentExecution execution) {
    return execution.getMetadata().getId();
  }

  /** A model that wants to run a command, and is done when that was answered. */
  private static FakeOllama asking() {
    return FakeOllama.start(
        Scenario.answering(
                body ->
                    body.path("messages")
                            .path(body.path("messages").size() - 1)
                            .path("role")
                            .asText()
                            .equals("tool")
                        ? Answer.text("done")
                        : Answer.call("execute", "{\"command\":\"true\"}"))
            .models(InstalledModel.withTools("qwen2.5-coder:7b", 32_768)));
  }

  private Backend server(String url, FakeOllama ollama) throws Exception {
    Files.createDirectories(folder.resolve("home"));
    ServerOptions files =
        TestingServer.options(
            folder,
            Map.of(
                "OLLAMA_BASE_URL",
                ollama.baseUrl(),
                "STIGMER_APPROVALS_WHEN_ABSENT",
                "wait",
                "STIGMER_EXECUTION_MODE",
                "local"));
    var options =
        new ServerOptions(
            files.address(),
            files.names(),
            files.tls(),
            files.exposure(),
            files.home(),
            new ServerOptions.Database.Postgres(PostgresUrl.parse(url)),
            files.workspaces(),
            files.maxRuns(),
            files.configuration(),
            files.env());
    var log =
        new ServerLog(
            new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
            InstantSource.system());
    Backend backend = Backend.open(options, new Driving.Here(), log, InstantSource.system());
    backend.executions().pickUp();
    return backend;
  }
}
