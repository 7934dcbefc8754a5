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
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionStatus;
import ai.stigmer.agentic.agentexecution.v1.AgentMessage;
import ai.stigmer.agentic.agentexecution.v1.ExecutionPhase;
import ai.stigmer.agentic.agentexecution.v1.ToolCallStatus;
import ai.stigmer.commons.apiresource.ApiResourceMetadata;
import ai.stigmer.it.StigmerProcess.Ended;
import ai.stigmer.testkit.Await;
import ai.stigmer.testkit.RealComponents;
import ai.stigmer.testkit.http.Fault;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server as users start, kill and stop it, and clients that others wrote. */
class ServerTest {
  private static final int AT_ONCE = 20;
  private static final int STEPS = 4;

  @TempDir Path folder = Path.of("");

  @Test
  void executionsOfAKilledServerAreGoneOnWithByTheNextOne() throws Exception {
    try (FakeOllama ollama = working()) {
      // Given
      StigmerProcess stigmer = ServerProcess.stigmer(folder, ollama);
      List<String> ids;
      try (ServerProcess server = ServerProcess.start(stigmer, "--max-runs", "8")) {
        ids = begin(server, AT_ONCE);
        await(server, ids, 5);

        // When
        server.kill();
      }

      // Then
      try (ServerProcess server = ServerProcess.start(stigmer)) {
        for (String id : ids) {
          assertWhole(last(server, id), stigmer);
        }
        assertThat(server.said()).doesNotContain("\"bug\"");
      }
    }
  }

  @Test
  void executionsOfAServerThatIsStoppedInOrderAreGoneOnWithByTheNextOne() throws Exception {
    try (FakeOllama ollama = working()) {
      StigmerProcess stigmer = ServerProcess.stigmer(folder, ollama);
      List<String> ids;
      try (ServerProcess server = ServerProcess.start(stigmer)) {
        ids = begin(server, 5);
        await(server, ids, 1);

        Ended ended = server.terminate();

        assertThat(ended.err()).contains("server.draining", "server.ended").doesNotContain("bug");
      }
      try (ServerProcess server = ServerProcess.start(stigmer)) {
        for (String id : ids) {
          assertWhole(last(server, id), stigmer);
        }
      }
    }
  }

  @Test
  void aStepThatOutlastsTheWaitOfAServerThatStopsIsWaitedForOnce() throws Exception {
    try (FakeOllama ollama =
        FakeOllama.start(
            Scenario.answering(
                    body -> Answer.text("Late.").with(new Fault.Delay(Duration.ofMinutes(3))))
                .models(InstalledModel.withTools("qwen2.5-coder:7b", 32_768)))) {
      try (ServerProcess server = ServerProcess.start(ServerProcess.stigmer(folder, ollama))) {
        begin(server, 1);
        Await.until("the model is asked", () -> !ollama.chats().isEmpty());
        Ended ended = server.terminate();
        assertThat(ended.err()).containsOnlyOnce("executions.abandoned").contains("server.ended");
      }
    }
  }

  @Test
  void aServerInTheBackgroundIsToldOfAndStopped() {
    StigmerProcess stigmer = StigmerProcess.in(folder);

    Ended none = stigmer.run("server", "status");
    Ended unlogged = stigmer.run("server", "logs");
    Ended started = stigmer.run("server", "start", "--background", "--address", "127.0.0.1:0");
    Ended again = stigmer.run("server", "start", "--address", "127.0.0.1:0");
    Ended status = stigmer.run("server", "status");
    Ended logs = stigmer.run("server", "logs");
    Ended stopped = stigmer.run("server", "stop");
    Ended after = stigmer.run("server", "stop");
    String[] elsewhere = {
      "server", "start", "--background", "--address", "192.0.2.1:1", "--behind-proxy"
    };
    stigmer.run(elsewhere);
    Ended taken = stigmer.run(elsewhere);

    assertThat(none.err()).contains("E566");
    assertThat(unlogged.status()).isEqualTo(9);
    assertThat(unlogged.err()).contains("E566", "--background", "standard error");
    assertThat(started.out()).as(started.err()).startsWith("ready: http://127.0.0.1:");
    assertThat(again.err()).contains("E565", "stigmer server stop");
    assertThat(again.status()).isEqualTo(2);
    // Its model may have been found to be away meanwhile.
    assertThat(status.out()).containsPattern("^(ready|degraded): http://127.0.0.1:");
    assertThat(status.status()).isZero();
    assertThat(logs.out()).contains("\"event\":\"server.started\"");
    assertThat(stopped.out()).as(stopped.err()).isEqualTo("stopped\n");
    assertThat(after.err()).contains("E566");
    assertThat(taken.err())
        .contains("E569", "E564")
        .doesNotContain("something else listens", "server.started");
    assertThat(taken.status()).as("that of the server").isEqualTo(3);
    assertThat(stigmer.run("server", "logs").out())
        .as("what the one that ran had to say, and the two that did not start")
        .contains("server.started", "server.ended")
        .containsPattern("(?s)E564.*E564");
    assertThat(stigmer.run("server", "logs", "-n", "-5").err()).contains("E001", "0 or more");
  }

