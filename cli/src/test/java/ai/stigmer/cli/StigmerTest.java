package ai.stigmer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StigmerTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @TempDir Path home = Path.of("");

  @Test
  void helpNamesEveryCommand() {
    assertThat(execute("--help")).isZero();
    assertThat(text(out)).contains(Commands.NAMES);
  }

  @Test
  void anUnknownCommandNamesTheOneThatWasMeant() {
    assertThat(execute("sesions")).isEqualTo(2);
    assertThat(text(err)).contains("error[E002]", "did you mean \"stigmer sessions\"?");
  }

  @Test
  void aWrongOptionIsAUsageErrorWithoutAStackTrace() {
    assertThat(execute("run", "--bogus")).isEqualTo(2);
    assertThat(text(err))
        .isEqualTo(
            "error[E001]: stigmer run has no option \"--bogus\"\n  help  stigmer run --help\n");
  }

  @Test
  void aMissingKeyEndsWithStatusFourAndIsJsonForPrograms() {
    assertThat(execute("run", "--mode", "cloud", "--output", "json", "hi")).isEqualTo(4);
    assertThat(text(out))
        .startsWith("{\"schema\":1,\"type\":\"error\",\"code\":\"E101\",\"exit\":4");
  }

  @Test
  void optionsWithoutACommandMeanRun() {
    assertThat(execute("-p", "")).isEqualTo(2);
    assertThat(text(err)).startsWith("error[E004]: there is no message");
  }

  @Test
  void anUnreachableServerEndsWithStatusFiveAndTheRunIsListed() {
    assertThat(execute("run", "--base-url", "http://127.0.0.1:1", "hi")).isEqualTo(5);
    assertThat(text(err)).contains("error[E201]", "go on with: stigmer resume ");
    assertThat(execute("sessions", "list")).isZero();
    assertThat(execute("sessions", "show", "last")).isZero();
    assertThat(text(out)).contains("failed", "end: failed");
  }

  @Test
  void aWorkspaceThatIsNotThereIsNamed() {
    assertThat(execute("run", "--workspace", home.resolve("none").toString(), "hi")).isEqualTo(3);
    assertThat(text(err)).contains("error[E130]: the workspace ", "is not there");
  }

  @Test
  void everyCodeInTheSourcesIsExplained() throws IOException {
    // Given
    Pattern code = Pattern.compile("\"([EW]\\d{3})\"");
    Set<String> used = new TreeSet<>();
    for (Path file : sources()) {
      Matcher matcher = code.matcher(Files.readString(file));
      while (matcher.find()) {
        used.add(matcher.group(1));
      }
    }

    // Then
    assertThat(used).hasSizeGreaterThan(30);
    assertThat(Explanations.load().titles().keySet()).containsAll(used);
  }

  private static List<Path> sources() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("..").toRealPath())) {
      return files
          .filter(f -> f.toString().endsWith(".java") && f.toString().contains("/src/main/"))
          .toList();
    }
  }

  private int execute(String... args) {
    return new Stigmer(
            Map.of("STIGMER_HOME", home.toString()),
            new ByteArrayInputStream(new byte[0]),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            JournalOpener.sqlite())
        .execute(args);
  }

  private static String text(ByteArrayOutputStream stream) {
    return stream.toString(StandardCharsets.UTF_8);
  }
}
