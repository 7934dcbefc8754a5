package ai.stigmer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.testkit.ollama.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A key that a tool comes across goes no further. */
class RedactionTest extends RunOnALaptop {
  private static final String KEY = "canary-0123456789";
  private static final String OTHER = "sk-ant-canary-9876543210";
  private static final String GROQ = "gsk_canary0123456789abcdef";

  @Test
  void aKeyThatAToolFindsIsNeitherJournaledNorShownNorSent() throws IOException {
    Files.writeString(
        workspace.resolve("keys.txt"), "A=" + KEY + "\nB=" + OTHER + "\nC=" + GROQ + "\n");
    shell.export("OLLAMA_API_KEY", KEY).export("ANTHROPIC_API_KEY", OTHER).export("GROQ", GROQ);
    String sent =
        run(
            0,
            List.of("--allow-shell", "-v"),
            Answer.call("read_file", "{\"file_path\":\"keys.txt\"}"),
            command("cat keys.txt; cat keys.txt >&2; exit 1"),
            Answer.call("grep", "{\"pattern\":\"=\",\"output_mode\":\"content\"}"),
            DONE);
    String shown = shell.out() + shell.err();
    shell.stigmer("sessions", "export", "last");

    assertThat(sent).contains("[redacted]");
    for (String text : List.of(shown, shell.out(), sent, files(folder.resolve("home")))) {
      assertThat(text).doesNotContain(KEY, OTHER, GROQ);
    }
  }

  @Test
  void aFileKeepsItsSecretWhenTheModelWritesBackWhatItWasShown() throws IOException {
    // Given
    Path file = workspace.resolve("app.conf");
    String before = "key = " + KEY + "\nport = 80\n";
    Files.writeString(file, before);
    shell.export("OLLAMA_API_KEY", KEY);
    String shown = "key = [redacted]\\nport = 81\\n";
    // When
    String told =
        run(
            0,
            List.of(),
            Answer.call("read_file", "{\"file_path\":\"app.conf\"}"),
            Answer.call("write_file", "{\"file_path\":\"app.conf\",\"content\":\"" + shown + "\"}"),
            Answer.call(
                "edit_file",
                "{\"file_path\":\"app.conf\",\"old_string\":\"[redacted]\\nport = 80\","
                    + "\"new_string\":\"[redacted]\\nport = 81\"}"),
            DONE);
    // Then
    assertThat(told)
        .contains("nothing was written, or the secret would be lost")
        .contains("old_string is not in the file; [redacted] stands where");
    assertThat(file).hasContent(before);
    assertThat(shell.err()).contains("✗ write_file app.conf", "✗ edit_file app.conf");
    // When
    run(
        0,
        List.of(),
        Answer.call(
            "edit_file",
            "{\"file_path\":\"app.conf\",\"old_string\":\"port = 80\",\"new_string\":\"port = 81 #"
                + " [redacted]\"}"),
        Answer.call("write_file", "{\"file_path\":\"copy.conf\",\"content\":\"" + shown + "\"}"),
        DONE);
    // Then
    assertThat(file).hasContent("key = " + KEY + "\nport = 81 # [redacted]\n");
    assertThat(workspace.resolve("copy.conf")).hasContent("key = [redacted]\nport = 81\n");
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
