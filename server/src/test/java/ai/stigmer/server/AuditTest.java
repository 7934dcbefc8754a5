package ai.stigmer.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.agentic.agent.v1.AgentCommandControllerGrpc.AgentCommandControllerBlockingStub;
import ai.stigmer.agentic.agent.v1.AgentId;
import ai.stigmer.server.guard.Scope;
import ai.stigmer.server.guard.TokenList;
import ai.stigmer.testkit.Await;
import ai.stigmer.testkit.ollama.Answer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the server's log tells of who changes what. */
class AuditTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SECRET_WORDS = "words that only the run may see";

  @TempDir Path folder = Path.of("");

  private static List<JsonNode> lines(TestingServer server, String event) throws Exception {
    var found = new ArrayList<JsonNode>();
    for (String line : server.log().lines().toList()) {
      JsonNode json = JSON.readTree(line);
      if (json.path("event").asText().equals(event)) {
        found.add(json);
      }
    }
    return found;
  }

  /**
   * A line once it is there, without its time and level; requests are told when they have ended.
   */
  private static void assertTold(TestingServer server, String event, String... words) {
    var wanted = new ArrayList<>(List.of("event", event));
    wanted.addAll(List.of(words));
    Await.until(
        () -> wanted + " in " + server.log(),
        () ->
            lines(server, event).stream()
                .anyMatch(
                    line -> {
                      var told = new ArrayList<String>();
                      line.properties().stream()
                          .filter(one -> !List.of("time", "level").contains(one.getKey()))
                          .forEach(
                              one -> told.addAll(List.of(one.getKey(), one.getValue().asText())));
                      return told.equals(wanted);
                    }));
  }

  @Test
  void whatIsMadeBegunDecidedSteeredCancelledAndDeletedIsToldWithItsTokenAndIds() throws Exception {
    try (ConsoleTour tour =
        ConsoleTour.of(
            folder, Answer.call("execute", "{\"command\":\"echo " + SECRET_WORDS + "\"}"))) {
      TestingServer server = tour.server;
      String agent = tour.agent("Keeper", SECRET_WORDS);
      assertTold(
          server,
          "audit",
          "token",
          "server.token",
          "action",
          "Agent.create",
          "id",
          agent,
          "result",
          "ok");
      String run = tour.begin(agent, SECRET_WORDS);
      assertTold(
          server,
          "audit",
          "token",
          "server.token",
          "action",
          "AgentExecution.create",
          "id",
          run,
          "result",
          "ok");

      String ci =
          TokenList.in(server.home(), InstantSource.system())
              .create("ci", Scope.RUN, Optional.empty());
      assertTold(server, "token.made", "token", "ci", "scope", "run");
      String approval;
      try (ConsoleVisitor visitor = ConsoleVisitor.in(server)) {
        approval = tour.asking(visitor, run);
      }
      assertThat(
              post(
                  tour,
                  ci,
                  "/api/runs/" + run + "/messages",
                  "{\"text\":\"" + SECRET_WORDS + "\"}"))
          .isEqualTo(200);
      assertTold(server, "token.used", "token", "ci", "scope", "run");
      assertTold(
          server,
          "audit",
          "token",
          "ci",
          "action",
          "POST /api/runs/:id/messages",
          "id",
          run,
          "result",
          "ok");
      assertThat(post(tour, ci, "/api/approvals/" + approval, "{\"decision\":\"nonsense\"}"))
          .isEqualTo(400);
      assertTold(
          server,
          "audit",
          "token",
          "ci",
          "action",
          "POST /api/approvals/:id",
          "id",
          approval,
          "result",
          "400");
      assertThat(
              post(
                  tour,
                  ci,
                  "/api/approvals/" + approval,
                  "{\"decision\":\"denied\",\"reason\":\"" + SECRET_WORDS + "\"}"))
          .isEqualTo(200);
      assertTold(
          server,
          "audit",
          "token",
          "ci",
          "action",
          "POST /api/approvals/:id",
          "id",
          approval,
          "decision",
          "denied",
          "result",
          "ok");
      post(tour, ci, "/api/runs/" + run + "/cancel", "");
      Await.until("cancel is told", () -> server.log().contains("POST /api/runs/:id/cancel"));

      assertThat(post(tour, ci, "/api/agents", "{}")).isEqualTo(403);
      assertTold(server, "audit", "token", "ci", "action", "POST /api/agents", "result", "E584");
      server
          .client(AgentCommandControllerBlockingStub.class)
          .delete(AgentId.newBuilder().setValue(agent).build());
      assertTold(
          server,
          "audit",
          "token",
          "server.token",
          "action",
          "Agent.delete",
          "id",
          agent,
          "result",
          "ok");
      TokenList.in(server.home(), InstantSource.system()).revoke("ci");
      assertTold(server, "token.revoked", "token", "ci", "scope", "run");

      assertThat(lines(server, "token.used")).hasSize(2);
      assertThat(server.log()).doesNotContain(SECRET_WORDS, ci, server.token());
    }
  }

  @Test
  void whoOnlyLooksIsNotTold() throws Exception {
    try (ConsoleTour tour = ConsoleTour.of(folder, Answer.text("fine"));
        ConsoleVisitor visitor = ConsoleVisitor.in(tour.server)) {
      String agent = tour.agent("Keeper", "You look after files.");
      var _ = visitor.page("/console/runs");
      assertThat(tour.http.get("/api/agents/" + agent).status()).isEqualTo(200);
      assertThat(tour.http.get("/api/runs").status()).isEqualTo(200);
      assertThat(tour.http.call("DELETE", "/api/agents/" + agent, "").status()).isEqualTo(200);

      assertTold(
          tour.server,
          "audit",
          "token",
          "server.token",
          "action",
          "Agent.delete",
          "id",
          agent,
          "result",
          "ok");
      assertThat(lines(tour.server, "audit"))
          .extracting(line -> line.path("action").asText())
          .containsExactly("Agent.create", "Agent.delete");
    }
  }

  private static int post(ConsoleTour tour, String token, String path, String body)
      throws Exception {
    return tour.http
        .send(
            tour.http
                .bare(path)
                .header("authorization", "Bearer " + token)
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build())
        .status();
  }
}
