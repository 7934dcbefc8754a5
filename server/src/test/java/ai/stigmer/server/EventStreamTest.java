package ai.stigmer.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.testkit.Await;
import ai.stigmer.testkit.http.Fault;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The events of an execution, with a real reader. */
@Timeout(240)
class EventStreamTest {
  @TempDir Path folder = Path.of("");

  static FakeOllama ollama(Answer... answers) {
    return FakeOllama.start(
        Scenario.of(answers).models(InstalledModel.withTools("qwen2.5-coder:7b", 32_768)));
  }

  /** A new execution of a new agent. */
  static String execute(TestingClient http, String message) throws Exception {
    JsonNode agent =
        http.call("POST", "/api/agents", HttpApiTest.agent("Helper", "You help with files."))
            .json();
    return http.call(
            "POST",
            "/api/executions",
            "{\"spec\":{\"agentId\":\"%s\",\"message\":\"%s\"}}"
                .formatted(agent.at("/metadata/id").asText(), message))
        .json()
        .at("/metadata/id")
        .asText();
  }

  @Test
  void aRunIsToldFromItsBeginningToItsEnd() throws Exception {
    try (FakeOllama ollama =
            ollama(
                Answer.call("ls", "{\"path\":\"/\"}"),
                Answer.text("The folder ", "is ", "empty.").tokens(11, 7));
        TestingServer server = TestingServer.in(folder, ollama);
        TestingClient http = new TestingClient(server)) {
      String id = execute(http, "What is here?");

      List<SentEvent> events = http.events(id, "");

      assertThat(types(events))
          .containsExactly(
              "RUN_STARTED",
              "TEXT_MESSAGE_START",
              "TEXT_MESSAGE_CONTENT",
              "TEXT_MESSAGE_END",
              "TOOL_CALL_START",
              "TOOL_CALL_ARGS",
              "TOOL_CALL_END",
              "CUSTOM",
              "TOOL_CALL_RESULT",
              "TEXT_MESSAGE_START",
              "TEXT_MESSAGE_CONTENT",
              "TEXT_MESSAGE_END",
              "CUSTOM",
              "RUN_FINISHED");
      assertThat(SentEvent.text(events)).isEqualTo("The folder is empty.");
      assertThat(of(events, "RUN_STARTED").data().path("runId").asText()).isEqualTo(id);
      assertThat(of(events, "TOOL_CALL_START").data().path("toolCallName").asText())
          .isEqualTo("ls");
      assertThat(of(events, "TOOL_CALL_RESULT").data().path("content").asText())
          .isEqualTo("No files found");
      assertThat(of(events, "RUN_FINISHED").data().path("result").asText())
          .isEqualTo("The folder is empty.");
      assertThat(server.log()).doesNotContain("\"event\":\"bug\"");
    }
  }

  @Test
  void whoComesBackIsToldWhatCameAfterwardsAlsoByAnotherServer() throws Exception {
    try (FakeOllama ollama =
        ollama(Answer.call("ls", "{\"path\":\"/\"}"), Answer.text("The folder is empty."))) {
      String id;
      List<SentEvent> all;
      try (TestingServer server = TestingServer.in(folder, ollama);
          TestingClient http = new TestingClient(server)) {
        id = execute(http, "What is here?");
        all = http.events(id, "");
      }
      try (TestingServer again = TestingServer.in(folder, ollama);
          TestingClient http = new TestingClient(again)) {
        assertThat(durable(http.events(id, ""))).isEqualTo(durable(all));
        List<SentEvent> numbered = all.stream().filter(event -> !event.id().isEmpty()).toList();
        assertThat(numbered).hasSizeGreaterThan(3);
        for (SentEvent last : numbered.subList(0, numbered.size() - 1)) {
          List<SentEvent> rest = http.events(id, last.id());
          assertThat(durable(rest))
              .as("after " + last.id())
              .isEqualTo(durable(all.subList(all.indexOf(last) + 1, all.size())));
        }
        var request = http.request("/api/executions/" + id + "/events");
        assertThat(
                http.send(request.header("last-event-id", numbered.getLast().id()).build())
                    .status())
            .isEqualTo(204);
      }
    }
  }

