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
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

  @Test
  void whatTheConsoleRefusesSomebodyWhoIsKnownIsToldWithItsCode() throws Exception {
    try (ConsoleTour tour = ConsoleTour.of(folder, Answer.text("fine"));
        ConsoleVisitor visitor = ConsoleVisitor.in(tour.server)) {
      TestingServer server = tour.server;
      String path = "/console/runs";
      String form = "POST " + path;
      Map<String, String> fields = Map.of("message", SECRET_WORDS, "form_token", "x");

      var foreign = visitor.form(path, fields).setHeader("origin", "http://127.0.0.1:1");
      visitor.send(foreign.header("cookie", visitor.cookie()).build());
      assertRefused(server, "server.token", form, "E577");
      visitor.send(visitor.form(path, fields).header("cookie", visitor.cookie()).build());
      assertRefused(server, "server.token", form, "E589");

      String reader =
          TokenList.in(server.home(), InstantSource.system())
              .create("reader", Scope.READ, Optional.empty());
      var codes = tour.http.bare("/api/console-codes").header("authorization", "Bearer " + reader);
      String code =
          tour.http.send(codes.POST(BodyPublishers.noBody()).build()).json().path("code").asText();
      String cookie =
          visitor.enter(code).headers().firstValue("set-cookie").orElseThrow().split(";", 2)[0];
      visitor.send(visitor.form(path, fields).header("cookie", cookie).build());
      assertRefused(server, "reader", form, "E588");

      visitor.send(foreign.setHeader("cookie", "stigmer_console=nobody").build());
      assertThat(lines(server, "audit")).filteredOn(AuditTest::isRefusal).hasSize(3);
      assertThat(server.log()).doesNotContain(SECRET_WORDS, reader, code);
    }
  }

  private static boolean isRefusal(JsonNode line) {
    return line.path("result").asText().startsWith("E");
  }

  private static void assertRefused(
      TestingServer server, String token, String action, String code) {
    Await.until(
        () -> code + " in " + server.log(),
        () ->
            lines(server, "audit").stream()
                .anyMatch(
                    line ->
                        line.path("token").asText().equals(token)
                            && line.path("action").asText().equals(action)
                            && line.path("result").asText().equals(code)));
  }

  @Test
  void aRequestThatBreaksOffBeforeItsAnswerIsToldAsCancelled() throws Exception {
    try (TestingServer server =
        TestingServer.in(folder, Map.of("STIGMER_LLM_PROVIDER", "ollama"))) {
      try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
        String head =
            "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer %s\r\n"
                    .formatted(server.port(), server.token())
                + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        Await.until("the request is known", () -> server.log().contains("token.used"));
      }
      assertTold(
          server,
          "audit",
          "token",
          "server.token",
          "action",
          "POST /v1/chat/completions",
          "result",
          "cancelled");
    }
  }

  @Test
  void aStreamedCompletionIsToldWhenItBeginsAndWhenItHasEnded() throws Exception {
    try (ConsoleTour tour = ConsoleTour.of(folder, Answer.text("fine"))) {
      String _ = tour.agent("Keeper", "You look after files.");
      String streamed =
          tour.http
              .call(
                  "POST",
                  "/v1/chat/completions",
                  "{\"model\":\"keeper\",\"stream\":true,\"messages\":"
                      + "[{\"role\":\"user\",\"content\":\"hi\"}]}")
              .text();
      assertThat(streamed).contains("[DONE]");
      Await.until(
          () -> "both lines in " + tour.server.log(),
          () -> completions(tour.server).stream().anyMatch(line -> line.endsWith(" ok")));
      List<String> told = completions(tour.server);
      assertThat(told).hasSize(2).first().asString().matches("aex_[a-z0-9]+ begun");
      assertThat(told.getLast()).isEqualTo(told.getFirst().replace("begun", "ok"));
    }
  }

  private static List<String> completions(TestingServer server) throws Exception {
    return lines(server, "audit").stream()
        .filter(line -> line.path("action").asText().equals("POST /v1/chat/completions"))
        .map(line -> line.path("id").asText() + " " + line.path("result").asText())
        .toList();
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
