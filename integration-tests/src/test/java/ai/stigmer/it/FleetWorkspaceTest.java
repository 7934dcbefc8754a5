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
import ai.stigmer.agentic.agentexecution.v1.AgentMessage;
import ai.stigmer.agentic.agentexecution.v1.ExecutionPhase;
import ai.stigmer.agentic.skill.v1.PushSkillRequest;
import ai.stigmer.agentic.skill.v1.SkillCommandControllerGrpc.SkillCommandControllerBlockingStub;
import ai.stigmer.commons.apiresource.ApiResourceMetadata;
import ai.stigmer.commons.apiresource.ApiResourceReference;
import ai.stigmer.commons.apiresource.apiresourcekind.ApiResourceKind;
import ai.stigmer.it.StigmerProcess.Running;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import ai.stigmer.testkit.postgres.PostgresServer;
import ai.stigmer.testkit.s3.S3Server;
import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Machines that share a database and a store of workspaces, and no folder of workspaces. */
@Timeout(600)
class FleetWorkspaceTest {
  private static final int STEPS = 16;

  /** The step that takes until the test says so. */
  private static final int HELD = 9;

  private static final String PAUSE = "sleep 0.5";
  private static final String TOLD = "[stigmer] The machine";
  private static final String SERVER_KEY =
      Base64.getEncoder()
          .encodeToString("0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.UTF_8));

  @TempDir Path folder = Path.of("");

  /** Where workspaces are kept. */
  private Map<String, String> store = Map.of();

  @Test
  void aSessionGoesOnOnAnotherMachineWithItsFilesAndKnowsWhatMayBeGone() throws Exception {
    store = Map.of("STIGMER_WORKSPACE_STORE", folder.resolve("store").toString());
    losesAMachine();
  }

  @Test
  void soItDoesWithTheFilesInABucket() throws Exception {
    try (S3Server s3 = S3Server.start(Files.createDirectory(folder.resolve("s3")))) {
      Path bucket = s3.newBucket("workspaces");
      var variables = new HashMap<>(s3.env());
      variables.put("STIGMER_WORKSPACE_STORE", "s3://workspaces/of-a-fleet");
      store = variables;
      losesAMachine();
      assertThat(bucket.resolve("of-a-fleet/objects")).isNotEmptyDirectory();
    }
  }

  private void losesAMachine() throws Exception {
    try (PostgresServer postgres = PostgresServer.start();
        FakeOllama ollama = model();
        TemporalSite site = new TemporalSite(folder, Optional.of(postgres.newDatabase()));
        ServerProcess server = server(site, ollama)) {
      // Given
      Running first = site.worker(machine(site, ollama, "first"));
      AgentExecution execution = begin(server);
      TemporalSite.until("steps", () -> lines("first", execution).contains("" + HELD));
      var _ = site.worker(machine(site, ollama, "second"));
      // When
      first.signal("KILL");
      Files.createFile(folder.resolve("go"));
      AgentExecution last = last(server, execution);
      // Then
      assertThat(last.getStatus().getError()).isEmpty();
      assertThat(last.getStatus().getPhase()).isEqualTo(ExecutionPhase.EXECUTION_COMPLETED);
      List<String> said =
          last.getStatus().getMessagesList().stream().map(AgentMessage::getContent).toList();
      assertThat(said).endsWith("done").anyMatch(text -> text.contains("Count on your fingers."));
      List<String> there = lines("second", execution);
      assertThat(there).doesNotHaveDuplicates().isSubsetOf(numbers()).contains("" + STEPS);
      assertThat(there).as("what the first machine had kept").contains("1");
      long gone =
          said.stream().filter(text -> text.startsWith(TOLD)).mapToLong(this::commands).sum();
      assertThat(there.size() + gone).isGreaterThanOrEqualTo(STEPS);
      // When the session goes on
      AgentExecution next = next(server, last);
      // Then
      assertThat(last(server, next).getStatus().getMessagesList())
          .extracting(AgentMessage::getContent)
          .contains("All lines: " + there.size());
      assertThat(server.said()).doesNotContain("\"bug\"");
    }
  }

  /** The worker that has what is missing nowhere else is gone, too; nothing but trying tells. */
  @Test
  void aStoreThatHasLostAWorkspaceEndsTheExecutionAfterTenTriesWithWhatIsMissing()
      throws Exception {
    Path kept = folder.resolve("store/objects");
    store = Map.of("STIGMER_WORKSPACE_STORE", folder.resolve("store").toString());
    try (PostgresServer postgres = PostgresServer.start();
        FakeOllama ollama = model();
        TemporalSite site = new TemporalSite(folder, Optional.of(postgres.newDatabase()));
        ServerProcess server = server(site, ollama)) {
      // Given
      Running first = site.worker(machine(site, ollama, "first"));
      AgentExecution execution = begin(server);
      TemporalSite.until("steps", () -> lines("first", execution).contains("" + HELD));
      first.signal("KILL");
      Files.move(kept, folder.resolve("lost"));
      Files.createDirectory(kept);
      // When
      Running second = site.worker(machine(site, ollama, "second"));
      for (int tries : List.of(5, 8)) {
        TemporalSite.until(tries + " tries", () -> lost(second) >= tries);
      }
      AgentExecution last = last(server, execution);
      // Then
      assertThat(last.getStatus().getPhase()).isEqualTo(ExecutionPhase.EXECUTION_FAILED);
      assertThat(last.getStatus().getError()).contains("E593", "E527", "stigmer resume");
      assertThat(lost(second)).as("the killed worker had the first try").isEqualTo(9);
      assertThat(lines("second", execution)).isEmpty();
    }
  }

  /** How often a worker has said that a workspace is lost. */
  private static int lost(Running worker) {
    return StigmerProcess.read(worker.err()).split("error\\[E527\\]", -1).length - 1;
  }

  private long commands(String text) {
    return text.split("execute \\(entry", -1).length - 1L;
  }

  private StigmerProcess machine(TemporalSite site, FakeOllama ollama, String name) {
    StigmerProcess machine = site.stigmer(folder.resolve(name));
    for (Map.Entry<String, String> variable : store.entrySet()) {
      machine = machine.with(variable.getKey(), variable.getValue());
    }
    return machine
        .with("STIGMER_SERVER_KEY", SERVER_KEY)
        .with("STIGMER_TEMPORAL_SEGMENT", "2s")
        .with("OLLAMA_BASE_URL", ollama.baseUrl())
        .with("HOME", folder.resolve(name).toString());
  }

  private ServerProcess server(TemporalSite site, FakeOllama ollama) throws Exception {
    return ServerProcess.start(
        machine(site, ollama, "server"),
        "--engine",
        "temporal",
        "--execution-mode",
        "local",
        "--allow",
        "execute");
  }

  private FakeOllama model() {
    return FakeOllama.start(
        Scenario.answering(this::step)
            .models(InstalledModel.withTools("qwen2.5-coder:7b", 32_768)));
  }

  /** Loads a skill, writes a line in each step, and counts them when it is asked again. */
  private Answer step(JsonNode body) {
    List<String> texts = body.path("messages").findValuesAsText("content");
    int again = texts.lastIndexOf("How many?");
    if (again >= 0) {
      String counted = texts.getLast();
      return texts.size() - 1 == again
          ? WorkingRun.call("execute", "command", "wc -l < log")
          : Answer.text("All lines: " + counted.replaceAll("\\D*(\\d+)(?s).*", "$1"));
    }
    int step = WorkingRun.assistants(body);
    if (step == 0) {
      return Answer.call("load_skill", "{\"name\":\"count\"}");
    }
    return step <= STEPS
        ? WorkingRun.call(
            "execute", "command", "echo " + step + " >> log; " + (step == HELD ? held() : PAUSE))
        : Answer.text("done");
  }

  private String held() {
    return "until [ -e " + folder.resolve("go") + " ]; do sleep 0.1; done";
  }

  private static AgentExecution begin(ServerProcess server) throws Exception {
    var _ =
        server
            .client(SkillCommandControllerBlockingStub.class)
            .push(PushSkillRequest.newBuilder().setName("count").setArtifact(skill()).build());
    Agent agent =
        server
            .client(AgentCommandControllerBlockingStub.class)
            .create(
                Agent.newBuilder()
                    .setMetadata(ApiResourceMetadata.newBuilder().setName("Counter"))
                    .setSpec(
                        AgentSpec.newBuilder()
                            .setInstructions("You count things.")
                            .addSkillRefs(
                                ApiResourceReference.newBuilder()
                                    .setKind(ApiResourceKind.skill)
                                    .setSlug("count")))
                    .build());
    return server
        .client(AgentExecutionCommandControllerBlockingStub.class)
        .create(
            AgentExecution.newBuilder()
                .setSpec(
                    AgentExecutionSpec.newBuilder()
                        .setAgentId(agent.getMetadata().getId())
                        .setMessage("Count."))
                .build());
  }

  private static ByteString skill() throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("SKILL.md"));
      zip.write(
          "---\nname: count\ndescription: Counts.\n---\nCount on your fingers.\n"
              .getBytes(StandardCharsets.UTF_8));
      zip.closeEntry();
    }
    return ByteString.copyFrom(bytes.toByteArray());
  }

  private static AgentExecution next(ServerProcess server, AgentExecution before) throws Exception {
    return server
        .client(AgentExecutionCommandControllerBlockingStub.class)
        .create(
            AgentExecution.newBuilder()
                .setSpec(
                    AgentExecutionSpec.newBuilder()
                        .setSessionId(before.getSpec().getSessionId())
                        .setMessage("How many?"))
                .build());
  }

  private static AgentExecution last(ServerProcess server, AgentExecution execution)
      throws Exception {
    var states = new ArrayList<AgentExecution>();
    server
        .client(AgentExecutionQueryControllerBlockingStub.class)
        .subscribe(AgentExecutionId.newBuilder().setValue(execution.getMetadata().getId()).build())
        .forEachRemaining(states::add);
    return states.getLast();
  }

  private List<String> lines(String machine, AgentExecution execution) {
    Path log =
        folder
            .resolve(machine)
            .resolve("home-workspaces")
            .resolve(execution.getSpec().getSessionId())
            .resolve("log");
    try {
      return Files.exists(log) ? Files.readAllLines(log) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> numbers() {
    return IntStream.rangeClosed(1, STEPS).mapToObj(String::valueOf).toList();
  }
}