  @Test
  void aNumberThatNoEventHasIsRefused() throws Exception {
    try (FakeOllama ollama = ollama(Answer.text("Done."));
        TestingServer server = TestingServer.in(folder, ollama);
        TestingClient http = new TestingClient(server)) {
      String id = execute(http, "Go");
      http.events(id, "");

      for (String wrong : List.of("99", "-1", "x", "9999999999999999999999")) {
        var answer =
            http.send(
                http.request("/api/executions/" + id + "/events")
                    .header("last-event-id", wrong)
                    .build());
        assertThat(answer.status()).as(wrong).isEqualTo(400);
        assertThat(answer.json().path("code").asText()).isEqualTo("E561");
      }
      var nobody = http.get("/api/executions/aex_nobody/events");
      assertThat(nobody.status()).isEqualTo(404);
      assertThat(nobody.json().path("code").asText()).isEqualTo("E560");
    }
  }

  @Test
  void textIsToldWhileTheModelStillSpeaksAndWhoCancelsIsTold() throws Exception {
    String first = "a".repeat(300);
    try (FakeOllama ollama =
            ollama(
                Answer.call("ls", "{\"path\":\"/\"}"),
                Answer.text(first, "b".repeat(300)).with(new Fault.StallAt(650)));
        TestingServer server = TestingServer.in(folder, ollama);
        TestingClient http = new TestingClient(server)) {
      String id = execute(http, "Speak");
      var response = http.open(http.request("/api/executions/" + id + "/events").build());
      try (var reader = reader(response.body())) {

        // When
        // Its last letters are held back while they could be the beginning of a known secret.
        String line = reader.readLine();
        while (!line.contains(first.substring(0, 200))) {
          line = reader.readLine();
        }
        http.call(
            "PUT", "/api/executions/" + id + "/status", "{\"phase\":\"EXECUTION_CANCELLED\"}");

        // Then
        List<SentEvent> rest =
            SentEvent.all(reader.lines().collect(Collectors.joining("\n", "\n", "\n\n")));
        assertThat(rest.getLast().type()).isEqualTo("RUN_ERROR");
        assertThat(rest.getLast().data().path("code").asText()).isEqualTo("CANCELLED");
      }
    }
  }

  @Test
  void aReaderWhoDoesNotReadHoldsUpNoRunAndMissesNothing() throws Exception {
    // More than the buffers of a connection hold.
    int turns = 10;
    int chunks = 10;
    String big = "x".repeat(100_000);
    var answers = new ArrayList<Answer>();
    for (int i = 0; i < turns; i++) {
      answers.add(
          Answer.call("ls", "{\"path\":\"/" + i + "\"}")
              .andText(Collections.nCopies(chunks, big).toArray(new String[0]))
              .tokens(180_000, 10));
    }
    answers.add(Answer.text("Done.").tokens(180_000, 10));
    try (FakeOllama ollama =
            FakeOllama.start(
                Scenario.of(answers.toArray(new Answer[0]))
                    .models(InstalledModel.withTools("qwen2.5-coder:7b", 262_144)));
        TestingServer server =
            TestingServer.in(
                folder,
                Map.of(
                    "OLLAMA_BASE_URL", ollama.baseUrl(), "STIGMER_LLM_CONTEXT_LENGTH", "262144"));
        TestingClient http = new TestingClient(server)) {
      String id = execute(http, "Say a lot");
      var response = http.open(http.request("/api/executions/" + id + "/events").build());

      // When the run goes to its end, and only then somebody reads
      Await.until(
          "the run is at its end",
          () -> {
            JsonNode status = http.get("/api/executions/" + id).json().path("status");
            assertThat(status.path("error").asText()).isEmpty();
            return status.path("phase").asText().equals("EXECUTION_COMPLETED");
          });
      List<SentEvent> events = readToEnd(response.body());

      // Then
      assertThat(durable(events)).isEqualTo(durable(http.events(id, "")));
      assertThat(SentEvent.text(events)).hasSize(turns * chunks * big.length() + 5);
      assertThat(events.getLast().type()).isEqualTo("RUN_FINISHED");
    }
  }

