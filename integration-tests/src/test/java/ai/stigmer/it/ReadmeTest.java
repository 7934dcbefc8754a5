package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.it.StigmerProcess.Ended;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README shows works as it is written there. */
class ReadmeTest {
  private static final Pattern BLOCK = Pattern.compile("```(\\w*)\\n(.*?)```", Pattern.DOTALL);
  private static final InstalledModel MODEL = InstalledModel.withTools("qwen2.5-coder:7b", 32_768);

  @TempDir Path folder = Path.of("");

  @Test
  void everyCommandOfTheReadmeRuns() throws IOException {
    // Given
    List<String> commands =
        blocks("sh").stream()
            .flatMap(String::lines)
            .filter(line -> line.contains("./stigmer"))
            .map(line -> line.replaceFirst("\\s+#.*", "").replace("localhost:1234", "127.0.0.1:1"))
            .sorted(Comparator.comparing(ReadmeTest::asksOthers))
            .toList();
    assertThat(commands).hasSizeGreaterThan(8);
    launcher();
    // When
    try (FakeOllama ollama =
        FakeOllama.start(Scenario.answering(_ -> Answer.text("done")).models(MODEL))) {
      for (String command : commands) {
        Ended ended =
            StigmerProcess.in(folder)
                .with(
                    "STIGMER_LLM_BASE_URL",
                    asksOthers(command) ? "http://127.0.0.1:1" : ollama.baseUrl())
                .with("STIGMER_LLM_MAX_RETRIES", "0")
                .with("HOME", folder.toString())
                .with("PATH", folder.resolve("bin") + ":/usr/bin:/bin")
                .runOther(List.of("/bin/sh", "-c", command));
        // Then
        boolean vendors = command.contains("anthropic") || command.contains("-m openai/");
        int expected = vendors ? 4 : asksOthers(command) ? 5 : 0;
        assertThat(ended.status()).as("%s: %s", command, ended.err()).isEqualTo(expected);
      }
    }
  }

  /** No key is set here, and nothing but this machine is asked. */
  private static boolean asksOthers(String command) {
    return command.contains("anthropic") || command.contains("openai");
  }

  /** A launcher as in a checkout, for this build's classes; and a folder to work on. */
  private void launcher() throws IOException {
    String line =
        StigmerProcess.in(folder).line().stream()
            .map(word -> "'" + word + "'")
            .collect(Collectors.joining(" "));
    Path launcher =
        Files.writeString(folder.resolve("stigmer"), "#!/bin/sh\nexec " + line + " \"$@\"\n");
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.createDirectories(folder.resolve("src"));
    Files.writeString(folder.resolve("reviewer.yaml"), blocks("yaml").getFirst());
    Path git = Files.createDirectories(folder.resolve("bin")).resolve("git");
    Files.writeString(git, "#!/bin/sh\necho '+ a line'\n");
    Files.setPosixFilePermissions(git, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void theExampleOfTheLibraryCompilesAndRuns() throws Exception {
    // Given
    String example = blocks("java").getFirst();
    assertThat(example.lines().count()).as("lines of the example").isLessThanOrEqualTo(10);
    try (FakeOllama ollama =
        FakeOllama.start(
            Scenario.of(Answer.call("weather", "{\"city\":\"Bonn\"}"), Answer.text("It is sunny."))
                .models(InstalledModel.withTools("qwen3:8b", 32_768)))) {
      String source =
          example.replace(
              "ModelSettings.of(\"ollama\", \"qwen3:8b\")",
              "Example.at(\"" + ollama.baseUrl() + "\")");
      assertThat(source).isNotEqualTo(example);
      // When
      compile(program(source));
      Ended ended = StigmerProcess.in(folder).runOther(java());
      // Then
      assertThat(ended.status()).as(ended.err()).isZero();
      assertThat(ended.out()).isEqualTo("It is sunny.\n");
      assertThat(ollama.chats().getLast().body().toString()).contains("sunny in Bonn");
    }
  }

  private static String program(String example) {
    return """
        import ai.stigmer.graphton.*;
        import ai.stigmer.graphton.event.*;
        import ai.stigmer.graphton.model.*;
        import ai.stigmer.graphton.tool.*;
        import ai.stigmer.models.ollama.*;
        import java.util.*;

        public class Example {
          static ModelSettings at(String url) {
            ModelSettings m = ModelSettings.of("ollama", "qwen3:8b");
            return new ModelSettings(m.provider(), m.model(), Optional.of(url), m.apiKey(),
                m.maxTokens(), m.temperature(), m.contextLength(), m.effort(), m.dialect(), m.connectTimeout(),
                m.firstTokenTimeout(), m.idleTimeout());
          }

          public static void main(String[] args) {
        %s
          }
        }
        """
        .formatted(example);
  }

  private void compile(String source) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    var file =
        new SimpleJavaFileObject(
            URI.create("string:///Example.java"), javax.tools.JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return source;
          }
        };
    var said = new java.io.StringWriter();
    boolean compiled =
        compiler
            .getTask(
                said,
                null,
                null,
                List.of(
                    "-proc:none",
                    "-d",
                    folder.toString(),
                    "-cp",
                    System.getProperty("java.class.path")),
                null,
                List.of(file))
            .call();
    assertThat(compiled).as(said.toString()).isTrue();
  }

  private List<String> java() {
    var line = new ArrayList<>(StigmerProcess.in(folder).withMain("Example").line());
    int classPath = line.indexOf("-cp") + 1;
    line.set(classPath, folder + ":" + line.get(classPath));
    return line;
  }

  private static List<String> blocks(String language) throws IOException {
    var blocks = new ArrayList<String>();
    Matcher matcher = BLOCK.matcher(Files.readString(HouseRulesTest.root().resolve("README.md")));
    while (matcher.find()) {
      if (matcher.group(1).equals(language)) {
        blocks.add(matcher.group(2));
      }
    }
    return blocks;
  }
}
