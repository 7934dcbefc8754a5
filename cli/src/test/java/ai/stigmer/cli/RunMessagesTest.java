package ai.stigmer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.testkit.Golden;
import ai.stigmer.testkit.http.Fault;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every way in which a run can end early, as somebody at a terminal reads it. */
class RunMessagesTest {
  private static final Path GOLDEN = Path.of("src/test/resources/ai/stigmer/cli/runs.txt");
  private static final String MODEL = "qwen3.5:9b";
  private static final String KEY = "canary-0123456789";
  private static final Answer LIST = Answer.call("ls", "{\"path\":\"/\"}");

  private static final Answer LONG = Answer.text("The first part, ", "the second, ", "the third.");

  private final StringBuilder story = new StringBuilder();
  private int homes;

  @TempDir Path folder = Path.of("");

  @Test
  void everyEndOfARunIsToldAsItWasReviewed() throws IOException {
    servers();
    models();
    answers();
    limits();
    tools();
    Golden.assertMatches(GOLDEN, story.toString());
  }

  private void servers() throws IOException {
    told("no server", 5, shell(), "--base-url", "http://127.0.0.1:1", "-m", MODEL);
    told("a key is refused", 4, Answer.error(401, "unauthorized: " + KEY));
    told("forbidden", 4, Answer.error(403, "cloud models are disabled"));
    told("not Ollama", 5, Answer.error(404, "page not found"));
    told("too many requests", 5, Answer.error(429, "slow down"));
    told("a broken server", 5, Answer.error(500, "llama runner process has terminated"));
    told("a busy server", 5, Answer.error(503, "server busy, please try again"));
  }

  private void models() throws IOException {
    told("a model that is missing", 6, Answer.error(404, "model 'qwen3.5:9b' not found"));
    told("a model without tools", 6, Answer.error(400, "qwen3.5:9b does not support tools"));
    told(
        "a prompt that is too long",
        6,
        Answer.error(400, "prompt is longer than the context length currently set"));
  }

  private void answers() throws IOException {
    told("an error within the answer", 5, Answer.text("half").andErrorLine("out of memory"));
    told("a cut connection", 5, LONG.with(new Fault.CutAt(200)));
    told("an answer without an end", 5, LONG.with(new Fault.EndAt(200)));
    told("a garbled answer", 5, LONG.with(new Fault.GarbleAt(150)));
    told("no Ollama at all", 5, LONG.with(new Fault.GarbleAt(3)));
    told("no answer", 6, Answer.empty());
    told("an answer cut by the output limit", 8, Answer.text("half").doneReason("length"));
    told(
        "an answer cut by the context",
        6,
        Answer.text("half").doneReason("length").tokens(32_000, 768));
  }

  private void limits() throws IOException {
    told("the same call for ever", 8, LIST, LIST, LIST, LIST, LIST);
    Shell shell = shell().export("STIGMER_MAX_TURNS", "2");
    try (FakeOllama server = started(LIST, Answer.call("glob", "{\"pattern\":\"*\"}"))) {
      told("no turns left", 8, shell, "--base-url", server.baseUrl(), "-m", MODEL);
    }
  }

  private void tools() throws IOException {
    told(
        "calls that cannot be served",
        7,
        Answer.call("fly", "{}"),
        Answer.call("read_file", "{\"path\":1}"),
        Answer.call("read_file", "{\"file_path\":\"../../etc/passwd\"}"),
        Answer.call("execute", "{\"command\":\"rm -rf /\"}"),
        Answer.text("I cannot do that."));
  }

  private void told(String title, int status, Answer... answers) throws IOException {
    try (FakeOllama server = started(answers)) {
      Shell shell = shell().export("STIGMER_LLM_API_KEY", KEY);
      told(title, status, shell, "--base-url", server.baseUrl(), "-m", MODEL);
    }
  }

  private static FakeOllama started(Answer... answers) {
    return FakeOllama.start(Scenario.of(answers).models(InstalledModel.withTools(MODEL, 32_768)));
  }

  private void told(String title, int status, Shell shell, String... options) throws IOException {
    Path workspace = Files.createDirectory(folder.resolve("workspace" + homes));
    String[] words =
        Stream.of(
                Stream.of("run", "--workspace", workspace.toString()),
                Arrays.stream(options),
                Stream.of("look around"))
            .flatMap(part -> part)
            .toArray(String[]::new);
    int given = shell.stigmer(words);
    String all = shell.err() + (shell.out().isEmpty() ? "" : "> " + shell.out());
    assertThat(all).doesNotContain(KEY);
    story.append("## ").append(title).append('\n');
    story.append(
        all.replaceAll("127\\.0\\.0\\.1:\\d{4,5}", "127.0.0.1:PORT")
            .replaceAll("\\d{6}-[a-z0-9]{8}", "RUN")
            .replaceAll("\\d+ ms", "0 ms"));
    story.append("exit ").append(given).append("\n\n");
    assertThat(given).as(title + "\n" + all).isEqualTo(status);
  }

  private Shell shell() throws IOException {
    homes++;
    return new Shell(Files.createDirectory(folder.resolve("home" + homes)))
        .export("STIGMER_EXECUTION_MODE", "local")
        .export("STIGMER_LLM_MAX_RETRIES", "0");
  }
}
