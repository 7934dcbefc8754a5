package ai.stigmer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user sees of a context that fills, and of results that are too long for it. */
class ContextRunTest {
  private static final String MODEL = "qwen3.5:9b";
  private static final Answer TOO_LONG =
      Answer.error(400, "the prompt is longer than the context length of the model");

  @TempDir private Path folder;
  private Path workspace = Path.of("");
  private Shell shell = new Shell(Path.of(""));

  @BeforeEach
  void laptop() throws IOException {
    workspace = Files.createDirectory(folder.resolve("workspace"));
    shell =
        new Shell(Files.createDirectory(folder.resolve("home")))
            .export("STIGMER_EXECUTION_MODE", "local")
            .export("STIGMER_LLM_MAX_RETRIES", "0")
            .export("STIGMER_LLM_MODEL", MODEL);
  }

  @Test
  void aPromptThatOllamaRefusesIsSummarisedAndTheRunEndsWell() {
    try (FakeOllama server =
        serving(
            Answer.call("ls", "{}").tokens(3_000, 5),
            Answer.call("execute", "{\"command\":\"seq 1 4000\"}").tokens(3_100, 5),
            Answer.call("glob", "{\"pattern\":\"*\"}").tokens(12_000, 5),
            TOO_LONG,
            Answer.text("Counted to 4000."),
            Answer.text("done"))) {

      assertThat(run(server)).as(shell.err()).isZero();

      assertThat(shell.out()).isEqualTo("done\n");
      assertThat(shell.err()).contains("context: ", " messages were summarised, ");
      String last = server.chats().getLast().body().at("/messages").toString();
      assertThat(last)
          .contains("count", "Counted to 4000.", "Commands run:\\n- seq 1 4000", "glob")
          .doesNotContain("3999");
    }
    assertThat(shell.stigmer("sessions", "show", "last")).isZero();
    assertThat(shell.out())
        .contains("messages were summarised", "Counted to 4000.")
        .containsPattern("context [0-9,]+ tokens in the next prompt, summarised once\n");
    assertThat(shell.stigmer("sessions", "export", "last")).isZero();
    assertThat(shell.out()).contains("\"type\":\"compacted\"", "\"tokens_before\":");
    assertThat(shell.stigmer("replay", "last", "--output", "stream-json")).isZero();
    assertThat(shell.out()).contains("\"type\":\"compacted\",\"messages\":");
  }

  @Test
  void aLongOutputIsReadPageByPageFromTheJournalByAnotherProcess() {
    try (FakeOllama server =
        serving(
            Answer.call("execute", "{\"command\":\"seq 1 900000\"}"),
            Answer.error(500, "gone"),
            Answer.call(
                "read_file",
                "{\"file_path\":\"/large_tool_results/1-call_0_0\",\"offset\":449999,\"limit\":2}"),
            Answer.text("done"))) {
      assertThat(run(server)).isEqualTo(5);
      assertThat(server.chats().getLast().body().toString())
          .contains("characters were cut here; the whole is there", "1-call_0_0")
          .hasSizeLessThan(60_000);

      assertThat(shell.stigmer("resume", "last")).as(shell.err()).isZero();

      assertThat(server.chats().getLast().body().toString())
          .contains("450000  450000\\n450001  450001\\n[Read 2 lines");
    }
    assertThat(shell.stigmer("sessions", "show", "last")).isZero();
    assertThat(shell.out()).contains("kept whole: /large_tool_results/1-call_0_0 (6,188,");
  }

  private int run(FakeOllama server) {
    shell.export("STIGMER_LLM_BASE_URL", server.baseUrl());
    return shell.stigmer(
        "run", "--workspace", workspace.toString(), "--allow-shell", "count to four thousand");
  }

  private static FakeOllama serving(Answer... answers) {
    return FakeOllama.start(Scenario.of(answers).models(InstalledModel.withTools(MODEL, 32_768)));
  }
}
