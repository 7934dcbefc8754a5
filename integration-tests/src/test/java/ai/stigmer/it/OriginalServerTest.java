package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.it.StigmerProcess.Ended;
import ai.stigmer.it.StigmerProcess.Running;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.Scenario;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Worker processes in place of the original runner, before a Stigmer server that is no program of
 * ours, on the real Temporal server.
 */
@Timeout(300)
class OriginalServerTest {
  private static final String KEY = "stk-canary-0123456789";
  private static final String TOKEN = "tok-canary-0123456789";
  private static final String HASH = "ab".repeat(32);
  private static final String WRITES = "{\"file_path\":\"made.txt\",\"content\":\"by the agent\"}";

  @TempDir Path folder = Path.of("");
  private TemporalSite site;

  @BeforeEach
  void open() {
    site = new TemporalSite(folder);
  }

  @AfterEach
  void close() {
    site.close();
  }

  private OriginalServer server(String... words) throws IOException {
    return new OriginalServer(
        folder,
        site.address(),
        """
        {"session.v1.SessionQueryController":
           {"get": {"ses_1": {"spec": {"agentInstanceId": "ain_1"}}}},
         "agentinstance.v1.AgentInstanceQueryController":
           {"get": {"ain_1": {"spec": {"agentId": "agt_1", "environmentRefs": [{"slug": "base"}]}}}},
         "agent.v1.AgentQueryController":
           {"get": {"agt_1": {"metadata": {"id": "agt_1", "slug": "helper"},
              "spec": {"instructions": "Help with whatever is asked.",
                       "skillRefs": [{"slug": "knots"}]}}}},
         "environment.v1.EnvironmentQueryController":
           {"getByReference": {"base": {"spec": {"data": {"TOKEN": {"value": "%s", "isSecret": true}}}}}},
         "skill.v1.SkillQueryController":
           {"getByReference": {"knots": {"metadata": {"name": "Knots"},
              "spec": {"skillMd": "Tie a bowline first."},
              "status": {"versionHash": "%s", "artifactStorageKey": "skills/knots"}}},
            "getArtifact": {"skills/knots": {"artifact": "%s"}}}}
        """
            .formatted(TOKEN, HASH, Base64.getEncoder().encodeToString(archive())),
        words);
  }

