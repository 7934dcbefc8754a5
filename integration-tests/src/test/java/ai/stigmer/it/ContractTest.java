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

/** Pages that promise something name tests that exist. */
class ContractTest {
  private static final Pattern NAMED = Pattern.compile("`(\\w+Test)\\.(\\w+)`");
  private static final int PROMISES = 16;
  private static final int DEFECTS = 12;

  @Test
  void everyPromiseNamesATestThatExists() throws IOException {
    checkRows("docs/durability-contract.md", "| **", PROMISES);
  }

  @Test
  void everyDefectOfTheOriginalNamesTheTestThatItIsNotHere() throws IOException {
    checkRows("docs/temporal.md", "| ", DEFECTS);
  }

  /** Rows of tables that name tests; without a mark of their own those that name one. */
  private static void checkRows(String page, String mark, int least) throws IOException {
    List<String> rows =
        Files.readAllLines(HouseRulesTest.root().resolve(page)).stream()
            .filter(line -> line.startsWith(mark))
            .filter(line -> mark.length() > 2 || line.contains("Test."))
            .toList();

    assertThat(rows).hasSizeGreaterThanOrEqualTo(least);
    for (String row : rows) {
      List<String> named =
          NAMED.matcher(row).results().map(found -> found.group(1) + " " + found.group(2)).toList();
      assertThat(named).as(row).isNotEmpty();
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
