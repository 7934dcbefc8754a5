package ai.stigmer.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whoever asks wrongly is told which field or parameter it is, and what it takes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RequestFormTest {
  private static final String PHASES =
      "must be one of EXECUTION_PENDING, EXECUTION_IN_PROGRESS, EXECUTION_COMPLETED,"
          + " EXECUTION_FAILED, EXECUTION_CANCELLED";

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

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "GET /api/executions?phase=FOO | phase: " + PHASES,
        "GET /api/executions?page_size=many | page_size: must be a whole number of 32 bits",
        "GET /api/executions?pageSize=99999999999 | pageSize: must be a whole number of 32 bits",
        "GET /api/executions?page_size=1&pageSize=2 | pageSize: must be given once",
        "GET /api/executions?limit=3 | limit: there is no such query parameter; there are"
            + " page_size, page_token, phase, tags",
        "GET /api/executions/aex_1?x=1 | x: there is no such query parameter; this path takes none",
        "GET /api/agents/agt_1/agent-instances?page_info.num=x | page_info.num: must be a whole"
            + " number of 32 bits",
        "GET /api/by-name/agents?slug=x&scope=mine | scope: must be one of",
        "GET /api/by-name/agents?slug=x&kind=skill | kind: must be agent, or left out",
        "GET /api/runs?limit=abc | limit: must be a whole number of at most 9 digits",
        "GET /api/runs?page_size=3 | page_size: there is no such query parameter; there are limit",
        "GET /api/runs/r/entries?after=-1 | after: must be a whole number of at most 9 digits",
        "GET /api/runs/r/word | topic: must be given once",
        "GET /api/runs/r/word?topic=a&topic=b | topic: must be given once",
        "GET /api/approvals?run=r | run: there is no such query parameter; this path takes none",
        "POST /api/console-codes?role=admin | role: there is no such query parameter",
        "POST /api/agents?dry_run=true | dry_run: there is no such query parameter",
      })
  void aQueryParameterThatIsWrongIsNamedWithWhatItTakes(String request, String words)
      throws Exception {
    String[] parts = request.split(" ", 2);

    var answer = http.call(parts[0], parts[1], "");

    assertRefused(answer, words);
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "POST /api/executions | {\"spec\":{\"message\":{}}} | spec.message: must be text",
        "POST /api/executions | {\"spec\":{\"messages\":\"x\"}} | spec.messages: there is no such"
            + " field; there are",
        "POST /api/executions | {\"spec\":7} | spec: must be an object",
        "POST /api/executions | [] | the body must be a JSON object",
        "POST /api/executions | {\"spec\" | the body must be a JSON object",
        "POST /api/agents | {\"spec\":{\"sub_agents\":[{\"name\":[]}]}} | spec.sub_agents[0].name:"
            + " must be text",
        "POST /api/agents | {\"spec\":{\"subAgents\":{}}} | spec.subAgents: must be a list",
        "POST /api/agents | {\"spec\":{\"envSpec\":{\"data\":{\"A\":{\"isSecret\":\"maybe\"}}}}} |"
            + " spec.envSpec.data[A].isSecret: must be true or false",
        "POST /api/skills | {\"artifact\":\"no base64!\"} | artifact: must be text in Base64",
        "PUT /api/executions/aex_1/status | {\"phase\":\"FOO\"} | status.phase: " + PHASES,
        "POST /api/approvals/r.1 | {\"decision\":\"yes\"} | decision: must be approved, edited,"
            + " remembered, denied, happened, did-not-happen or left-unknown",
        "POST /api/approvals/r.1 | {} | decision: must be approved",
        "POST /api/approvals/r.1 | {\"decision\":\"denied\",\"reason\":7} | reason: must be why",
        "POST /api/approvals/r.1 | {\"decision\":\"approved\",\"id\":1} | id: there is no such"
            + " field; there are arguments, by, decision, reason",
        "POST /api/runs/r/messages | {\"message\":\"x\"} | message: there is no such field; there"
            + " are by, text",
        "POST /api/runs/r/messages | {\"by\":\"me\"} | text: must be what to say",
        "POST /api/runs/r/cancel | {\"by\":7} | by: must be who says so",
        "POST /api/runs/r/messages | {\"text\":null} | text: must be what to say",
        "POST /api/runs/r/cancel | {\"who\":null} | who: there is no such field; there are by",
        "POST /api/runs/r/resume | \"text\" | the body must be a JSON object",
      })
  void aFieldOfABodyThatIsWrongIsNamedWithWhatItTakes(String request, String body, String words)
      throws Exception {
    String[] parts = request.split(" ", 2);

    assertRefused(http.call(parts[0], parts[1], body), words);
  }

  private static void assertRefused(TestingClient.Answer answer, String words) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(400);
    assertThat(answer.json().path("code").asText()).isEqualTo("E561");
    assertThat(answer.json().path("detail").asText()).startsWith(words);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | model",
        "{\"model\":\"x\"} | messages",
        "{\"model\":\"x\",\"messages\":[]} | messages",
        "{\"model\":\"x\",\"messages\":[{\"role\":\"user\",\"content\":7}]} | messages[0].content",
        "{\"model\":\"x\",\"messages\":[{}],\"stream\":7} | stream",
        "{\"model\":\"x\",\"messages\":[{}],\"n\":2} | n",
      })
  void aFieldOfAChatThatIsWrongIsTheParamOfTheError(String body, String param) throws Exception {
    var answer = http.call("POST", "/v1/chat/completions", body);

    assertThat(answer.status()).as(answer.text()).isEqualTo(400);
    assertThat(answer.json().at("/error/param").asText()).isEqualTo(param);
    assertThat(answer.json().at("/error/message").asText()).startsWith(param + ": ");
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/models?api-version=2026-01-01",
    "/healthz/live?verbose=1",
    "/readyz?verbose=1",
    "/metrics?name[]=x",
    "/openapi.json?pretty=1",
    "/api/executions?phase=EXECUTION_FAILED&page_size=2&tags=a&tags=b",
    "/api/executions?pageSize=2&pageToken=",
    "/api/runs?limit=",
  })
  void whatOtherClientsAskAndWhatIsRightIsAnswered(String path) throws Exception {
    assertThat(http.get(path.replace("[]", "%5B%5D")).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "PATCH, /api/agents, 'POST, PUT'",
    "DELETE, /api/runs, GET",
    "PUT, /api/agents/agt_1/sessions, GET",
    "POST, /api/agents/agt_1, 'DELETE, GET, PUT'",
    "GET, /api/console-codes, POST",
    "GET, /v1/chat/completions, POST",
  })
  void anotherVerbIsRefusedWithThoseThatThePathTakes(String verb, String path, String allowed)
      throws Exception {
    var response =
        http.open(
            http.request(path).method(verb, BodyPublishers.noBody()).build(),
            BodyHandlers.ofString());

    assertThat(response.statusCode()).isEqualTo(405);
    assertThat(response.headers().firstValue("allow")).hasValue(allowed);
    assertThat(response.body()).contains("E571");
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /api/agents",
    "PUT, /api/agents/agt_1",
    "PUT, /api/executions/aex_1/status",
    "POST, /api/approvals/r.1",
    "POST, /api/runs/r/messages",
    "POST, /api/runs/r/resume",
    "POST, /api/console-codes",
    "POST, /v1/chat/completions",
  })
  void aBodyThatIsNotJsonIsRefused(String verb, String path) throws Exception {
    for (String type : new String[] {"", "text/plain", "application/x-www-form-urlencoded", "no"}) {
      var request = http.request(path).method(verb, BodyPublishers.ofString("{}"));
      if (!type.isEmpty()) {
        request.header("content-type", type);
      }

      var answer = http.send(request.build());

      assertThat(answer.status()).as(path + " " + type + answer.text()).isEqualTo(415);
      assertThat(answer.text()).contains("E571", "application/json");
    }
  }

  @Test
  void whoSendsNoBodyNeedsNoType() throws Exception {
    for (var body :
        new java.net.http.HttpRequest.BodyPublisher[] {
          BodyPublishers.noBody(), BodyPublishers.ofString("")
        }) {
      var answer = http.send(http.request("/api/runs/r/cancel").POST(body).build());

      assertThat(answer.json().path("code").asText()).as(answer.text()).isEqualTo("E501");
    }
    assertThat(
            http.send(
                    http.request("/api/runs/r/cancel")
                        .header("content-type", "application/json; charset=utf-8")
                        .POST(BodyPublishers.ofString("{}"))
                        .build())
                .status())
        .isEqualTo(404);
  }

  @ParameterizedTest
  @CsvSource({
    "''",
    "'Content-Type: application/x-www-form-urlencoded\r\n'",
    "'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 0\r\n'",
    "'Content-Length: 0\r\n'",
  })
  void noBodyNeedsNoTypeWhetherItsLengthIsToldOrNot(String headers) throws Exception {
    assertThat(raw("POST /api/runs/r/cancel", headers)).startsWith("HTTP/1.1 404").contains("E501");
  }

  @ParameterizedTest
  @CsvSource({
    "GET /api/executions/aex_1/events?lastEventId=3&_=17",
    "GET /api/executions/aex_1/feed?lastEventId=3&_=17",
    "GET /api/runs/r/entries?after=",
  })
  void whatReadersThatComeBackAddIsIgnored(String request) throws Exception {
    String[] parts = request.split(" ", 2);

    var answer = http.call(parts[0], parts[1], "");

    assertThat(answer.status()).as(answer.text()).isNotEqualTo(400);
  }

  @ParameterizedTest
  @CsvSource({
    "GET /api/%zz, ''",
    "POST /api/%zz, ''",
    "POST /api/agents, 'Content-Type: application/json\r\nContent-Length: many\r\n'",
  })
  void aRequestThatReachesNoServiceIsNotToldThatItsBodyIsWrong(String line, String headers)
      throws Exception {
    assertThat(raw(line, headers))
        .startsWith("HTTP/1.1 400")
        .contains("the body or a parameter cannot be read as the request");
  }

  /** The answer to a request of these bytes, which the JDK's client would not send. */
  private String raw(String line, String headers) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      String head =
          "%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer %s\r\nConnection: close\r\n%s\r\n"
              .formatted(line, server.port(), server.token(), headers);
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
