package ai.stigmer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A key that a tool comes across goes no further. */
class RedactionTest {
  private static final String KEY = "canary-0123456789";
  private static final String OTHER = "sk-ant-canary-9876543210";
  private static final String GROQ = "gsk_canary0123456789abcdef";

  @TempDir Path folder = Path.of("");

  @Test
  void aKeyThatAToolFindsIsNeitherJournaledNorShownNorSent() throws IOException {
    Path workspace = Files.createDirectory(folder.resolve("workspace"));
    Files.writeString(
        workspace.resolve("keys.txt"), "A=" + KEY + "\nB=" + OTHER + "\nC=" + GROQ + "\n");
    Path home = Files.createDirectory(folder.resolve("home"));
    try (FakeOllama server =
        FakeOllama.start(
            Scenario.of(
                    Answer.call("read_file", "{\"file_path\":\"keys.txt\"}"),
                    Answer.call(
                        "execute", "{\"command\":\"cat keys.txt; cat keys.txt >&2; exit 1\"}"),
                    Answer.call("grep", "{\"pattern\":\"=\",\"output_mode\":\"content\"}"),
                    Answer.text("read"))
                .models(InstalledModel.withTools("qwen3.5:9b", 32_768)))) {
      Shell shell =
          new Shell(home)
              .export("OLLAMA_API_KEY", KEY)
              .export("ANTHROPIC_API_KEY", OTHER)
              .export("GROQ", GROQ);
      int status =
          shell.stigmer(
              "run",
              "--base-url",
              server.baseUrl(),
              "-m",
              "qwen3.5:9b",
              "--allow-shell",
              "-v",
              "--workspace",
              workspace.toString(),
              "read it");
      String shown = shell.out() + shell.err();
      shell.stigmer("sessions", "export", "last");
      String sent = server.chats().getLast().body().toString();

      assertThat(status).as(shown).isZero();
      assertThat(sent).contains("[redacted]");
      for (String text : new String[] {shown, shell.out(), sent, files(home)}) {
        assertThat(text).doesNotContain(KEY, OTHER, GROQ);
      }
    }
  }

  private static String files(Path home) throws IOException {
    var all = new StringBuilder();
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        all.append(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
      }
    }
    return all.toString();
  }
}
