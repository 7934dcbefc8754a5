package ai.stigmer.cli.config;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.cli.Main;
import ai.stigmer.cli.Shell;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** The real command against the model of its rules. */
class CascadeAgainstRulesTest {
  private static final int CASES = 4000;
  private static final long SEED = 20261121;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path home = temporary();

  @Test
  void thousandsOfCombinationsAreExplainedAsTheRulesSay() {
    var seen = new TreeMap<String, Integer>();
    for (int i = 0; i < CASES; i++) {
      var random = new Random(SEED + i);
      int density = List.of(1, 2, 3, 5, 8).get(i % 5);
      GivenConfiguration given = GivenConfiguration.draw(random::nextInt, density, home);
      check(given, "case " + i, seen);
    }
    // A generator that no longer reaches a rule proves nothing about it.
    assertThat(seen.keySet())
        .contains(
            "E101",
            "E102",
            "E103",
            "E104",
            "E105",
            "E107",
            "E108",
            "E109",
            "E111",
            "E112",
            "E113",
            "E114",
            "E115",
            "E116",
            "E117",
            "E118",
            "E124",
            "E127",
            "exit 0",
            "exit 3",
            "exit 4",
            "resolved",
            "not sent",
            "other provider",
            "shadowed",
            "by its model");
    assertThat(seen.values()).allMatch(count -> count >= 10);
  }

  @Property(tries = 300)
  void anyCombinationIsExplainedAsTheRulesSay(
      @ForAll @Size(max = 160) List<@IntRange(max = 1000) Integer> numbers) {
    var next = new int[] {0};
    GivenConfiguration.Choices choices =
        bound -> next[0] < numbers.size() ? numbers.get(next[0]++) % bound : 0;
    check(GivenConfiguration.draw(choices, 5, home), numbers.toString(), new TreeMap<>());
  }

  private void check(GivenConfiguration given, String name, Map<String, Integer> seen) {
    Path config = home.resolve("config.yaml");
    write(config, given.fileLines());
    var expected = new ExpectedExplain(given, config);
    // When
    Explained explained = explain(given);
    // Then
    assertThat(explained.problems())
        .as("problems of %s: %s", name, given)
        .isEqualTo(expected.problems());
    for (int i = 0; i < expected.settings().size(); i++) {
      assertThat(explained.json().get("settings").get(i))
          .as("%s: %s", name, given)
          .isEqualTo(expected.settings().get(i));
    }
    assertThat(explained.json().get("settings")).isEqualTo(expected.settings());
    assertThat(explained.json().at("/mode/value").asText()).as(name).isEqualTo(expected.mode());
    assertThat(explained.unusedKeys()).as("%s: %s", name, given).isEqualTo(expected.unusedKeys());
    assertThat(explained.status()).as("%s: %s", name, given).isEqualTo(expected.exitStatus());
    assertThat(explained.text()).as("%s: %s", name, given).doesNotContain("canary");
    if (expected.settings().hashCode() % 8 == 0) {
      assertThat(explain(given).text()).as("the same again").isEqualTo(explained.text());
    }
    count(explained, seen);
  }

  private static void count(Explained explained, Map<String, Integer> seen) {
    explained.problems().forEach(each -> seen.merge(each.substring(0, 4), 1, Integer::sum));
    seen.merge("exit " + explained.status(), 1, Integer::sum);
    String text = explained.text();
    for (String word : List.of("other provider", "shadowed", "by its model")) {
      if (text.contains("\"reason\":\"" + word) || text.contains("(" + word)) {
        seen.merge(word, 1, Integer::sum);
      }
    }
    if (text.contains("\"resolved\"")) {
      seen.merge("resolved", 1, Integer::sum);
    }
    if (text.contains("\"sent\":false")) {
      seen.merge("not sent", 1, Integer::sum);
    }
  }

  /** What the command printed. */
  private record Explained(String text, JsonNode json, int status) {
    Set<String> problems() {
      var found = new TreeSet<String>();
      for (JsonNode problem : json.get("problems")) {
        found.add(problem.get("code").asText() + " " + problem.get("setting").asText());
      }
      return found;
    }

    Set<String> unusedKeys() {
      var found = new TreeSet<String>();
      for (JsonNode note : json.get("notes")) {
        int end = note.asText().indexOf(" is set and not used");
        if (end > 0) {
          found.add(note.asText().substring(0, end));
        }
      }
      return found;
    }
  }

  private Explained explain(GivenConfiguration given) {
    var env = new LinkedHashMap<>(given.env());
    env.put("STIGMER_HOME", home.toString());
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    int status =
        Main.execute(
            given.commandLine().toArray(String[]::new),
            env,
            new ByteArrayInputStream(new byte[0]),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Shell.CLOCK);
    String text = out.toString(StandardCharsets.UTF_8);
    try {
      return new Explained(
          text + err.toString(StandardCharsets.UTF_8), JSON.readTree(text), status);
    } catch (IOException e) {
      throw new AssertionError("no JSON: " + text + err, e);
    }
  }

  private static void write(Path config, List<String> lines) {
    try {
      Files.deleteIfExists(config);
      if (!lines.isEmpty()) {
        Files.write(config, lines);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path temporary() {
    try {
      Path home = Files.createTempDirectory("stigmer-rules");
      GivenConfiguration.writeKeyFiles(home);
      return home;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
