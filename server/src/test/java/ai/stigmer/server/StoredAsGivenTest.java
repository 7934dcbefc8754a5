package ai.stigmer.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.agentic.skill.v1.Skill;
import ai.stigmer.commons.apiresource.ApiResourceMetadata;
import ai.stigmer.testkit.Await;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.Scenario;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What requests may make the server keep, so that everybody can go on with everything else. */
@Timeout(180)
class StoredAsGivenTest {
  private static final String SECRET = "canary-secret-0123456789";
  private static final String SPEC = "\"spec\":{\"instructions\":\"You look after files.\"}";

  @TempDir Path folder = Path.of("");

  @Test
  void whatAModelNestsDeeplyCanBeReadByAllWhoListExecutions() throws Exception {
    String deep = "{\"a\":".repeat(60) + "1" + "}".repeat(60);
    try (ConsoleTour tour =
        ConsoleTour.of(folder, Answer.call("write_todos", deep), Answer.text("Done."))) {
      String run = tour.run(tour.agent("Keeper", "You look after files."), "Write them down");

      assertThat(tour.http.get("/api/executions/" + run).json().at("/status/phase").asText())
          .isEqualTo("EXECUTION_COMPLETED");
      assertThat(ids(tour, "/api/executions")).containsExactly(run);
    }
  }

  @Test
  void aReportThatNobodyCouldReadIsRefused() throws Exception {
    try (ConsoleTour tour = ConsoleTour.of(folder, Answer.text("Fine."))) {
      String run = tour.run(tour.agent("Keeper", "You look after files."), "Hello");
      String deep = "{\"a\":".repeat(34) + "1" + "}".repeat(34);

      refused(
          tour.http.call(
              "PUT",
              "/api/executions/" + run + "/status",
              "{\"messages\":[{\"content\":\"x\",\"metadata\":" + deep + "}]}"),
          "more than 80 messages stand in each other");
      refused(
          tour.http.call("PUT", "/api/executions/" + run + "/status", "{\"phase\":99}"),
          "status.phase: 99 is none of its values");
      assertThat(ids(tour, "/api/executions")).containsExactly(run);
    }
  }

  @Test
  void valuesThatAreNoneAreRefusedAndNamed() throws Exception {
    try (ConsoleTour tour = ConsoleTour.of(folder, Answer.text("Fine."))) {
      refused(
          apply(tour, "{\"metadata\":{\"name\":\"a\",\"ownerScope\":99}," + SPEC + "}"),
          "metadata.owner_scope: 99 is none of its values");
      refused(apply(tour, "{\"metadata\":{\"name\":\"a\"}}"), "spec: must be given");
      String tags =
          String.join(",", IntStream.range(0, 101).mapToObj(i -> "\"t" + i + '"').toList());
      refused(
          apply(tour, "{\"metadata\":{\"name\":\"a\",\"tags\":[" + tags + "]}," + SPEC + "}"),
          "metadata.tags: at most 100");
      for (String id : List.of("x".repeat(201), "a\\u0000b")) {
        refused(
            tour.http.call(
                "POST", "/api/sessions", "{\"spec\":{\"agentInstanceId\":\"" + id + "\"}}"),
            "spec: the id of its instance has more than 200 characters, or one that is none");
      }
      assertThat(tour.server.log()).doesNotContain("\"bug\"");
    }
  }

  @Test
  void namesThatDifferInLettersWhichASlugCannotHaveDoNotBecomeOneAgent() throws Exception {
    try (ConsoleTour tour = ConsoleTour.of(folder, Answer.text("Fine."))) {
      for (String name : List.of("你好", "世界", "Größe")) {
        refused(
            apply(tour, "{\"metadata\":{\"name\":\"" + name + "\"}," + SPEC + "}"),
            "metadata.slug: must be given");
      }
      JsonNode named =
          apply(tour, "{\"metadata\":{\"name\":\"Größe\",\"slug\":\"groesse\"}," + SPEC + "}")
              .json();

      assertThat(named.at("/metadata/name").asText()).isEqualTo("Größe");
      assertThat(named.at("/metadata/slug").asText()).isEqualTo("groesse");
    }
  }

  @Test
  void whatHasASlugThatItsNameAloneNoLongerGivesIsFoundByThatName() throws Exception {
    try (ConsoleTour tour = ConsoleTour.of(folder, Answer.text("Fine."))) {
      JsonNode made =
          apply(tour, "{\"metadata\":{\"name\":\"Größe\",\"slug\":\"gr-e\"}," + SPEC + "}").json();

      var again =
          apply(
              tour,
              "{\"metadata\":{\"name\":\"Größe\"},\"spec\":{\"instructions\":\"You look after dates.\"}}");

      assertThat(again.status()).as(again.text()).isEqualTo(200);
      assertThat(again.json().at("/metadata/id")).isEqualTo(made.at("/metadata/id"));
      assertThat(again.json().at("/spec/instructions").asText()).isEqualTo("You look after dates.");
      refused(
          apply(tour, "{\"metadata\":{\"name\":\"Gräße\"}," + SPEC + "}"),
          "metadata.slug: must be given");
    }
  }

