package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every code of a message is explained, and each stands in a test or in what one expects. */
class CodesTest {
  private static final Path ROOT = HouseRulesTest.root();
  private static final Pattern EXPLAINED = Pattern.compile("(?m)^== ([EW]\\d{3}) ");
  private static final Pattern CODE = Pattern.compile("\\b[EW]\\d{3}\\b");
  private static final Pattern GIVEN = Pattern.compile("\"([EW]\\d{3})\"");

  /**
   * Bugs of ours, which no test provokes; and what takes a machine without a shell or a server that
   * hangs. A code that a test provokes must not stand here.
   */
  private static final Set<String> NOT_PROVOKED =
      new TreeSet<>(
          Set.of("E214", "E402", "E452", "E568", "E575", "E579", "E583", "E901", "E902", "W301"));

  @Test
  void everyExplainedCodeIsProvokedByATest() {
    var missing = codes(EXPLAINED, explanations());
    assertThat(missing).hasSizeGreaterThan(200);
    missing.removeAll(inTests());
    assertThat(missing).isEqualTo(NOT_PROVOKED);
  }

  @Test
  void everyCodeThatIsGivenIsExplained() {
    var given = new TreeSet<String>();
    sources("main").forEach(file -> given.addAll(codes(GIVEN, read(file))));
    given.removeAll(codes(EXPLAINED, explanations()));
    assertThat(given).isEmpty();
  }

  private static String explanations() {
    return read(ROOT.resolve("cli/src/main/resources/ai/stigmer/cli/explanations.txt"));
  }

  private static Set<String> inTests() {
    var found = new TreeSet<String>();
    sources("test")
        .filter(file -> !file.endsWith("CodesTest.java"))
        .forEach(file -> found.addAll(codes(CODE, read(file))));
    return found;
  }

  private static Set<String> codes(Pattern pattern, String text) {
    var found = new TreeSet<String>();
    pattern.matcher(text).results().forEach(hit -> found.add(hit.group(hit.groupCount())));
    return found;
  }

  private static Stream<Path> sources(String kind) {
    try (Stream<Path> files = Files.walk(ROOT)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> ROOT.relativize(file).toString().contains("src/" + kind + "/"))
          .filter(file -> !ROOT.relativize(file).toString().contains("target/"))
          .filter(file -> file.toString().matches(".*\\.(java|txt|json|yaml|html)"))
          .toList()
          .stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