  @Test
  void theStatusOfADegradedServerTellsWhatItIsWithout() throws Exception {
    StigmerProcess stigmer =
        StigmerProcess.in(folder).with("STIGMER_LLM_PROVIDER", "anthropic").with("MODE", "cloud");
    try (ServerProcess server = ServerProcess.start(stigmer)) {
      Ended status = stigmer.run("server", "status");

      assertThat(status.out())
          .startsWith("degraded: " + server.uri())
          .containsPattern("\n  configuration: E101: ")
          .doesNotContain("ready:", server.token());
      assertThat(status.status()).isZero();

      Path token = stigmer.home().resolve("server.token");
      Files.delete(token);
      assertThat(stigmer.run("server", "status").out()).contains("degraded: ", "/healthz/ready");
    }
  }

  @Test
  void theStatusOfAServerThatCanTakeNoWorkTellsWhatIsWrong() throws Exception {
    StigmerProcess stigmer = StigmerProcess.in(folder).with("STIGMER_LLM_PROVIDER", "ollama");
    try (ServerProcess server = ServerProcess.start(stigmer);
        Connection database =
            DriverManager.getConnection("jdbc:sqlite:" + stigmer.home().resolve("server.db"));
        Statement statement = database.createStatement()) {
      statement.execute("ALTER TABLE resources RENAME TO gone");

      Ended status = stigmer.run("server", "status");

      assertThat(status.out())
          .startsWith("not ready (status 503): " + server.uri())
          .containsPattern("\n  resources: E5\\d\\d: ")
          .doesNotContain("journal", server.token());
      assertThat(status.status()).isEqualTo(1);
    }
  }

  @Test
  void theProcessInTheBackgroundServesAndStartsNoOtherOne() throws Exception {
    StigmerProcess stigmer = StigmerProcess.in(folder);
    // Fails unless the server is the very process that is started here.
    try (ServerProcess server = ServerProcess.start(stigmer, "--logged", "--background=true")) {
      assertThat(server.said()).contains("server.started");
    }
  }

  @Test
  void theLogOfAServerInTheBackgroundDoesNotGrowWithoutEnd() throws Exception {
    StigmerProcess stigmer = StigmerProcess.in(folder);
    Ended started = stigmer.run("server", "start", "--background", "--address", "127.0.0.1:0");
    assertThat(started.status()).as(started.err()).isZero();
    Path log = stigmer.home().resolve("server.log");
    long tooMuch = (64L << 20) + 1;
    try (FileChannel written = FileChannel.open(log, StandardOpenOption.WRITE)) {
      var _ = written.write(ByteBuffer.wrap(new byte[] {'\n'}), tooMuch - 1);
    }
    Ended stopped = stigmer.run("server", "stop");
    assertThat(stopped.status()).as(stopped.err()).isZero();
    assertThat(Files.size(stigmer.home().resolve("server.log.1"))).isGreaterThan(tooMuch);
    assertThat(log).content().contains("server.ended").doesNotContain("server.started");
  }

  @Test
  void aLogThatCannotBeReadIsToldAsOne() throws Exception {
    StigmerProcess stigmer = StigmerProcess.in(folder);
    Files.createDirectories(stigmer.home().resolve("server.log"));

    Ended logs = stigmer.run("server", "logs");

    assertThat(logs.err()).contains("E506", "server.log").doesNotContain("E900");
    assertThat(logs.status()).isEqualTo(1);
  }

  @Test
  void aServerThatOthersCouldReachInTheClearDoesNotStart() {
    Ended ended = StigmerProcess.in(folder).run("server", "start", "--address", "0.0.0.0:0");

    assertThat(ended.status()).isEqualTo(3);
    assertThat(ended.err()).contains("E563", "--tls-certificate", "--behind-proxy");
  }