  @Test
  void aReaderGoesOnWithTheServerThatPicksTheRunUp() throws Exception {
    try (FakeOllama ollama =
        ollama(
            Answer.call("ls", "{\"path\":\"/\"}"),
            Answer.text("The folder is empty.").after(Duration.ofSeconds(1)))) {
      String id;
      List<SentEvent> before;
      try (TestingServer server = TestingServer.in(folder, ollama);
          TestingClient http = new TestingClient(server)) {
        id = execute(http, "What is here?");
        var response = http.open(http.request("/api/executions/" + id + "/events").build());
        try (var reader = reader(response.body())) {
          var text = new StringBuilder();
          while (text.indexOf("TOOL_CALL_RESULT") < 0) {
            text.append(reader.readLine()).append('\n');
          }
          before = SentEvent.all(text.append('\n').toString());
        }
      }
      try (TestingServer again = TestingServer.in(folder, ollama);
          TestingClient http = new TestingClient(again)) {
        List<SentEvent> after = http.events(id, before.getLast().id());

        List<SentEvent> both = new ArrayList<>(before);
        both.addAll(after);
        assertThat(after.getLast().type()).isEqualTo("RUN_FINISHED");
        assertThat(durable(both)).isEqualTo(durable(http.events(id, "")));
        assertThat(SentEvent.text(both)).isEqualTo("The folder is empty.");
      }
    }
  }

  @Test
  void theNextExecutionOfASessionTellsOfItselfAlone() throws Exception {
    try (FakeOllama ollama = ollama(Answer.text("First answer."), Answer.text("Second answer."));
        TestingServer server = TestingServer.in(folder, ollama);
        TestingClient http = new TestingClient(server)) {
      String first = execute(http, "First question");
      http.events(first, "");
      String session = http.get("/api/executions/" + first).json().at("/spec/sessionId").asText();
      String second =
          http.call(
                  "POST",
                  "/api/executions",
                  "{\"spec\":{\"sessionId\":\"%s\",\"message\":\"Second question\"}}"
                      .formatted(session))
              .json()
              .at("/metadata/id")
              .asText();

      List<SentEvent> events = http.events(second, "");

      assertThat(SentEvent.text(events)).isEqualTo("Second answer.");
      assertThat(events.toString()).contains("Second question").doesNotContain("First");
      assertThat(events.getFirst().type()).isEqualTo("RUN_STARTED");
      assertThat(events.getFirst().data().path("threadId").asText()).isEqualTo(session);
      assertThat(durable(http.events(second, ""))).isEqualTo(durable(events));
    }
  }

  private static BufferedReader reader(InputStream stream) {
    return new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
  }

  static List<SentEvent> readToEnd(InputStream stream) throws IOException {
    try (var reader = reader(stream)) {
      return SentEvent.all(reader.lines().collect(Collectors.joining("\n", "", "\n")) + "\n");
    }
  }

  /** What does not depend on when a reader has looked: text put together, message by message. */
  private static List<String> durable(List<SentEvent> events) {
    var told = new ArrayList<String>();
    var text = new StringBuilder();
    for (SentEvent event : events) {
      if (event.type().equals("TEXT_MESSAGE_CONTENT")) {
        text.append(event.data().path("delta").asText());
        continue;
      }
      if (event.type().equals("TEXT_MESSAGE_END")) {
        told.add(text.toString());
        text.setLength(0);
      }
      told.add(event.id() + event.data());
    }
    return told;
  }

  private static List<String> types(List<SentEvent> events) {
    var types = new ArrayList<String>();
    for (SentEvent event : events) {
      boolean isMore =
          event.type().equals("TEXT_MESSAGE_CONTENT")
              && !types.isEmpty()
              && types.getLast().equals("TEXT_MESSAGE_CONTENT");
      if (!isMore) {
        types.add(event.type());
      }
    }
    return types;
  }

  private static SentEvent of(List<SentEvent> events, String type) {
    return events.stream().filter(event -> event.type().equals(type)).findFirst().orElseThrow();
  }
}
