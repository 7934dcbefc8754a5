package ai.stigmer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs against a fake Ollama, without a terminal and without a sandbox. */
abstract class RunOnALaptop {
  static final Answer WRITES =
      Answer.call("write_file", "{\"file_path\":\"new.txt\",\"content\":\"x\"}");
  static final Answer DONE = Answer.text("done");
  private static final String MODEL = "qwen3.5:9b";

  @TempDir Path folder;
  Path workspace = Path.of("");
  Shell shell = new Shell(Path.of(""));
  FakeOllama server = started();

  @BeforeEach
  final void laptop() throws IOException {
    workspace = Files.createDirectory(folder.resolve("workspace"));
    shell =
        new Shell(Files.createDirectory(folder.resolve("home")))
            .export("STIGMER_EXECUTION_MODE", "local")
            .export("STIGMER_LLM_MAX_RETRIES", "0")
            .export("STIGMER_LLM_MODEL", MODEL);
  }

  @AfterEach
  final void noServer() {
    server.close();
  }

  private static FakeOllama started(Answer... answers) {
    return FakeOllama.start(Scenario.of(answers).models(InstalledModel.withTools(MODEL, 32_768)));
  }

  static Answer command(String line) {
    return Answer.call(
        "execute", JsonNodeFactory.instance.objectNode().put("command", line).toString());
  }

  /** Everything that the model was asked last. */
  final String run(int status, List<String> options, Answer... answers) {
    var words = new ArrayList<>(List.of("run", "--workspace", workspace.toString()));
    words.addAll(options);
    words.add("do it");
    server.close();
    server = started(answers);
    shell.export("OLLAMA_BASE_URL", server.baseUrl());
    return asked(status, words);
  }

  /** Goes on at the same server. */
  final String resume(int status, String... options) {
    var words = new ArrayList<>(List.of("resume", "last"));
    words.addAll(List.of(options));
    return asked(status, words);
  }

  private String asked(int status, List<String> words) {
    int given = shell.stigmer(words.toArray(String[]::new));
    assertThat(given).as(shell.err()).isEqualTo(status);
    return server.chats().isEmpty()
        ? ""
        : server.chats().getLast().body().at("/messages").toString();
  }
}
