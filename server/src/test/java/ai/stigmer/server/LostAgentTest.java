package ai.stigmer.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.testkit.Await;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Executions whose agent was deleted, or whose secrets cannot be read, while they wait. */
@Timeout(180)
class LostAgentTest {
  private static final String SECRET = "canary-0123456789";

  @TempDir Path folder = Path.of("");

  private FakeOllama ollama;
  private TestingServer server;
  private TestingClient http;
  private String agent = "";
  private String asking = "";
  private String waiting = "";

  @BeforeEach
  void begin() throws Exception {
    ollama =
        FakeOllama.start(
            Scenario.of(
                    Answer.call("execute", "{\"command\":\"echo ran\"}"), Answer.text("It ran."))
                .models(InstalledModel.withTools("qwen2.5-coder:7b", 32_768)));
    start();
    agent =
        id(http.call("POST", "/api/agents", HttpApiTest.agent("Helper", "You help with files.")));
    asking =
        execute(
            "{\"spec\":{\"agentId\":\"%s\",\"message\":\"Run it\",\"runtimeEnv\":{\"TOKEN\":{\"value\":\"%s\",\"isSecret\":true}}}}"
                .formatted(agent, SECRET));
    String session = http.get("/api/executions/" + asking).json().at("/spec/sessionId").asText();
    waiting =
        execute("{\"spec\":{\"sessionId\":\"%s\",\"message\":\"And then?\"}}".formatted(session));
    Await.until(
        "it asks",
        () -> {
          assertThat(phase(asking)).isNotEqualTo("EXECUTION_FAILED");
          return standing().equals("open");
        });
  }

  private void start() throws Exception {
    server =
        TestingServer.in(
            folder,
            Map.of(
                "OLLAMA_BASE_URL", ollama.baseUrl(),
                "STIGMER_APPROVALS_WHEN_ABSENT", "wait",
                "STIGMER_PERMISSION_MODE", "ask",
                "STIGMER_EXECUTION_MODE", "local"));
    http = new TestingClient(server);
  }

  private void stop() {
    http.close();
    server.close();
  }

  @AfterEach
  void end() {
    stop();
    ollama.close();
  }

  @Test
  void thoseOfADeletedAgentFailWithTheCodeOneAfterTheOtherAlsoWhenTheyAreResumed()
      throws Exception {
    // Given
    assertThat(http.call("DELETE", "/api/agents/" + agent, "").status()).isEqualTo(200);
    // When
    approve();
    // Then
    assertFailed(asking, "E560");
    assertFailed(waiting, "E560");
    // When
    assertThat(http.call("POST", "/api/runs/" + asking + "/resume", "").status()).isEqualTo(200);
    // Then
    assertFailed(asking, "E560");
    assertThat(server.log()).doesNotContain("\"bug\"", SECRET);
  }

  @Test
  void oneOfADeletedAgentIsCancelledAndTheNextOneOfItsSessionHasItsTurn() throws Exception {
    assertThat(http.call("DELETE", "/api/agents/" + agent, "").status()).isEqualTo(200);

    var cancelled =
        http.call(
            "PUT", "/api/executions/" + asking + "/status", "{\"phase\":\"EXECUTION_CANCELLED\"}");

    assertThat(cancelled.status()).isEqualTo(200);
    assertFailed(waiting, "E560");
    assertThat(phase(asking)).isEqualTo("EXECUTION_CANCELLED");
  }

  @Test
  void oneOfADeletedAgentThatSomebodyCancelsIsCancelled() throws Exception {
    assertThat(http.call("DELETE", "/api/agents/" + agent, "").status()).isEqualTo(200);

    assertThat(http.call("POST", "/api/runs/" + asking + "/cancel", "").status()).isEqualTo(200);

    assertFailed(waiting, "E560");
    assertThat(phase(asking)).isEqualTo("EXECUTION_CANCELLED");
    JsonNode status = json("/api/executions/" + asking).path("status");
    assertThat(status.path("error").asText()).isEmpty();
    assertThat(status.path("completedAt").asText()).isNotEmpty();
    assertThat(http.events(asking, "").getLast().data().toString()).contains("CANCELLED");
    assertThat(server.log()).doesNotContain("\"bug\"", SECRET);
  }

  @Test
  void thoseWhoseSecretsNeedAnotherKeyFailWithTheCodeAndGoOnWithTheRightOne() throws Exception {
    // Given
    stop();
    Path file = folder.resolve("home").resolve("server.key");
    String key = Files.readString(file);
    Files.writeString(file, Base64.getEncoder().encodeToString(new byte[32]) + "\n");
    start();
    // When
    approve();
    // Then
    assertFailed(asking, "E553");
    // Else it would be gone on with by the next server, which has the right key.
    assertFailed(waiting, "E553");
    stop();
    Files.writeString(file, key);
    start();
    assertThat(http.call("POST", "/api/runs/" + asking + "/resume", "").status()).isEqualTo(200);
    Await.until("its end", () -> phase(asking).equals("EXECUTION_COMPLETED"));
  }

  private void approve() throws Exception {
    assertThat(
            http.call("POST", "/api/approvals/" + asking + ".1", "{\"decision\":\"approved\"}")
                .status())
        .isEqualTo(200);
  }

  private void assertFailed(String execution, String code) {
    Await.until("the failure", () -> phase(execution).equals("EXECUTION_FAILED"));
    String error = json("/api/executions/" + execution).at("/status/error").asText();
    assertThat(error).startsWith(code + ": ").contains("stigmer explain " + code);
  }

  private String standing() {
    return json("/api/approvals/" + asking + ".1").path("standing").asText();
  }

  private String phase(String execution) {
    return json("/api/executions/" + execution).at("/status/phase").asText();
  }

  private JsonNode json(String path) {
    try {
      return http.get(path).json();
    } catch (Exception e) {
      throw new AssertionError(path, e);
    }
  }

  private String execute(String body) throws Exception {
    return id(http.call("POST", "/api/executions", body));
  }

  private static String id(TestingClient.Answer made) {
    String id = made.json().at("/metadata/id").asText();
    assertThat(id).as(made.text()).isNotEmpty();
    return id;
  }
}
