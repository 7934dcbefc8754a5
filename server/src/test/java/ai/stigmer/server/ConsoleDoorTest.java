package ai.stigmer.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.server.guard.BearerToken;
import ai.stigmer.server.guard.ConsoleSessions;
import ai.stigmer.server.guard.Scope;
import ai.stigmer.server.guard.TokenFile;
import ai.stigmer.server.guard.TokenList;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.server.Route;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Who is let into the console, and which forms count. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleDoorTest {
  @SuppressWarnings("NullAway.Init") // Made before the first test.
  private TestingServer server;

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    server = TestingServer.in(folder, Map.of("STIGMER_LLM_PROVIDER", "ollama"));
  }

  @AfterAll
  void stop() {
    server.close();
  }

  /** The console's routes of a verb, with their parameters filled. */
  private List<String> paths(HttpMethod method) {
    return server.routes().stream()
        .filter(route -> route.methods().contains(method))
        .map(Route::patternString)
        .filter(pattern -> pattern.matches("/console(/.*)?"))
        .map(pattern -> pattern.replaceAll("(?<=/):[^/]+", "x"))
        .toList();
  }

  @Test
  void aCodeLetsOneBrowserInOnceWithACookieThatNoScriptAndNoOtherPathSees() throws Exception {
    try (ConsoleVisitor visitor = ConsoleVisitor.in(server)) {
      String code = ConsoleVisitor.code(server);

      HttpResponse<String> first = visitor.enter(code);
      HttpResponse<String> second = visitor.enter(code);

      assertThat(first.statusCode()).isEqualTo(303);
      assertThat(first.headers().firstValue("location")).contains("/console/runs");
      assertThat(first.headers().firstValue("set-cookie").orElseThrow())
          .contains("Path=/console", "HTTPOnly", "SameSite=Strict", "Max-Age=43200")
          .doesNotContain("Secure", server.token(), code);
      assertThat(second.statusCode()).isEqualTo(401);
      assertThat(second.body()).contains("E587", "stigmer console");
      assertThat(second.headers().firstValue("set-cookie")).isEmpty();
    }
  }

  @Test
  void whoeverHasNoSessionIsToldWhatToTypeOnEveryPage() throws Exception {
    try (ConsoleVisitor visitor = ConsoleVisitor.in(server)) {
      for (String path : paths(HttpMethod.GET)) {
        if (path.matches("/console|/console/login|/console/assets/x")) {
          continue;
        }
        var answer =
            visitor.send(
                HttpRequest.newBuilder(URI.create(visitor.origin() + path))
                    .header("cookie", "stigmer_console_" + server.port() + "=" + "x".repeat(43))
                    .build());
        assertThat(answer.statusCode()).as(path).isEqualTo(401);
        assertThat(answer.body()).as(path).contains("stigmer console", "Log in");
      }
    }
  }

  @Test
  void anAddressThatIsNoneAnswersWithAPageThatLeadsBack() throws Exception {
    try (ConsoleVisitor visitor = ConsoleVisitor.in(server)) {
      for (String path :
          List.of("/console/", "/console/nothing", "/console/runs/x/y/z", "/console/assets/x/y")) {
        HttpResponse<String> answer = visitor.get(path);
        Document page = Jsoup.parse(answer.body());

        assertThat(answer.statusCode()).as(path).isEqualTo(404);
        assertThat(page.select("main").text()).as(path).contains("E570", "no page");
        assertThat(page.select("main a").eachAttr("href")).as(path).contains("/console/runs");
        assertThat(page.select("nav a")).as(path).hasSize(5);

        var outside =
            visitor.send(HttpRequest.newBuilder(URI.create(visitor.origin() + path)).build());
        assertThat(outside.statusCode()).as(path).isEqualTo(401);
        assertThat(outside.body()).as(path).contains("stigmer console", "Log in");
      }
    }
  }

  @Test
  void everyAnswerForbidsFramesForeignScriptsAndGuessedTypes() throws Exception {
    try (ConsoleVisitor visitor = ConsoleVisitor.in(server)) {
      for (String path : paths(HttpMethod.GET)) {
        var headers = visitor.get(path.replace("/assets/x", "/assets/console.css")).headers();
        assertThat(headers.firstValue("content-security-policy").orElse(""))
            .as(path)
            .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
            .doesNotContain("unsafe");
        assertThat(headers.firstValue("x-content-type-options")).as(path).contains("nosniff");
        assertThat(headers.firstValue("referrer-policy")).as(path).contains("same-origin");
        assertThat(headers.firstValue("cache-control").orElse(""))
            .as(path)
            .isEqualTo(
                path.contains("/assets/") ? "public, max-age=31536000, immutable" : "no-store");
      }
    }
  }

  @Test
  void noFormCountsFromAnotherPageOrWithoutTheTokenOfItsSession() throws Exception {
    var counted = new ArrayList<String>();
    List<String> forms = paths(HttpMethod.POST);
    assertThat(forms).hasSizeGreaterThan(4);
    try (ConsoleVisitor visitor = ConsoleVisitor.in(server);
        ConsoleVisitor other = ConsoleVisitor.in(server)) {
      String token = visitor.formToken();
      for (String path : forms) {
        for (String origin :
            List.of("", "null", "http://127.0.0.1:1", "https://127.0.0.1:" + server.port())) {
          var request =
              HttpRequest.newBuilder(URI.create(visitor.origin() + path))
                  .header("cookie", visitor.cookie())
                  .header("content-type", "application/x-www-form-urlencoded")
                  .POST(BodyPublishers.ofString("message=x&form_token=" + token));
          if (!origin.isEmpty()) {
            request.header("origin", origin);
          }
          if (visitor.send(request.build()).statusCode() != 403) {
            counted.add(path + " from \"" + origin + '"');
          }
        }
        if (path.equals("/console/login")) {
          continue;
        }
        for (String brought : List.of("", "x", other.formToken())) {
          var fields = new HashMap<>(Map.of("message", "x", "form_token", brought));
          var answer =
              visitor.send(visitor.form(path, fields).header("cookie", visitor.cookie()).build());
          if (answer.statusCode() != 403 || !answer.body().contains("E589")) {
            counted.add(path + " with \"" + brought + '"');
          }
        }
      }
    }
    assertThat(counted).isEmpty();
  }

  @Test
  void twoServersOfOneMachineDoNotThrowEachOthersBrowsersOut(@TempDir Path folder)
      throws Exception {
    try (TestingServer other = TestingServer.in(folder, Map.of());
        ConsoleVisitor here = ConsoleVisitor.in(server);
        ConsoleVisitor there = ConsoleVisitor.in(other)) {
      // A browser sends cookies of a host to all of its ports, the newest of a name only.
      assertThat(nameOf(here.cookie())).isNotEqualTo(nameOf(there.cookie()));
      String both = here.cookie() + "; " + there.cookie();

      for (ConsoleVisitor visitor : List.of(here, there)) {
        URI runs = URI.create(visitor.origin() + "/console/runs");
        assertThat(
                visitor
                    .send(HttpRequest.newBuilder(runs).header("cookie", both).build())
                    .statusCode())
            .isEqualTo(200);
      }
    }
  }

  private static String nameOf(String cookie) {
    return cookie.substring(0, cookie.indexOf('='));
  }

  @Test
  void theLinkIsAsGoodAsTheCodeInIt() throws Exception {
    try (ConsoleVisitor visitor = ConsoleVisitor.in(server)) {
      String link = visitor.origin() + "/console/login#" + ConsoleVisitor.code(server) + " ";

      assertThat(visitor.enter(link).statusCode()).isEqualTo(303);
    }
  }

  @Test
  void behindAProxyABrowserOfThisMachineComesInPastItAndAllOthersByTls(@TempDir Path folder)
      throws Exception {
    try (TestingServer proxied =
            TestingServer.behindProxy(folder, Set.of("agents.example", "localhost"));
        ConsoleVisitor visitor = ConsoleVisitor.in(proxied)) {
      String here = "127.0.0.1:" + proxied.port();
      assertThat(visitor.get("/console/runs").statusCode()).isEqualTo(200);
      assertThat(entered(proxied, here, "http://" + here))
          .startsWith("HTTP/1.1 303")
          .contains("stigmer_console_" + proxied.port() + "=")
          .doesNotContain("Secure");
      for (String name : List.of(here, "agents.example", "localhost")) {
        assertThat(entered(proxied, name, "https://" + name))
            .as(name)
            .startsWith("HTTP/1.1 303")
            .contains("; Secure");
      }
      for (String name : List.of("agents.example", "localhost")) {
        assertThat(entered(proxied, name, "http://" + name)).as(name).contains("403", "E577");
      }
      assertThat(entered(proxied, here, "http://localhost:" + proxied.port()))
          .contains("403", "E577");
      assertThat(visitor.post("/console/logout", Map.of()).statusCode()).isEqualTo(303);
    }
  }

  /** The answer to a login of a page of that origin, at the server by that name. */
  private static String entered(TestingServer at, String host, String origin) throws Exception {
    String form = "code=" + ConsoleVisitor.code(at);
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), at.port())) {
      socket
          .getOutputStream()
          .write(
              String.join(
                      "\r\n",
                      "POST /console/login HTTP/1.1",
                      "Host: " + host,
                      "Origin: " + origin,
                      "Content-Type: application/x-www-form-urlencoded",
                      "Content-Length: " + form.length(),
                      "Connection: close",
                      "",
                      form)
                  .getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void aServerOfAnotherNameTellsWhoGivesItOne() throws Exception {
    assertThat(entered(server, "agents.example", "http://agents.example"))
        .startsWith("HTTP/1.1 403")
        .contains("E577", "stigmer server start --name HOST", "STIGMER_SERVER_NAMES");
  }

  @Test
  void whatAnotherSiteEmbedsIsRefused() throws Exception {
    try (ConsoleVisitor visitor = ConsoleVisitor.in(server)) {
      for (String site : List.of("cross-site", "same-site")) {
        var answer =
            visitor.send(
                visitor
                    .request("/console/runs")
                    .header("sec-fetch-site", site)
                    .header("sec-fetch-mode", "no-cors")
                    .build());
        assertThat(answer.statusCode()).as(site).isEqualTo(403);
      }
    }
  }

  @Test
  void theCookieOpensNothingOfTheApi() throws Exception {
    try (ConsoleVisitor visitor = ConsoleVisitor.in(server)) {
      for (String path : List.of("/api/agents/agt_1", "/v1/models", "/metrics", "/healthz/ready")) {
        assertThat(visitor.get(path).statusCode()).as(path).isEqualTo(401);
      }
    }
  }

  @Test
  void whoeverLeavesIsOut() throws Exception {
    try (ConsoleVisitor visitor = ConsoleVisitor.in(server)) {
      assertThat(visitor.post("/console/logout", Map.of()).statusCode()).isEqualTo(303);

      assertThat(visitor.get("/console/runs").statusCode()).isEqualTo(401);
    }
  }

  @Test
  void aSessionEndsWithItsToken(@TempDir Path folder) throws Exception {
    try (TestingServer own = TestingServer.in(folder, Map.of("STIGMER_LLM_PROVIDER", "ollama"));
        ConsoleVisitor visitor = ConsoleVisitor.in(own)) {
      assertThat(visitor.get("/console/runs").statusCode()).isEqualTo(200);

      Files.writeString(own.home().resolve("server.token"), "n".repeat(43));

      assertThat(visitor.get("/console/runs").statusCode()).isEqualTo(401);
    }
  }

  @Test
  void codesAndSessionsEndWithTheirTimeAndCarryTheScopeOfTheirToken(@TempDir Path home) {
    var now = new AtomicReference<>(Instant.parse("2026-11-21T12:00:00Z"));
    TokenList tokens = TokenList.in(home, now::get);
    String reader = tokens.create("reader", Scope.READ, Optional.empty());
    var bearer = new BearerToken(TokenFile.in(home.resolve("server.token")), tokens);
    var sessions = new ConsoleSessions(bearer, now::get);

    String late = sessions.code(reader);
    now.updateAndGet(time -> time.plus(ConsoleSessions.CODE_LASTS));
    assertThat(sessions.exchange(late)).isEmpty();
    String cookie = sessions.exchange(sessions.code(reader)).orElseThrow();
    assertThat(sessions.exchange(sessions.code("nobody"))).isEmpty();

    assertThat(sessions.find(cookie).orElseThrow().caller().scope()).isEqualTo(Scope.READ);
    now.updateAndGet(time -> time.plus(ConsoleSessions.SESSION_LASTS).minus(Duration.ofSeconds(1)));
    assertThat(sessions.find(cookie)).isPresent();
    now.updateAndGet(time -> time.plusSeconds(1));
    assertThat(sessions.find(cookie)).isEmpty();
  }
}
