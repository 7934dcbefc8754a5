package ai.stigmer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.testkit.Golden;
import ai.stigmer.testkit.http.RecordedRequest;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import ai.stigmer.testkit.openai.FakeChatCompletions;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything that the doctor can find, as it is shown. */
class DoctorTest {
  private static final Path GOLDEN = Path.of("src/test/resources/ai/stigmer/cli/doctor.txt");
  private static final String KEY = "sk-canary-0123456789";

  private final StringBuilder story = new StringBuilder();
  private int homes;

  @TempDir Path folder = Path.of("");

  @Test
  void everyFindingIsShownAsItWasReviewed() throws IOException {
    servers();
    models();
    fallbacks();
    configurations();
    journals();
    folders();
    Golden.assertMatches(GOLDEN, story.toString());
  }

  private void servers() throws IOException {
    examined("no server", shell(), 1, "--base-url", "http://127.0.0.1:1");
  }

  private void models() throws IOException {
    try (var ollama =
        FakeOllama.start(
            Scenario.of(Answer.empty())
                .models(
                    InstalledModel.withTools("qwen3.5:9b", 262_144),
                    InstalledModel.withTools("qwen2.5-coder:7b", 32_768),
                    InstalledModel.withTools("tiny:1b", 4_096),
                    InstalledModel.withoutTools("talker:7b", 8_192),
                    new InstalledModel("old:7b", 0, List.of())))) {
      String url = ollama.baseUrl();
      examined("all is well", shell(), 0, "--base-url", url, "-m", "qwen3.5:9b");
      examined("a model that prints its calls", shell(), 0, "--base-url", url);
      examined("a model that is missing", shell(), 1, "--base-url", url, "-m", "qwen3:8b");
      examined("a model without tools", shell(), 1, "--base-url", url, "-m", "talker:7b");
      examined("a server that tells little", shell(), 0, "--base-url", url, "-m", "old:7b");
      examined("a small context", shell(), 0, "--base-url", url, "-m", "tiny:1b");
      examined(
          "more context than there is",
          shell(),
          0,
          "--base-url",
          url,
          "-m",
          "tiny:1b",
          "--context-length",
          "32768");
      assertThat(ollama.requests())
          .extracting(RecordedRequest::path)
          .doesNotContain("/api/chat", "/api/generate", "/api/pull");
    }
  }

  private void fallbacks() throws IOException {
    try (var ollama =
            FakeOllama.start(
                Scenario.of(Answer.empty())
                    .models(
                        InstalledModel.withTools("qwen3.5:9b", 262_144),
                        InstalledModel.withTools("qwen3:8b", 40_960)));
        var other =
            FakeChatCompletions.start(
                ai.stigmer.testkit.openai.Scenario.of().models("gpt-6.1-sol"))) {
      Shell shell = shell().export("OPENAI_BASE_URL", other.baseUrl());
      String chosen = ollama.baseUrl();
      examined(
          "fallbacks that can stand in, and one that cannot",
          shell,
          0,
          "--base-url",
          chosen,
          "--provider",
          "ollama",
          "-m",
          "qwen3.5:9b",
          "--fallbacks",
          "ollama/qwen3:8b,ollama/gone:7b,openai/gpt-6.1-sol");
      examined(
          "a fallback without a key",
          shell(),
          1,
          "--base-url",
          chosen,
          "-m",
          "qwen3.5:9b",
          "--fallbacks",
          "anthropic/claude-opus-5-5");
    }
  }

  private void configurations() throws IOException {
    Shell wrong =
        shell().export("STIGMER_LLM_MAX_TOKENS", "8k").export("STIGMER_LLM_TEMPERATURE", "3");
    examined("a configuration with two errors", wrong, 1);
    examined("a mode without a key", shell().export("STIGMER_MODE", "cloud"), 1);
  }

  private void journals() throws IOException {
    Shell shell = shell();
    shell.stigmer("run", "--base-url", "http://127.0.0.1:1", "hi");
    examined("a journal with a run", shell, 1, "--base-url", "http://127.0.0.1:1");
    Path journal = home().resolve("stigmer.db");
    Files.writeString(journal, "this is no database, whatever its name says");
    examined("a journal that is none", shell, 1, "--base-url", "http://127.0.0.1:1");
  }

  private void folders() throws IOException {
    examined(
        "no workspace", shell(), 1, "--base-url", "http://127.0.0.1:1", "--workspace", "/no/such");
  }

  @Test
  void aKeyIsNeverShown() throws IOException {
    try (var ollama =
        FakeOllama.start(
            Scenario.of(Answer.empty()).models(InstalledModel.withTools("qwen3.5:9b", 262_144)))) {
      Shell shell =
          shell()
              .export("STIGMER_LLM_API_KEY", KEY)
              .export("STIGMER_LLM_BASE_URL", ollama.baseUrl())
              .export("STIGMER_LLM_MODEL", "qwen3.5:9b");
      for (String[] words : List.of(new String[] {"doctor"}, new String[] {"doctor", "--json"})) {
        assertThat(shell.stigmer(words)).as(shell.out()).isZero();
        assertThat(shell.out() + shell.err()).doesNotContain(KEY, KEY.substring(0, 12));
      }
    }
  }

  @Test
  void jsonHasOneObjectPerFinding() throws IOException {
    Shell shell = shell();

    int status = shell.stigmer("doctor", "--json", "--base-url", "http://127.0.0.1:1");

    JsonNode json = new ObjectMapper().readTree(shell.out());
    assertThat(status).isEqualTo(1);
    assertThat(json.path("schema").asInt()).isEqualTo(1);
    assertThat(json.path("ok").asBoolean(true)).isFalse();
    assertThat(json.path("checks").findValuesAsText("subject"))
        .containsExactly("java", "config", "journal", "workspace", "commands", "server");
    JsonNode server = json.path("checks").get(5);
    assertThat(server.path("level").asText()).isEqualTo("failed");
    assertThat(server.path("code").asText()).isEqualTo("E201");
    assertThat(server.path("help")).isNotEmpty();
  }

  private void examined(String title, Shell shell, int status, String... options)
      throws IOException {
    String[] words = new String[options.length + 1];
    words[0] = "doctor";
    System.arraycopy(options, 0, words, 1, options.length);
    int given = shell.stigmer(words);
    story.append("## ").append(title).append('\n');
    story.append(
        shell
            .out()
            .replace(Path.of("").toRealPath().toString(), "<here>")
            .replace(home().toString(), "<home>")
            .replaceAll("127\\.0\\.0\\.1:\\d{4,5}", "127.0.0.1:PORT")
            .replaceAll("25\\S* at \\S+", "25 at <java>"));
    story.append("exit ").append(given).append("\n\n");
    assertThat(given).as(shell.out()).isEqualTo(status);
    assertThat(shell.err()).isEmpty();
  }

  private Path home() {
    return folder.resolve("home" + homes);
  }

  private Shell shell() throws IOException {
    homes++;
    return new Shell(Files.createDirectory(home())).export("STIGMER_EXECUTION_MODE", "local");
  }
}
