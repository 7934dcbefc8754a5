package ai.stigmer.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.server.guard.Scope;
import ai.stigmer.server.guard.TokenList;
import ai.stigmer.testkit.Golden;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.server.Route;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What tokens of a lesser scope may do, over every route that the server itself knows. */
class ScopeTest {
  private static final Path GOLDEN = Path.of("src/test/resources/ai/stigmer/server/routes.txt");
  private static final List<String> OPEN = List.of("/livez", "/readyz");

  @TempDir Path folder = Path.of("");

  @Test
  void everyRouteHasTheScopeThatWasReviewedAndRefusesALesserOne() throws Exception {
    try (TestingServer server = TestingServer.in(folder, Map.of());
        TestingClient http = new TestingClient(server)) {
      TokenList tokens = TokenList.in(server.home(), InstantSource.system());
      Map<Scope, String> bearers =
          Map.of(
              Scope.READ, tokens.create("reader", Scope.READ, Optional.empty()),
              Scope.RUN, tokens.create("runner", Scope.RUN, Optional.empty()));
      var table = new TreeSet<String>();
      var wrong = new ArrayList<String>();
      for (Route route : server.routes()) {
        boolean isGrpc = HttpApiTest.isGrpc(route);
        for (HttpMethod verb : route.methods()) {
          if ((isGrpc && verb != HttpMethod.POST)
              || OPEN.contains(route.patternString())
              || isOfConsole(route)) {
            continue;
          }
          Optional<Scope> wanted = server.scope(verb.name(), route);
          table.add(
              verb
                  + " "
                  + route.patternString()
                  + " "
                  + wanted.map(Scope::id).orElse("in no table"));
          for (Scope scope : bearers.keySet()) {
            var answer =
                http.send(
                    http.bare(route.patternString().replaceAll("\\{[^}]*}|(?<=/):[^/]+", "x_1"))
                        .header("authorization", "Bearer " + bearers.get(scope))
                        .header("content-type", "application/json")
                        .header("last-event-id", "none")
                        .method(verb.name(), BodyPublishers.ofString("{}"))
                        .build());
            boolean isRefused = answer.status() == 403 && answer.text().contains("E584");
            if (isRefused == scope.includes(wanted.orElse(Scope.ADMIN))) {
              wrong.add(scope + " at " + verb + " " + route.patternString() + ": " + answer);
            }
          }
        }
      }
      assertThat(wrong).isEmpty();
      assertThat(table).hasSizeGreaterThan(100);
      Golden.assertMatches(GOLDEN, String.join("\n", table) + "\n");
    }
  }

  /** No token opens the console: ConsoleDoorTest. */
  private static boolean isOfConsole(Route route) {
    return route.patternString().equals("/") || route.patternString().startsWith("/console");
  }

  @Test
  void aTokenCountsFromItsMakingToItsEnd() {
    Instant now = Instant.parse("2026-11-21T12:00:00Z");
    TokenList tokens = TokenList.in(folder, () -> now);
    tokens.create("short", Scope.RUN, Optional.of(Duration.ofDays(1)));

    TokenList.Token token = tokens.all().getFirst();

    assertThat(token.counts(now.plus(Duration.ofHours(23)))).isTrue();
    assertThat(token.counts(now.plus(Duration.ofDays(1)))).isFalse();
    assertThatThrownBy(() -> tokens.create("short", Scope.READ, Optional.empty()))
        .hasMessageContaining("E585");
    assertThatThrownBy(() -> tokens.create("never", Scope.RUN, Optional.of(Duration.ZERO)))
        .hasMessageContaining("E585");
    tokens.revoke("short");
    assertThat(tokens.all()).isEmpty();
    assertThatThrownBy(() -> tokens.revoke("short")).hasMessageContaining("E585");
  }

  @Test
  void anExpiredOrRevokedTokenLetsNobodyIn() throws Exception {
    try (TestingServer server = TestingServer.in(folder, Map.of());
        TestingClient http = new TestingClient(server)) {
      var past = TokenList.in(server.home(), () -> Instant.now().minus(Duration.ofDays(2)));
      String expired = past.create("old", Scope.ADMIN, Optional.of(Duration.ofDays(1)));
      TokenList tokens = TokenList.in(server.home(), InstantSource.system());
      String good = tokens.create("good", Scope.READ, Optional.of(Duration.ofDays(1)));

      assertThat(status(http, expired)).isEqualTo(401);
      assertThat(status(http, good)).isEqualTo(200);
      Path file = server.home().resolve("server.tokens.json");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
      assertThat(status(http, good)).isEqualTo(401);
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
      assertThat(status(http, good)).isEqualTo(200);
      tokens.revoke("good");
      assertThat(status(http, good)).isEqualTo(401);
      assertThat(status(http, server.token())).isEqualTo(200);
    }
  }

  private static int status(TestingClient http, String token) throws Exception {
    return http.send(http.bare("/api/runs").header("authorization", "Bearer " + token).build())
        .status();
  }
}