  private static byte[] archive() throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("SKILL.md"));
      zip.write("Tie a bowline first.".getBytes(StandardCharsets.UTF_8));
      zip.putNextEntry(new ZipEntry("tools/knot.txt"));
      zip.write("a knot".getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  private StigmerProcess stigmer(OriginalServer server, FakeOllama ollama) {
    return site.stigmer()
        .with("STIGMER_APPROVALS_WHEN_ABSENT", "deny")
        .with("STIGMER_BACKEND_ENDPOINT", server.endpoint())
        .with("STIGMER_API_KEY", KEY)
        .with("SANDBOX_ROOT_DIR", folder.resolve("work").toString())
        .with("STIGMER_EXECUTION_MODE", "local")
        .with("OLLAMA_BASE_URL", ollama.baseUrl());
  }

  private Running worker(OriginalServer server, FakeOllama ollama, String... words) {
    return site.worker(stigmer(server, ollama), words);
  }

  /** Starts its workflow; the memo may hold the heartbeat's timeout in seconds. */
  private static void invoke(OriginalServer server, String id, String memo) {
    server.tell(
        "{\"do\": \"invoke\", \"execution\": " + execution(id) + ", \"memo\": {" + memo + "}}");
  }

  private static String execution(String id) {
    return "{\"metadata\": {\"id\": \""
        + id
        + "\"},"
        + " \"spec\": {\"sessionId\": \"ses_1\", \"message\": \"go on\"}}";
  }

  @Test
  void theOriginalServerIsServedFromItsFirstCallToTheCleanup() throws IOException {
    try (FakeOllama ollama =
            FakeOllama.start(
                Scenario.of(
                    Answer.call(
                        "read_file", "{\"file_path\":\"bin/skills/" + HASH + "/tools/knot.txt\"}"),
                    Answer.text("a knot, with " + TOKEN)));
        OriginalServer server = server()) {
      Running worker = site.worker(stigmer(server, ollama).with("LOG_LEVEL", "error"));

      invoke(server, "aex_1", "\"cleanup\": \"thread-ses_1\"");

      JsonNode result = server.result("aex_1");
      assertThat(result.path("phase").asText())
          .as(result.toString())
          .isEqualTo("EXECUTION_COMPLETED");
      assertThat(result.at("/status/toolCalls/0/result").asText()).contains("a knot");
      assertThat(server.updates("aex_1"))
          .extracting(update -> update.path("phase").asText())
          .contains("EXECUTION_IN_PROGRESS")
          .endsWith("EXECUTION_COMPLETED");
      assertThat(server.updates("aex_1").getLast().path("status")).isEqualTo(result.path("status"));
      assertThat(server.events())
          .filteredOn(event -> event.has("call"))
          .isNotEmpty()
          .allSatisfy(
              call -> assertThat(call.path("authorization").asText()).isEqualTo("Bearer " + KEY));
      assertThat(server.events().toString())
          .contains("a knot, with [redacted]")
          .doesNotContain(TOKEN);
      assertThat(ollama.chats().getFirst().text())
          .contains("Tie a bowline first.", "bin/skills/" + HASH);
      assertThat(folder.resolve("work/thread-ses_1")).doesNotExist();
      assertThat(StigmerProcess.read(worker.err()))
          .contains("serves the Stigmer server at " + server.endpoint())
          .doesNotContain("aex_1", KEY);
    }
  }

  @Test
  void aKilledWorkerCostsNoStepOfAnExecutionThatIsAskedForAgain() throws IOException {
    var answers = new AtomicInteger();
    var asked = new CountDownLatch(1);
    var released = new CountDownLatch(1);
    try (FakeOllama ollama =
            FakeOllama.start(
                Scenario.answering(
                    body -> {
                      int number = answers.getAndIncrement();
                      if (number == 0) {
                        return Answer.call("write_file", WRITES);
                      }
                      if (number == 1) {
                        asked.countDown();
                        await(released);
                      }
                      return Answer.text("done");
                    }));
        OriginalServer server = server()) {
      Running first = worker(server, ollama);
      invoke(server, "aex_1", "\"heartbeat\": 3");
      await(asked);
      first.signal("KILL");
      released.countDown();
      JsonNode lost = server.result("aex_1");
      assertThat(lost.path("failure").asText()).as(lost.toString()).isEqualTo("TimeoutError");

      Running _ = worker(server, ollama);
      invoke(server, "aex_1", "\"heartbeat\": 3");

      JsonNode again =
          server.await(
              "the second result",
              event -> event.path("result").asText().equals("aex_1") && event.has("phase"));
      assertThat(again.path("phase").asText())
          .as(again.toString())
          .isEqualTo("EXECUTION_COMPLETED");
      assertThat(answers).hasValue(3);
      assertThat(ollama.chats().getLast().text()).contains("made.txt");
      assertThat(folder.resolve("work/thread-ses_1/made.txt")).hasContent("by the agent");
      assertThat(again.at("/status/toolCalls")).hasSize(1);
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
  void aCancelledWorkflowEndsItsExecutionAsCancelled() throws IOException {
    var asked = new CountDownLatch(1);
    var released = new CountDownLatch(1);
    try (FakeOllama ollama =
            FakeOllama.start(
                Scenario.answering(
                    body -> {
                      asked.countDown();
                      await(released);
                      return Answer.text("too late");
                    }));
        OriginalServer server = server()) {
      Running _ = worker(server, ollama);
      invoke(server, "aex_1", "");
      await(asked);

      server.tell("{\"do\": \"cancel\", \"id\": \"aex_1\"}");

      TemporalSite.until(
          "the word that it is cancelled",
          () ->
              server.updates("aex_1").stream()
                  .anyMatch(update -> update.path("phase").asText().equals("EXECUTION_CANCELLED")));
      released.countDown();
      assertThat(server.result("aex_1").toString()).doesNotContain("too late", "FAILED");
    }
  }

  @Test
  void aWorkerThatIsKilledBetweenTheEndAndTheCallbackCostsNoResult() throws IOException {
    try (FakeOllama ollama = FakeOllama.start(Scenario.of(Answer.text("42")));
        OriginalServer server = server("--without-workflow")) {
      Running first = worker(server, ollama, "--invoke");
      server.tell("{\"do\": \"hold\"}");
      server.tell("{\"do\": \"outer\", \"execution\": " + execution("aex_1") + "}");
      server.await("the end", event -> event.has("held"));
      first.signal("KILL");
      server.tell("{\"do\": \"release\"}");

      Running _ = worker(server, ollama, "--invoke");

      JsonNode result = server.result("outer/aex_1");
      assertThat(result.path("phase").asText())
          .as(result.toString())
          .isEqualTo("EXECUTION_COMPLETED");
      assertThat(result.at("/status/messages/1/content").asText()).isEqualTo("42");
      assertThat(ollama.chats()).hasSize(1);
    }
  }

  @Test
  void anotherPlaceForWorkspacesIsRefused() {
    Ended ended =
        site.stigmer()
            .with("STIGMER_BACKEND_ENDPOINT", "localhost:50051")
            .with("SANDBOX_TYPE", "daytona")
            .run("worker");

    assertThat(ended.status()).isEqualTo(3);
    assertThat(ended.err()).contains("E169", "\"daytona\"", "STIGMER_EXECUTION_MODE=sandbox");
  }
}
