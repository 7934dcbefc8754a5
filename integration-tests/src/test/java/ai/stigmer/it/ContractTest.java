package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page of promises names tests that exist. */
class ContractTest {
  private static final Pattern NAMED = Pattern.compile("`(\\w+Test)\\.(\\w+)`");
  private static final int PROMISES = 16;

  @Test
  void everyPromiseNamesATestThatExists() throws IOException {
    List<String> promises =
        Files.readAllLines(HouseRulesTest.root().resolve("docs/durability-contract.md")).stream()
            .filter(line -> line.startsWith("| **"))
            .toList();

    assertThat(promises).hasSizeGreaterThanOrEqualTo(PROMISES);
    for (String promise : promises) {
      List<String> named =
          NAMED
              .matcher(promise)
              .results()
              .map(found -> found.group(1) + " " + found.group(2))
              .toList();
      assertThat(named).as(promise).isNotEmpty();
      for (String name : named) {
        assertThat(tests(name.split(" ", 2)[0], name.split(" ", 2)[1])).as(name).hasSize(1);
      }
    }
  }

  /** The sources of the class that have a test of that name. */
  private static List<Path> tests(String type, String method) throws IOException {
    Pattern test =
        Pattern.compile("@(Test|ParameterizedTest|Property)\\b[^;]*?void " + method + "\\(");
    var found = new ArrayList<Path>();
    try (Stream<Path> files = Files.walk(HouseRulesTest.root())) {
      for (Path file :
          files
              .filter(path -> path.endsWith(type + ".java"))
              .filter(path -> path.toString().contains("/src/test/java/"))
              .toList()) {
        if (test.matcher(Files.readString(file)).find()) {
          found.add(file);
        }
      }
    }
    return found;
  }
}
