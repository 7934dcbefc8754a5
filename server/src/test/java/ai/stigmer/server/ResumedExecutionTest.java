package ai.stigmer.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.testkit.Await;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who has an execution go on is told whether it does. */
@Timeout(180)
class ResumedExecutionTest {
  @TempDir Path folder = Path.of("");

  private static FakeOllama saying(String... texts) {
    var answers = new Answer[texts.length];
    for (int i = 0; i < texts.length; i++) {
      answers[i] = Answer.text(texts[i]);
    }
    return FakeOllama.start(
        Scenario.of(answers).models(InstalledModel.withTools("qwen2.5-coder:7b", 32_768)));
  }

  @Test
  void oneThatHasCompletedStaysAsItIsAndItsFeedEndsForWhoKnowsAllOfIt() throws Exception {
    String run;
    try (FakeOllama ollama = saying("It is done.")) {
      try (TestingServer server = TestingServer.in(folder, ollama);
          TestingClient http = new TestingClient(server)) {
        run = run(http);
        String before = http.get("/api/executions/" + run).text();

        assertThat(resume(http, run)).isEqualTo("EXECUTION_COMPLETED");

        assertThat(http.get("/api/executions/" + run).text()).isEqualTo(before);
        assertFeedEnds(http, run);
      }
      // Another server has nothing of it but its journal.
      try (TestingServer server = TestingServer.in(folder, ollama);
          TestingClient http = new TestingClient(server)) {
        assertThat(resume(http, run)).isEqualTo("EXECUTION_COMPLETED");
        assertFeedEnds(http, run);
        assertThat(server.log()).doesNotContain("execution.resumed");
      }
    }
  }

  @Test
  void oneThatWasToldMoreGoesOn() throws Exception {
    try (FakeOllama ollama = saying("It is done.", "That too.");
        TestingServer server = TestingServer.in(folder, ollama);
        TestingClient http = new TestingClient(server)) {
      String run = run(http);
      assertThat(
              http.call("POST", "/api/runs/" + run + "/messages", "{\"text\":\"And that?\"}")
                  .json()
                  .path("heard")
                  .asText())
          .isEqualTo("when resumed");

      assertThat(resume(http, run)).isEqualTo("EXECUTION_IN_PROGRESS");

      Await.until(
          "the second answer",
          () -> http.get("/api/runs/" + run + "/entries").text().contains("That too."));
      Await.until(
          "its end",
          () ->
              http.get("/api/executions/" + run)
                  .json()
                  .at("/status/phase")
                  .asText()
                  .equals("EXECUTION_COMPLETED"));
      assertThat(resume(http, run)).isEqualTo("EXECUTION_COMPLETED");
    }
  }

  private static String run(TestingClient http) throws Exception {
    String agent =
        http.call("POST", "/api/agents", HttpApiTest.agent("Helper", "You help with files."))
            .json()
            .at("/metadata/id")
            .asText();
    String run =
        http.call(
                "POST",
                "/api/executions",
                "{\"spec\":{\"agentId\":\"%s\",\"message\":\"Do it\"}}".formatted(agent))
            .json()
            .at("/metadata/id")
            .asText();
    var _ = http.events(run, "");
    return run;
  }

  private static String resume(TestingClient http, String run) throws Exception {
    var answer = http.call("POST", "/api/runs/" + run + "/resume", "");
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json().path("phase").asText();
  }

  /** As {@code stigmer resume} reads it: behind the last entry. */
  private static void assertFeedEnds(TestingClient http, String run) throws Exception {
    long last = http.get("/api/runs/" + run + "/entries").text().lines().count();
    var feed =
        http.send(
            http.request("/api/executions/" + run + "/feed")
                .header("last-event-id", String.valueOf(last))
                .build());
    assertThat(feed.text()).contains("run-finished").doesNotContain("event: failed");
  }
}