  @Test
  void aSkillWhoseNameHasOtherLettersIsPushedAgainAndNoneIsMade() throws Exception {
    try (ConsoleTour tour = ConsoleTour.of(folder, Answer.text("Fine."))) {
      // As one that was pushed when such names were taken.
      Skill known =
          Skill.newBuilder()
              .setMetadata(
                  ApiResourceMetadata.newBuilder().setName("Übersetzen").setSlug("bersetzen"))
              .build();
      var skills = tour.server.shelves().skills();
      String id = skills.insertWhole(known, skills.nextId()).getMetadata().getId();

      var pushed = push(tour, "Übersetzen");

      assertThat(pushed.status()).as(pushed.text()).isEqualTo(200);
      assertThat(pushed.json().at("/metadata/id").asText()).isEqualTo(id);
      for (String other : List.of("Äbersetzen", "Zählen")) {
        var refusal = push(tour, other);
        refused(refusal, "name: has letters that the slug made of it cannot have");
        assertThat(refusal.text()).contains("choose another name, with letters a to z");
      }
    }
  }

  private static TestingClient.Answer push(ConsoleTour tour, String name) throws Exception {
    byte[] archive =
        ResourceTest.archive("SKILL.md", "---\nname: count\ndescription: Counts.\n---\n")
            .toByteArray();
    String body =
        "{\"name\":\"%s\",\"artifact\":\"%s\"}"
            .formatted(name, Base64.getEncoder().encodeToString(archive));
    return tour.http.call("POST", "/api/skills", body);
  }

  @Test
  void aListGoesOnBehindAnEntryThatWasDeletedMeanwhile() throws Exception {
    try (ConsoleTour tour =
        ConsoleTour.of(folder, Scenario.answering(body -> Answer.text("Fine.")))) {
      String agent = tour.agent("Keeper", "You look after files.");
      var made = new ArrayList<String>();
      for (int i = 0; i < 7; i++) {
        made.addFirst(tour.begin(agent, "Hello " + i));
      }

      var seen = new ArrayList<String>();
      String token = "";
      List<String> page;
      do {
        page = ids(tour, "/api/executions?page_size=2&page_token=" + token);
        seen.addAll(page);
        for (String one : page) {
          assertThat(tour.http.call("DELETE", "/api/executions/" + one, "").status())
              .isEqualTo(200);
        }
        token = page.isEmpty() ? "" : page.getLast();
      } while (!page.isEmpty());

      assertThat(seen).isEqualTo(made);
      refused(
          tour.http.get("/api/executions?page_token=" + agent),
          "page_token: must be the id of the last one of the page before");
    }
  }

  @Test
  void theDefaultInstanceOfAnAgentIsNeverThatOfAnother() throws Exception {
    try (ConsoleTour tour = ConsoleTour.of(folder, Answer.text("Fine."))) {
      String holder = tour.agent("Holder", "You look after files.");
      String body =
          "{\"metadata\":{\"name\":\"guest-default\"},\"spec\":{\"agentId\":\"%s\"}}"
              .formatted(holder);
      String held =
          tour.http.call("POST", "/api/agent-instances", body).json().at("/metadata/id").asText();

      String guest = tour.agent("Guest", "You look after files.");

      assertThat(tour.http.get("/api/agent-instances/" + held).json().at("/spec/agentId").asText())
          .isEqualTo(holder);
      String own =
          tour.http.get("/api/agents/" + guest).json().at("/status/defaultInstanceId").asText();
      assertThat(tour.http.get("/api/agent-instances/" + own).json().at("/spec/agentId").asText())
          .isEqualTo(guest);
    }
  }

  @Test
  void anAgentWithTheLongestSlugHasAnInstanceToo() throws Exception {
    try (ConsoleTour tour = ConsoleTour.of(folder, Answer.text("Fine."))) {
      var made = apply(tour, "{\"metadata\":{\"slug\":\"" + "a".repeat(128) + "\"}," + SPEC + "}");

      assertThat(made.status()).as(made.text()).isEqualTo(200);
      assertThat(made.json().at("/status/defaultInstanceId").asText()).startsWith("ain_");
    }
  }

