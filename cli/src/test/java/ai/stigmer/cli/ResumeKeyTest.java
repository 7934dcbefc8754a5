package ai.stigmer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.testkit.http.RecordedRequest;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which key a run that goes on sends to the endpoint that it began with. */
class ResumeKeyTest {
  private static final String KEY = "canary-0123456789";

  @TempDir Path home = Path.of("");

  @Test
  void aRunThatBeganWithoutAKeyGoesOnWithoutOne() throws IOException {
    try (FakeOllama server = server()) {
      assertThat(begun(server, new Shell(home))).isEqualTo(5);
      Files.writeString(
          home.resolve("config.yaml"),
          "llm:\n  base_url: https://my-cloud.example\n  api_key: " + KEY + "\n");

      Shell shell = new Shell(home);
      assertThat(shell.stigmer("resume", "last")).as(shell.err()).isZero();

      assertThat(shell.err().lines().findFirst().orElseThrow())
          .startsWith("ollama/qwen3.5:9b at " + server.baseUrl() + " · mode local")
          .doesNotContain("key from");
      assertThat(server.chats())
          .extracting(RecordedRequest::headers)
          .allSatisfy(headers -> assertThat(headers).doesNotContainKey("authorization"));
    }
  }

  @Test
  void aRenewedKeyIsSentWhenANewRunWouldSendItThereToo() throws IOException {
    try (FakeOllama server = server()) {
      assertThat(begun(server, new Shell(home).export("OLLAMA_API_KEY", "old-" + KEY)))
          .isEqualTo(5);

      Shell elsewhere = new Shell(home).export("OLLAMA_API_KEY", KEY);
      assertThat(elsewhere.stigmer("resume", "last")).isEqualTo(4);
      assertThat(elsewhere.err()).contains("error[E137]");

      Shell shell =
          new Shell(home)
              .export("OLLAMA_API_KEY", KEY)
              .export("STIGMER_LLM_BASE_URL", server.baseUrl());
      assertThat(shell.stigmer("resume", "last")).as(shell.err()).isZero();

      assertThat(server.chats().getLast().headers())
          .containsEntry("authorization", "Bearer " + KEY);
    }
  }

  @Test
  void theKeyOfAnotherPlaceIsRefusedByName() throws IOException {
    try (FakeOllama server = server()) {
      assertThat(begun(server, new Shell(home).export("OLLAMA_API_KEY", KEY))).isEqualTo(5);
      Files.writeString(home.resolve("config.yaml"), "llm:\n  api_key: other-" + KEY + "\n");
      int before = server.chats().size();

      Shell shell = new Shell(home);
      assertThat(shell.stigmer("resume", "last")).isEqualTo(4);

      assertThat(shell.err())
          .contains("error[E137]", "then OLLAMA_API_KEY", "config.yaml")
          .doesNotContain(KEY);
      assertThat(server.chats()).hasSize(before);
    }
  }

  @Test
  void theStartLineNamesTheEndpointAndKeyThatAFallbackReallyHas() {
    try (FakeOllama server = server()) {
      Shell first =
          new Shell(home)
              .export("OPENAI_BASE_URL", "https://first.example/v1")
              .export("OPENAI_API_KEY", KEY)
              .export("STIGMER_LLM_FALLBACKS", "openai/gpt-6.1-sol");
      // A wrong key ends a run at once, and leaves the fallback alone.
      assertThat(begun(server, first)).isNotZero();

      Shell shell =
          new Shell(home)
              .export("OPENAI_BASE_URL", "https://second.example/v1")
              .export("OPENAI_API_KEY", KEY);
      var _ = shell.stigmer("resume", "last");

      assertThat(shell.err().lines().findFirst().orElseThrow())
          .contains(" · else openai/gpt-6.1-sol at https://first.example/v1 · mode")
          .doesNotContain("second.example", "key from");
    }
  }

  @Test
  void everyNoticeOfAStreamHasACode() {
    try (FakeOllama server = server()) {
      Shell shell = new Shell(home).export("STIGMER_LLM_MODLE", "x");
      var _ =
          shell.stigmer(
              "run",
              "--base-url",
              server.baseUrl(),
              "-m",
              "qwen3.5:9b",
              "--output",
              "stream-json",
              "--max-retries",
              "0",
              "hi");
      assertThat(shell.out()).contains("\"code\":\"W222\"").doesNotContain("\"code\":\"\"");
    }
  }

  private static int begun(FakeOllama server, Shell shell) {
    return shell.stigmer(
        "run", "--base-url", server.baseUrl(), "-m", "qwen3.5:9b", "--max-retries", "0", "hi");
  }

  private static FakeOllama server() {
    return FakeOllama.start(
        Scenario.of(Answer.error(500, "out of order"), Answer.text("fine"))
            .models(InstalledModel.withTools("qwen3.5:9b", 32_768)));
  }
}
