package ai.stigmer.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.server.http.RateLimit;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.server.Route;
import com.linecorp.armeria.server.Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Every route that the server itself knows: who is let in, and what is made of nonsense. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HttpAccessTest {
  private static final int EACH = 12;

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

  /** A call of a route, with the braces of its path filled. */
  private record Call(String verb, String path) {
    /** Whether browsers are let in here, by a session. */
    boolean isConsole() {
      return path.equals("/") || path.matches("/console(/.*)?");
    }

    /**
     * What answers everybody: the way to the login page, the page itself, and what it looks like.
     */
    boolean isOpen() {
      return verb.equals("GET") && path.matches("/|/console|/console/login|/console/assets/[^/]*");
    }
  }

  private List<Call> calls(String parameter) {
    var calls = new ArrayList<Call>();
    for (Route route : server.routes()) {
      String path = route.patternString().replaceAll("\\{[^}]*}|(?<=/):[^/]+", parameter);
      for (HttpMethod method : route.methods()) {
        // gRPC's routes say that they take every verb; the JDK's client cannot say CONNECT.
        if (!HttpApiTest.isGrpc(route) || method == HttpMethod.POST) {
          calls.add(new Call(method.name(), path));
        }
      }
    }
    assertThat(calls).hasSizeGreaterThan(100);
    return calls;
  }

  @Test
  void aProbeIsToldAWordWithoutTheToken() throws Exception {
    for (String path : List.of("/livez", "/readyz")) {
      var answer = http.send(http.bare(path).build());

      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.text()).isIn("ok\n", "degraded\n");
    }
  }

  @Test
  void noOtherRouteAnswersWithoutTheToken() throws Exception {
    var answered = new ArrayList<String>();
    for (Call call : calls("agt_1")) {
      if (call.path().equals("/livez") || call.path().equals("/readyz")) {
        continue;
      }
      for (String token : List.of("", "Bearer ", "Bearer " + "x".repeat(43), "Basic abc")) {
        HttpRequest.Builder request =
            http.bare(call.path())
                .header("content-type", "application/json")
                .method(call.verb(), BodyPublishers.ofString("{}"));
        if (!token.isEmpty()) {
          request.header("authorization", token);
        }
        var answer = http.send(request.build());
        boolean isRefused =
            call.isConsole()
                ? answer.status() == 401 || answer.status() == 403
                : answer.status() == 401 && answer.text().contains("E576");
        if (isRefused == call.isOpen()) {
          answered.add(call + " with \"" + token + "\": " + answer);
        }
      }
    }
    assertThat(answered).isEmpty();
  }

  @Test
  void theTokenOfTheApiOpensNoPageOfTheConsole() throws Exception {
    var answered = new ArrayList<String>();
    List<Call> console =
        calls("agt_1").stream().filter(Call::isConsole).filter(call -> !call.isOpen()).toList();
    for (Call call : console) {
      var answer =
          http.send(
              http.request(call.path())
                  .method(call.verb(), BodyPublishers.ofString("message=x"))
                  .build());
      if (answer.status() != 401 && answer.status() != 403) {
        answered.add(call + ": " + answer);
      }
    }
    assertThat(console).hasSizeGreaterThan(15);
    assertThat(answered).isEmpty();
  }

  @Test
  void noRouteAnswersAPageOfABrowser() throws Exception {
    var answered = new ArrayList<String>();
    for (Call call : calls("agt_1")) {
      var answer =
          http.send(
              http.request(call.path())
                  .header("content-type", "application/json")
                  .header("origin", "http://localhost:3000")
                  .method(call.verb(), BodyPublishers.ofString("{}"))
                  .build());
      if (answer.status() != 403 || !answer.text().contains("E577")) {
        answered.add(call + ": " + answer);
      }
    }
    assertThat(answered).isEmpty();
  }

  @Test
  void nonsenseIsToldToBeNonsense() throws Exception {
    long seed = Long.getLong("stigmer.seed", 20_261_121L);
    var random = new Random(seed);
    var wrong = new ArrayList<String>();
    var statuses = new HashSet<Integer>();
    int count = 0;
    for (int i = 0; i < EACH; i++) {
      for (Call call : calls(PARAMETERS.get(random.nextInt(PARAMETERS.size())))) {
        if (call.path().startsWith("/ai.") || call.path().startsWith("/grpc.")) {
          continue;
        }
        count++;
        String body = BODIES.get(random.nextInt(BODIES.size()));
        var answer = http.send(nonsense(call, body, random));
        statuses.add(answer.status());
        if (answer.status() >= 500 || isTelling(answer.text())) {
          wrong.add(call + body + ": " + answer);
        }
      }
    }
    assertThat(wrong).as("seed " + seed).isEmpty();
    assertThat(count).isGreaterThan(500);
    assertThat(statuses).contains(200, 400, 404);
    assertThat(server.log()).doesNotContain("\"event\":\"bug\"");
  }

  private HttpRequest nonsense(Call call, String body, Random random) {
    HttpRequest.Builder request =
        http.request(call.path() + QUERIES.get(random.nextInt(QUERIES.size())))
            .header("content-type", TYPES.get(random.nextInt(TYPES.size())))
            .method(call.verb(), BodyPublishers.ofString(body));
    if (random.nextInt(4) == 0) {
      request.header("last-event-id", PARAMETERS.get(random.nextInt(PARAMETERS.size())));
    }
    return request.build();
  }

  private static boolean isTelling(String text) {
    return text.contains("Exception") || text.contains("\tat ") || text.contains("java.");
  }

  private static final List<String> PARAMETERS =
      List.of(
          "agt_1",
          "aex_0000000000000",
          "..%2f..%2fetc%2fpasswd",
          "%00",
          "%ff%fe",
          "%7B%7D",
          "x".repeat(3_000),
          "%27%20OR%201=1%20--",
          "-1");

  private static final List<String> QUERIES =
      List.of(
          "",
          "",
          "?page_size=-1",
          "?page_size=99999999999999999999",
          "?page_token=%00",
          "?phase=NOTHING",
          "?kind=agent&slug=%2e%2e%2f",
          "?a=b&a=c&&&=",
          "?metadata.version.id=1",
          "?value=x&resource_id=y",
          "?artifact_storage_key=..%2f..%2fserver.token");

  private static final List<String> TYPES =
      List.of(
          "application/json",
          "application/json",
          "application/json; charset=nonsense",
          "text/plain",
          "application/x-www-form-urlencoded",
          "multipart/form-data; boundary=x");

  private static final List<String> BODIES =
      List.of(
          "",
          "{}",
          "[]",
          "null",
          "\"text\"",
          "{",
          "\u0000",
          "{\"metadata\":{\"name\":\"\\u0000\"},\"spec\":{\"instructions\":\"ten letters and more\"}}",
          "{\"metadata\":[],\"spec\":7}",
          "{\"spec\":{\"message\":\"x\",\"agentId\":\"../..\"}}",
          "{\"status\":{\"messages\":[{\"metadata\":{\"a\":[[[[]]]]}}]}}",
          "{\"a\":".repeat(2_000) + "1" + "}".repeat(2_000),
          "{\"phase\":\"NOTHING\",\"todos\":{\"a\":null}}",
          "{\"artifact\":\"not base64 !\"}",
          "{\"name\":\"a\",\"artifact\":\"UEsDBA==\"}",
          "{\"model\":\"x\",\"messages\":[{\"role\":\"user\",\"content\":{}}],\"stream\":7}",
          "{\"model\":7,\"messages\":\"x\"}",
          "{\"metadata\":{\"name\":\"ünïcödé \uD83D\uDE80\",\"id\":\"agt_x\"}}");

  @Test
  void aClientInALoopIsHeldBack() throws Exception {
    Server limited =
        Server.builder()
            .http(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .service("/", (ctx, request) -> com.linecorp.armeria.common.HttpResponse.of("fine"))
            .decorator(new RateLimit(1))
            .build();
    limited.start().join();
    try (limited;
        HttpClient client = HttpClient.newHttpClient()) {
      var request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + limited.activeLocalPort() + "/"))
              .build();
      HttpResponse<String> last = client.send(request, BodyHandlers.ofString());
      assertThat(last.statusCode()).isEqualTo(200);
      for (int i = 0; i < 10_000 && last.statusCode() == 200; i++) {
        last = client.send(request, BodyHandlers.ofString());
      }

      assertThat(last.statusCode()).isEqualTo(429);
      assertThat(last.body()).contains("E573");
      assertThat(last.headers().firstValue("retry-after")).contains("1");
    }
  }
}
