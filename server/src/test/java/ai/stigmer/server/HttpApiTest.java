package ai.stigmer.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.server.Route;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The contract as JSON over HTTP, and the document that tells of it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HttpApiTest {
  @SuppressWarnings("NullAway.Init") // Made before the first test.
  private TestingServer server;

  @SuppressWarnings("NullAway.Init") // As above.
  private TestingClient http;

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    server = TestingServer.in(folder, Map.of("STIGMER_LLM_PROVIDER", "ollama"));
    http = new TestingClient(server);
  }

  @AfterAll
  void stop() {
    http.close();
    server.close();
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource({
    "POST, /api/approvals/nope.1, 404, E501",
    "GET, /api/approvals/nope.1, 404, E501",
    "GET, /api/runs/nope/entries, 404, E501",
    "GET, /api/runs?limit=abc, 400, E561",
    "GET, /api/runs?limit=-1, 400, E561",
    "GET, /api/runs?limit=2, 200, ''",
  })
  void whatIsNotThereIsNotFoundAndWhatIsNoNumberIsRefused(
      String verb, String path, int status, String code) throws Exception {
    var answer = http.call(verb, path, verb.equals("POST") ? "{\"decision\":\"approved\"}" : "");

    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(answer.json().path("code").asText()).isEqualTo(code);
  }

  @Test
  void aResourceIsMadeReadListedChangedAndDeleted() throws Exception {
    var made = http.call("POST", "/api/agents", agent("Helper", "You help with files."));
    assertThat(made.status()).as(made.text()).isEqualTo(200);
    String id = made.json().at("/metadata/id").asText();
    assertThat(id).startsWith("agt_");

    assertThat(http.get("/api/agents/" + id).json()).isEqualTo(made.json());
    assertThat(http.get("/api/by-name/agents?slug=helper").json().at("/metadata/id").asText())
        .isEqualTo(id);
    assertThat(http.get("/api/agents/" + id + "/agent-instances").json().at("/totalCount").asInt())
        .isEqualTo(1);
    var session =
        http.call(
            "POST",
            "/api/sessions",
            "{\"spec\":{\"agentInstanceId\":\""
                + made.json().at("/status/defaultInstanceId").asText()
                + "\",\"subject\":\"one\"}}");
    assertThat(session.status()).as(session.text()).isEqualTo(200);
    assertThat(http.get("/api/sessions?page_size=5").json().at("/entries")).hasSize(1);
    assertThat(http.get("/api/sessions?pageSize=5").json().at("/entries")).hasSize(1);
    assertThat(http.get("/api/agents/" + id + "/sessions").json().at("/entries")).hasSize(1);

    var changed =
        http.call(
            "PUT",
            "/api/agents/" + id,
            "{\"metadata\":{\"name\":\"Helper\"},\"spec\":{\"instructions\":\"You say nothing now.\"}}");
    assertThat(changed.json().at("/spec/instructions").asText())
        .as(changed.text())
        .isEqualTo("You say nothing now.");
    assertThat(changed.json().at("/metadata/id").asText()).isEqualTo(id);
    var applied = http.call("PUT", "/api/agents", agent("Helper", "You help again, later."));
    assertThat(applied.json().at("/metadata/id").asText()).as(applied.text()).isEqualTo(id);

    assertThat(http.call("DELETE", "/api/agents/" + id, "").status()).isEqualTo(200);
    assertProblem(http.get("/api/agents/" + id), 404, "E560");
  }

  @Test
  void whatIsWrongIsToldAsAProblemWithItsCode() throws Exception {
    assertProblem(http.get("/api/agents/agt_nobody"), 404, "E560");
    var rule = http.call("POST", "/api/agents", agent("Short", "too short"));
    assertProblem(rule, 400, "E561");
    assertThat(rule.json().path("detail").asText()).contains("instructions");
    assertProblem(http.call("POST", "/api/agents", "{\"spec\": nonsense"), 400, "E561");
    var unknown =
        http.call("POST", "/api/agents", agent("Typo", "long enough").replace("spec", "specs"));
    assertProblem(unknown, 400, "E561");
    assertThat(unknown.json().path("detail").asText()).contains("specs");
    assertProblem(http.call("POST", "/api/agents", "[]"), 400, "E561");
    assertProblem(http.get("/api/sessions?page_size=many"), 400, "E561");
    assertProblem(http.get("/api/nothing"), 404, "E570");
    assertProblem(http.call("PATCH", "/api/agents", "{}"), 405, "E571");
    assertProblem(http.call("POST", "/api/agents", "x".repeat(21 << 20)), 413, "E572");
    http.call("POST", "/api/agents", agent("Twice", "You help with files."));
    assertProblem(
        http.call("POST", "/api/agents", agent("Twice", "You help with files.")), 409, "E550");
    assertThat(server.log()).doesNotContain("\"event\":\"bug\"");
  }

  @Test
  void aChatHasItsOwnLimit() throws Exception {
    var answer = http.call("POST", "/v1/chat/completions", "x".repeat(5 << 20));

    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.json().at("/error/code").asText()).isEqualTo("E572");
  }

  private static void assertProblem(TestingClient.Answer answer, int status, String code) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(answer.type()).startsWith("application/problem+json");
    JsonNode json = answer.json();
    assertThat(json.path("code").asText()).as(answer.text()).isEqualTo(code);
    assertThat(json.path("status").asInt()).isEqualTo(status);
    assertThat(json.path("detail").asText()).isNotBlank().doesNotStartWith("E5");
    assertThat(answer.text()).doesNotContain("Exception").doesNotContain("java.");
  }

  @Test
  void theDocumentListsExactlyWhatIsServed() throws Exception {
    // Given
    var document = http.get("/openapi.json");
    assertThat(document.json().path("openapi").asText()).isEqualTo("3.1.0");
    var documented = new TreeSet<String>();
    document
        .json()
        .path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .fieldNames()
                    .forEachRemaining(
                        verb ->
                            documented.add(
                                verb.toUpperCase(Locale.ROOT) + " " + pattern(path.getKey()))));

    // When
    var served = new TreeSet<String>();
    for (Route route : server.routes()) {
      if (!isGrpc(route) && !isConsole(route)) {
        for (HttpMethod method : route.methods()) {
          served.add(method + " " + pattern(route.patternString()));
        }
      }
    }

    // Then
    assertThat(documented).hasSizeGreaterThan(48).isEqualTo(served);
  }

  /** The gRPC services are called by POST under their own names. */
  static boolean isGrpc(Route route) {
    return route.patternString().matches("/(ai|grpc)\\..*");
  }

  /** Pages are for people, and so is the code that lets a browser in. */
  private static boolean isConsole(Route route) {
    return route.patternString().matches("/|/console(/.*)?|/api/console-codes");
  }

  /** Armeria numbers the parameters of a method's path. */
  private static String pattern(String path) {
    return path.replaceAll("\\{[^}]*}|/:[^/]+", "*").replace("/*", "*");
  }

  static String agent(String name, String instructions) {
    return "{\"metadata\":{\"name\":\"%s\"},\"spec\":{\"instructions\":\"%s\"}}"
        .formatted(name, instructions);
  }
}
