package ai.stigmer.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.testkit.Await;
import ai.stigmer.testkit.ollama.Answer;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a decision over HTTP may say, and what readers of the events are told of it. */
@Timeout(180)
class DecidingTest {
  @TempDir Path folder = Path.of("");

  @Test
  void aFieldThatADecisionDoesNotTakeIsRefusedAndNothingIsDecided() throws Exception {
    try (ConsoleTour tour = asking()) {
      String run = asked(tour);

      for (String body :
          List.of(
              "{\"decision\":\"approved\",\"arguments\":{\"command\":\"echo safe\"}}",
              "{\"decision\":\"approved\",\"hash\":\"0000\"}",
              "{\"decision\":\"approved\",\"foo\":1}",
              "{\"decision\":\"approved\",\"reason\":\"fine\"}",
              "{\"decision\":\"denied\",\"arguments\":\"{}\"}",
              "{\"decision\":\"edited\"}",
              "{\"decision\":\"edited\",\"arguments\":[1]}",
              "{\"decision\":\"edited\",\"arguments\":{},\"reason\":\"better\"}")) {
        assertRefused(tour, "/api/approvals/" + run + ".1", body);
      }
      assertRefused(tour, "/api/runs/" + run + "/messages", "{\"text\":\"more\",\"to\":\"you\"}");
      assertRefused(tour, "/api/runs/" + run + "/cancel", "{\"reason\":\"enough\"}");
      assertRefused(tour, "/api/runs/" + run + "/resume", "{\"force\":true}");
      assertThat(standing(tour, run)).isEqualTo("open");
    }
  }

  @Test
  void editedArgumentsAreTakenAsAnObjectAndReadersCanTellWhichCallItWas() throws Exception {
    try (ConsoleTour tour = asking()) {
      String run = asked(tour);

      var decided =
          tour.http.call(
              "POST",
              "/api/approvals/" + run + ".1",
              "{\"decision\":\"edited\",\"arguments\":{\"command\":\"echo safe\"}}");

      assertThat(decided.status()).as(decided.text()).isEqualTo(200);
      assertThat(names(decided.json())).isEqualTo(documented(tour));
      List<SentEvent> events = tour.http.events(run, "");
      SentEvent call = first(events, "\"TOOL_CALL_START\"");
      SentEvent asked = first(events, "\"approval_requested\"");
      assertThat(asked.data().at("/value/toolCallId").asText())
          .isEqualTo(call.data().path("toolCallId").asText());
      assertThat(first(events, "\"approval_decided\"").data().at("/value/decision").asText())
          .isEqualTo("edited");
      assertThat(first(events, "\"TOOL_CALL_RESULT\"").data().path("content").asText())
          .contains("safe")
          .doesNotContain("unsafe");
    }
  }

  @Test
  void aFieldThatIsNullIsLeftOut() throws Exception {
    try (ConsoleTour tour = asking()) {
      String run = asked(tour);

      var decided =
          tour.http.call(
              "POST",
              "/api/approvals/" + run + ".1",
              "{\"decision\":\"denied\",\"arguments\":null,\"reason\":null,\"by\":null}");

      assertThat(decided.status()).as(decided.text()).isEqualTo(200);
      assertThat(decided.json().path("by").asText()).startsWith("token ");
      assertThat(first(tour.http.events(run, ""), "\"TOOL_CALL_RESULT\"").data().toString())
          .contains("the user refused this command")
          .doesNotContain("null");
    }
  }

  private ConsoleTour asking() throws Exception {
    return ConsoleTour.of(
        folder, Answer.call("execute", "{\"command\":\"echo unsafe\"}"), Answer.text("It ran."));
  }

  /** The run of which a call waits for somebody's word. */
  private static String asked(ConsoleTour tour) throws Exception {
    String run = tour.begin(tour.agent("Keeper", "You look after files."), "Run it");
    Await.until("it asks", () -> standing(tour, run).equals("open"));
    return run;
  }

  private static String standing(ConsoleTour tour, String run) throws Exception {
    return tour.http.get("/api/approvals/" + run + ".1").json().path("standing").asText();
  }

  private static void assertRefused(ConsoleTour tour, String path, String body) throws Exception {
    var answer = tour.http.call("POST", path, body);
    assertThat(answer.status()).as(body + answer.text()).isEqualTo(400);
    assertThat(answer.json().path("code").asText()).isEqualTo("E561");
  }

  /** The fields of an approval that the document knows. */
  private static Set<String> documented(ConsoleTour tour) throws Exception {
    return names(
        tour.http
            .get("/openapi.json")
            .json()
            .at(
                "/paths/~1api~1approvals~1{id}/post/responses/200/content/application~1json/schema/properties"));
  }

  private static Set<String> names(JsonNode json) {
    var names = new TreeSet<String>();
    json.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static SentEvent first(List<SentEvent> events, String named) {
    return events.stream()
        .filter(event -> event.data().toString().contains(named))
        .findFirst()
        .orElseThrow(() -> new AssertionError(named + " is not among " + events));
  }
}
