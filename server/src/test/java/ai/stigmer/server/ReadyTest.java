package ai.stigmer.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.runner.Engine;
import ai.stigmer.testkit.Await;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a server tells of how it is, to those who have a token and to those who have none. */
class ReadyTest {
  @TempDir Path folder = Path.of("");

  private static JsonNode part(TestingClient http, String name) throws Exception {
    for (JsonNode part : http.get("/healthz/ready").json().path("parts")) {
      if (part.path("name").asText().equals(name)) {
        return part;
      }
    }
    throw new AssertionError("no part " + name);
  }

  private static String word(TestingClient http) throws Exception {
    var answer = http.send(http.bare("/readyz").build());
    assertThat(answer.status()).isEqualTo(200);
    return answer.text();
  }

  @Test
  void aModelThatIsAwayDegradesTheServerAndOnlyATokenIsToldWhatItIs() throws Exception {
    String nowhere;
    try (FakeOllama gone = FakeOllama.start(Scenario.of(Answer.text("fine")))) {
      nowhere = gone.baseUrl();
    }
    try (TestingServer server = TestingServer.in(folder, Map.of("OLLAMA_BASE_URL", nowhere));
        TestingClient http = new TestingClient(server)) {
      Await.until("degraded", () -> word(http).equals("degraded\n"));

      assertThat(http.get("/healthz/ready").json().path("status").asText()).isEqualTo("degraded");
      assertThat(part(http, "model").path("ok").asBoolean()).isFalse();
      assertThat(part(http, "model").path("code").asText()).matches("E[23]\\d\\d");
      assertThat(part(http, "journal").path("ok").asBoolean()).isTrue();
    }
  }

  @Test
  void aServerThatHasEverythingIsWell() throws Exception {
    try (FakeOllama ollama =
            FakeOllama.start(
                Scenario.of(Answer.text("fine"))
                    .models(InstalledModel.withTools("qwen2.5-coder:7b", 32_768)));
        TestingServer server = TestingServer.in(folder, ollama);
        TestingClient http = new TestingClient(server)) {
      assertThat(word(http)).isEqualTo("ok\n");
      Await.until("the model was looked at", () -> !ollama.requests().isEmpty());
      assertThat(word(http)).isEqualTo("ok\n");
      assertThat(http.get("/healthz/ready").json().path("parts"))
          .extracting(part -> part.path("name").asText())
          .containsExactly("journal", "resources", "configuration", "disk", "model", "engine");
    }
  }

  @Test
  void anEngineThatIsAwayDegradesTheServer() throws Exception {
    Problem away = Problem.of("E590", Problem.Category.RUN, "Temporal cannot be reached");
    Files.createDirectories(folder.resolve("home"));
    try (StigmerServer server =
            StigmerServer.start(
                TestingServer.options(folder, Map.of()),
                new Driving.Elsewhere(() -> new Away(away), Optional.empty()),
                new ServerLog(
                    new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
                    InstantSource.system()),
                InstantSource.system());
        HttpClient http = HttpClient.newHttpClient()) {
      var request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/healthz/ready"))
              .header(
                  "authorization",
                  "Bearer " + Files.readString(folder.resolve("home/server.token")).strip())
              .build();
      Await.until(
          "the engine is told",
          () -> {
            HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
            return answer.statusCode() == 200 && answer.body().contains("E590");
          });
    }
  }

  /** An engine that cannot be had. */
  private record Away(Problem why) implements Engine {
    @Override
    public void start(String runId) {
      throw why.asException();
    }

    @Override
    public void wake(String runId) {
      throw why.asException();
    }

    @Override
    public void cancel(String runId) {
      throw why.asException();
    }

    @Override
    public Optional<Problem> trouble() {
      return Optional.of(why);
    }

    @Override
    public void close() {}
  }

  @Test
  void aDiskThatIsNearlyFullIsToldWithItsFolder() {
    Path missing = folder.resolve("not/there/yet");
    assertThat(ReadyParts.full(missing, 0)).isEmpty();
    assertThat(ReadyParts.full(missing, Long.MAX_VALUE))
        .hasValueSatisfying(
            problem -> {
              assertThat(problem.code()).isEqualTo("E578");
              assertThat(problem.message()).contains(missing.toString(), " MiB left");
            });
  }

  @Test
  void aServerThatEndsIsNotReadyWhileARunIsInAStep() throws Exception {
    var asked = new CountDownLatch(1);
    var seen = new CountDownLatch(1);
    Scenario slow =
        Scenario.answering(
            body -> {
              asked.countDown();
              Await.until("somebody has seen it", () -> seen.getCount() == 0);
              return Answer.text("Fine.");
            });
    try (ConsoleTour tour = ConsoleTour.of(folder, slow)) {
      String _ = tour.begin(tour.agent("Keeper", "You look after files."), "Hello");
      Await.until("the model is asked", () -> asked.getCount() == 0);
      assertThat(word(tour.http)).isEqualTo("ok\n");

      Thread ending = Thread.ofVirtual().start(tour.server::close);
      try {
        Await.until(
            "it is not ready",
            () -> tour.http.send(tour.http.bare("/readyz").build()).status() == 503);
      } finally {
        seen.countDown();
      }
      ending.join();
    }
  }
}
