package ai.stigmer.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.testkit.RealComponents;
import ai.stigmer.testkit.http.Fault;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Chat completions, asked for by OpenAI's own client. */
@Timeout(240)
class OpenAiClientTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder = Path.of("");

  @Test
  void eachAgentIsAModel() throws Exception {
    JsonNode models = call("models");

    assertThat(models.path("ids")).extracting(JsonNode::asText).containsExactly("helper");
    assertThat(models.at("/one/object").asText()).isEqualTo("model");
    assertThat(models.at("/one/created").asLong()).isGreaterThan(1_700_000_000L);
  }

  @Test
  void aCompletionIsAnExecutionWithItsToolsAndItsTokens() throws Exception {
    JsonNode answer =
        call(
            "whole",
            Answer.call("ls", "{\"path\":\"/\"}").tokens(100, 5),
            Answer.text("The folder ", "is empty.").tokens(120, 7));

    assertThat(answer.at("/object").asText()).as(answer.toString()).isEqualTo("chat.completion");
    assertThat(answer.at("/choices/0/message/content").asText()).isEqualTo("The folder is empty.");
    assertThat(answer.at("/choices/0/finish_reason").asText()).isEqualTo("stop");
    assertThat(answer.at("/usage/prompt_tokens").asInt()).isEqualTo(220);
    assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(12);
    assertThat(answer.at("/usage/total_tokens").asInt()).isEqualTo(232);
    assertThat(answer.at("/model").asText()).isEqualTo("helper");
  }

  @Test
  void whatWasSaidBeforeIsTold() throws Exception {
    try (FakeOllama ollama = EventStreamTest.ollama(Answer.text("Nothing."));
        TestingServer server = TestingServer.in(folder, ollama)) {
      agent(server);

      JsonNode answer = client(server, "conversation");

      assertThat(answer.at("/choices/0/message/content").asText()).isEqualTo("Nothing.");
      assertThat(ollama.chats().getFirst().body().toString())
          .contains("Instructions: Be brief.")
          .contains("Assistant: Hello to you")
          .contains("What is here?");
    }
  }

  @Test
  void aStreamTellsTheSameInChunks() throws Exception {
    JsonNode chunks =
        call(
            "stream",
            Answer.call("ls", "{\"path\":\"/\"}").andText("I look.").tokens(100, 5),
            Answer.text("The folder ", "is empty.").tokens(120, 7));

    var text = new StringBuilder();
    var reasons = new ArrayList<String>();
    for (JsonNode chunk : chunks) {
      assertThat(chunk.path("object").asText()).isEqualTo("chat.completion.chunk");
      text.append(chunk.at("/choices/0/delta/content").asText());
      String reason = chunk.at("/choices/0/finish_reason").asText("null");
      if (!reason.equals("null")) {
        reasons.add(reason);
      }
    }
    assertThat(text.toString()).isEqualTo("I look.\n\nThe folder is empty.");
    assertThat(reasons).contains("stop");
    JsonNode last = chunks.get(chunks.size() - 1);
    assertThat(last.path("choices")).isEmpty();
    assertThat(last.at("/usage/total_tokens").asInt()).isEqualTo(232);
  }

  @Test
  void whoHangsUpCancelsTheExecution() throws Exception {
    try (FakeOllama ollama =
            EventStreamTest.ollama(
                Answer.text("a".repeat(300), "b".repeat(300)).with(new Fault.StallAt(650)));
        TestingServer server = TestingServer.in(folder, ollama);
        TestingClient http = new TestingClient(server)) {
      agent(server);

      String id = client(server, "abandon").path("id").asText().replace("chatcmpl-", "");

      assertThat(http.events(id, "").getLast().data().path("code").asText()).isEqualTo("CANCELLED");
    }
  }

  @Test
  void errorsAreThoseThatTheClientKnows() throws Exception {
    try (FakeOllama ollama = EventStreamTest.ollama(Answer.error(400, "no such luck"));
        TestingServer server = TestingServer.in(folder, ollama)) {
      agent(server);

      assertThat(client(server, "unknown").path("class").asText()).isEqualTo("NotFoundError");
      assertThat(client(server, "unknown").path("code").asText()).isEqualTo("E560");
      assertThat(client(server, "tools").path("class").asText()).isEqualTo("BadRequestError");
      assertThat(client(server, "tools").path("code").asText()).isEqualTo("E574");
      assertThat(client(server, "stranger").path("class").asText())
          .isEqualTo("AuthenticationError");
      JsonNode failed = client(server, "whole");
      assertThat(failed.path("status").asInt()).as(failed.toString()).isIn(422, 502);
      assertThat(failed.path("code").asText()).matches("E\\d{3}");
    }
  }

  private JsonNode call(String name, Answer... answers) throws Exception {
    try (FakeOllama ollama = EventStreamTest.ollama(answers);
        TestingServer server = TestingServer.in(folder, ollama)) {
      agent(server);
      return client(server, name);
    }
  }

  private static void agent(TestingServer server) throws Exception {
    try (var http = new TestingClient(server)) {
      http.call("POST", "/api/agents", HttpApiTest.agent("Helper", "You help with files."));
    }
  }

  private JsonNode client(TestingServer server, String name) throws Exception {
    Path script = folder.resolve("openai-client.mjs");
    try (InputStream source = OpenAiClientTest.class.getResourceAsStream("openai-client.mjs")) {
      Files.copy(Objects.requireNonNull(source), script, StandardCopyOption.REPLACE_EXISTING);
    }
    var builder =
        new ProcessBuilder(
            "node",
            script.toString(),
            installed().toString(),
            "http://127.0.0.1:" + server.port(),
            name);
    builder.environment().put("OPENAI_API_KEY", server.token());
    builder.redirectErrorStream(true);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return JSON.readTree(output);
  }

  private static Path installed() {
    String folder = System.getenv().getOrDefault("STIGMER_OPENAI_CLIENT", "");
    if (!folder.isEmpty() && Files.isDirectory(Path.of(folder, "node_modules", "openai"))) {
      return Path.of(folder);
    }
    throw RealComponents.missing(
        "OpenAI's client is missing; bin/openai-client DIR installs it, and"
            + " STIGMER_OPENAI_CLIENT=DIR names the folder");
  }
}