  @Test
  void aClientThatOthersWroteIsServed() throws Exception {
    // Given
    String modules = System.getenv().getOrDefault("STIGMER_GRPC_CLIENT", "");
    if (!Files.isDirectory(Path.of(modules, "node_modules"))) {
      throw RealComponents.missing(
          "the third-party gRPC client is missing; bin/grpc-client DIR installs it, and"
              + " STIGMER_GRPC_CLIENT=DIR names the folder");
    }
    Path script = copied("/ai/stigmer/it/server/client.js");
    Path protoset = copied("/ai/stigmer/api.protoset");
    try (FakeOllama ollama =
            FakeOllama.start(
                Scenario.of(Answer.text("Hello", " from afar."))
                    .models(InstalledModel.withTools("qwen2.5-coder:7b", 32_768)));
        ServerProcess server = ServerProcess.start(ServerProcess.stigmer(folder, ollama))) {
      // When
      Ended ended =
          StigmerProcess.in(folder)
              .runOther(
                  List.of(
                      "node",
                      script.toString(),
                      modules,
                      protoset.toString(),
                      server.uri().getAuthority(),
                      server.token()));

      // Then
      assertThat(ended.status()).as(ended.err() + server.said()).isZero();
      assertThat(ended.out())
          .contains(
              "\"withoutToken\":\"UNAUTHENTICATED\"",
              "\"shortInstructions\":\"E561: spec.instructions: ",
              "\"again\":\"ALREADY_EXISTS\"",
              "\"EXECUTION_COMPLETED\"]",
              "\"messages\":[\"MESSAGE_HUMAN: Say hello.\",\"MESSAGE_AI: Hello from afar.\"]",
              "\"listed\":[true]");
    }
  }

  private Path copied(String resource) throws Exception {
    Path file = folder.resolve(Path.of(resource).getFileName());
    try (InputStream in = Objects.requireNonNull(ServerTest.class.getResourceAsStream(resource))) {
      Files.copy(in, file);
    }
    return file;
  }

  /** Writes a file in each step, then says so. */
  private static FakeOllama working() {
    return FakeOllama.start(
        Scenario.answering(ServerTest::step)
            .models(InstalledModel.withTools("qwen2.5-coder:7b", 32_768)));
  }

  private static Answer step(JsonNode body) {
    int step = WorkingRun.assistants(body);
    Answer answer =
        step < STEPS
            ? Answer.call(
                "write_file", "{\"file_path\":\"/" + step + ".txt\",\"content\":\"" + step + "\"}")
            : Answer.text("All written.");
    return answer.with(new Fault.Delay(Duration.ofMillis(100)));
  }

  private static List<String> begin(ServerProcess server, int count) throws Exception {
    Agent agent =
        server
            .client(AgentCommandControllerBlockingStub.class)
            .create(
                Agent.newBuilder()
                    .setMetadata(ApiResourceMetadata.newBuilder().setName("Writer"))
                    .setSpec(AgentSpec.newBuilder().setInstructions("You write files."))
                    .build());
    var executions = server.client(AgentExecutionCommandControllerBlockingStub.class);
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                executions
                    .create(
                        AgentExecution.newBuilder()
                            .setSpec(
                                AgentExecutionSpec.newBuilder()
                                    .setAgentId(agent.getMetadata().getId())
                                    .setMessage("Write number " + i))
                            .build())
                    .getMetadata()
                    .getId())
        .toList();
  }

  /** Waits until so many of them have written something. */
  private static void await(ServerProcess server, List<String> ids, int count) throws Exception {
    var queries = server.client(AgentExecutionQueryControllerBlockingStub.class);
    long begun = 0;
    while (begun < count) {
      begun =
          ids.stream()
              .map(id -> queries.get(AgentExecutionId.newBuilder().setValue(id).build()))
              .filter(one -> one.getStatus().getToolCallsCount() > 0)
              .count();
    }
  }

  private static AgentExecution last(ServerProcess server, String id) throws Exception {
    var states = new ArrayList<AgentExecution>();
    server
        .client(AgentExecutionQueryControllerBlockingStub.class)
        .subscribe(AgentExecutionId.newBuilder().setValue(id).build())
        .forEachRemaining(states::add);
    return states.getLast();
  }

  private static void assertWhole(AgentExecution execution, StigmerProcess stigmer)
      throws Exception {
    AgentExecutionStatus status = execution.getStatus();
    assertThat(status.getPhase())
        .as(status.getError())
        .isEqualTo(ExecutionPhase.EXECUTION_COMPLETED);
    assertThat(status.getMessagesList())
        .extracting(AgentMessage::getContent)
        .startsWith(execution.getSpec().getMessage())
        .endsWith("All written.")
        .hasSize(2 + 2 * STEPS);
    assertThat(status.getToolCallsList())
        .hasSize(STEPS)
        .allMatch(call -> call.getStatus() == ToolCallStatus.TOOL_CALL_COMPLETED);
    Path workspace =
        stigmer
            .home()
            .resolveSibling("home-workspaces")
            .resolve(execution.getSpec().getSessionId());
    for (int i = 0; i < STEPS; i++) {
      assertThat(workspace.resolve(i + ".txt")).hasContent(String.valueOf(i));
    }
  }
}