  @Test
  void sessionsOfAllInstancesOfAnAgentAreListedHoweverManyTheseAre() throws Exception {
    try (ConsoleTour tour = ConsoleTour.of(folder, Answer.text("Fine."))) {
      String agent = tour.agent("Keeper", "You look after files.");
      var sessions = new ArrayList<String>();
      for (int i = 0; i < 52; i++) {
        String body =
            "{\"metadata\":{\"name\":\"i%d\"},\"spec\":{\"agentId\":\"%s\"}}".formatted(i, agent);
        String instance =
            tour.http.call("POST", "/api/agent-instances", body).json().at("/metadata/id").asText();
        sessions.addFirst(
            tour.http
                .call(
                    "POST",
                    "/api/sessions",
                    "{\"spec\":{\"agentInstanceId\":\"" + instance + "\"}}")
                .json()
                .at("/metadata/id")
                .asText());
      }

      assertThat(ids(tour, "/api/agents/" + agent + "/sessions?page_size=500")).isEqualTo(sessions);
    }
  }

  @Test
  void aSecretOfTheAgentInTheFirstMessageOfASessionIsNotKept() throws Exception {
    try (ConsoleTour tour = ConsoleTour.of(folder, Answer.text("Fine."))) {
      String run = tour.run(withSecret(tour), "Take " + SECRET);

      JsonNode execution = tour.http.get("/api/executions/" + run).json();
      assertThat(execution.at("/spec/message").asText()).isEqualTo("Take [redacted]");
      String session = execution.at("/spec/sessionId").asText();
      assertThat(tour.http.get("/api/sessions/" + session).json().at("/spec/subject").asText())
          .isEqualTo("Take [redacted]");
      assertNowhereInTheHome(tour);
    }
  }

  @Test
  void aSecretOfTheAgentInAWordForItsRunIsNotKept() throws Exception {
    try (ConsoleTour tour =
        ConsoleTour.of(
            folder, Answer.call("execute", "{\"command\":\"echo x\"}"), Answer.text("It ran."))) {
      String run = tour.begin(withSecret(tour), "Run it");
      String approval = "/api/approvals/" + run + ".1";
      Await.until("it asks", () -> tour.http.get(approval).status() == 200);

      String word = "{\"text\":\"Use " + SECRET + "\"}";
      assertThat(tour.http.call("POST", "/api/runs/" + run + "/messages", word).status())
          .isEqualTo(200);
      String denial = "{\"decision\":\"denied\",\"reason\":\"Not " + SECRET + "\"}";
      assertThat(tour.http.call("POST", approval, denial).status()).isEqualTo(200);
      String told = tour.http.events(run, "").toString();

      assertThat(told).contains("Not [redacted]", "Use [redacted]").doesNotContain(SECRET);
      assertNowhereInTheHome(tour);
    }
  }

  @Test
  void aCallThatWaitsIsListedHoweverManyRunsAreNewer() throws Exception {
    try (ConsoleTour tour =
        ConsoleTour.of(folder, Answer.call("execute", "{\"command\":\"echo x\"}"))) {
      String run = tour.begin(tour.agent("Keeper", "You look after files."), "Run it");
      Await.until("it asks", () -> tour.http.get("/api/approvals/" + run + ".1").status() == 200);
      for (int i = 0; i < 1_001; i++) {
        tour.server.journal().create("newer-" + i, "somebody").close();
      }

      JsonNode approvals = tour.http.get("/api/approvals").json().path("approvals");

      assertThat(approvals.findValuesAsText("run")).containsExactly(run);
    }
  }

  /** An agent with a secret variable; its id. */
  private static String withSecret(ConsoleTour tour) throws Exception {
    return apply(
            tour,
            "{\"metadata\":{\"name\":\"keeper\"},\"spec\":{\"instructions\":\"You look after files.\","
                + "\"envSpec\":{\"data\":{\"DOOR\":{\"value\":\""
                + SECRET
                + "\",\"isSecret\":true}}}}}")
        .json()
        .at("/metadata/id")
        .asText();
  }

  private static void assertNowhereInTheHome(ConsoleTour tour) throws Exception {
    try (Stream<Path> files = Files.walk(tour.server.home())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1).contains(SECRET))
            .as(file.toString())
            .isFalse();
      }
    }
  }

  private static TestingClient.Answer apply(ConsoleTour tour, String agent) throws Exception {
    return tour.http.call("PUT", "/api/agents", agent);
  }

  private static List<String> ids(ConsoleTour tour, String path) throws Exception {
    var answer = tour.http.get(path);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    var ids = new ArrayList<String>();
    answer.json().path("entries").forEach(one -> ids.add(one.at("/metadata/id").asText()));
    return ids;
  }

  private static void refused(TestingClient.Answer answer, String words) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(400);
    assertThat(answer.json().path("code").asText()).isEqualTo("E561");
    assertThat(answer.json().path("detail").asText()).startsWith(words);
  }
}
