package ai.stigmer.runner.manifest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.error.Problem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is made of files of resources, and what is said of those that are none. */
class ManifestReaderTest {
  private static final String SECRET = "canary-of-a-manifest";
  private static final String HEAD =
      """
      apiVersion: agentic.stigmer.ai/v1
      kind: %s
      metadata: {name: %s}
      spec:
      """;

  @TempDir Path folder = Path.of("");

  private static ManifestReader reader() {
    return new ManifestReader(Map.of("TOKEN", SECRET, "EMPTY", ""));
  }

  private static ManifestReader read(String text) {
    ManifestReader reader = reader();
    try {
      reader.read("x.yaml", new ByteArrayInputStream(text.getBytes(UTF_8)));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return reader;
  }

  private static List<String> wrong(String text) {
    ManifestReader reader = read(text);
    assertThat(reader.manifests()).isEmpty();
    assertThat(reader.problems().toString()).doesNotContain(SECRET);
    return reader.problems().stream()
        .map(problem -> problem.code() + " " + problem.from() + " " + problem.message())
        .toList();
  }

  @Test
  void aResourceIsTheJsonOfTheContractWithItsVariablesFilled() {
    ManifestReader reader =
        read(
            HEAD.formatted("Environment", "Two Words")
                + """
                  description: for all
                  data:
                    A: {value: "x-${TOKEN}-$${TOKEN}", is_secret: true}
                    B: {value: plain, isSecret: false}
                    C: {value: "********", is_secret: true}
                    D: {is_secret: true}
                """);

    assertThat(reader.problems()).isEmpty();
    assertThat(reader.secrets()).containsExactly("x-" + SECRET + "-${TOKEN}");
    Manifest one = reader.manifests().getFirst();
    assertThat(one.slug()).isEqualTo("two-words");
    assertThat(one.toString()).isEqualTo("environment Two Words (x.yaml:1:1)");
    assertThat(one.body().at("/spec/data/A/value").asText()).isEqualTo("x-" + SECRET + "-${TOKEN}");
    assertThat(one.body().at("/spec/data/B").toString()).isEqualTo("{\"value\":\"plain\"}");
    assertThat(one.body().at("/spec/data/D/isSecret").asBoolean()).isTrue();
  }

  @Test
  void placeholdersOfServersAreLeftForTheRun() {
    ManifestReader reader =
        read(
            HEAD.formatted("Agent", "helper")
                + """
                  instructions: You help with ${TOKEN} and more.
                  mcp_servers:
                    - name: memory
                      stdio: {command: npx, args: [-y], env_placeholders: {T: "${TOKEN}"}}
                      enabled_tools: [read]
                    - name: web
                      http: {url: "https://example.com", timeout_seconds: 7}
                """);

    assertThat(reader.problems()).isEmpty();
    assertThat(reader.manifests().getFirst().body().toString())
        .contains("{\"T\":\"${TOKEN}\"}", "\"timeoutSeconds\":7", "with ${TOKEN} and")
        .doesNotContain(SECRET);
  }

  @Test
  void whateverIsWrongIsToldWithItsLine() {
    String agent = HEAD.formatted("Agent", "a");
    assertThat(wrong(agent + "  instructions: Short.\n"))
        .singleElement()
        .asString()
        .startsWith("E122 [x.yaml:5:17] \"spec.instructions\"");
    assertThat(wrong(agent + "  instructions: [long, enough]\n"))
        .containsExactly("E122 [x.yaml:5:17] \"spec.instructions\" must be one value");
    assertThat(
            wrong(
                agent
                    + "  instructions: Long enough to be.\n  sub_agents:\n"
                    + "    - name: b\n      instructions: Short.\n"))
        .singleElement()
        .asString()
        .startsWith("E122 [x.yaml:8:21] \"spec.sub_agents[0].instructions\"");
    assertThat(wrong(agent + "  instruction: Long enough to be.\n"))
        .containsExactly(
            "E121 [x.yaml:5:3] \"spec.instruction\" has no place in a resource of a server");
    assertThat(wrong(HEAD.formatted("Environment", "e") + "  data: {A: {is_secret: maybe}}\n"))
        .containsExactly("E122 [x.yaml:5:25] \"spec.data[A].is_secret\" must be true or false");
    assertThat(
            wrong(HEAD.formatted("Environment", "e") + "  data: {A: {value: \"${NO}${EMPTY}\"}}\n"))
        .containsExactly(
            "E122 [x.yaml:5:21] \"spec.data[A].value\" needs variables that are not set: EMPTY, NO");
    assertThat(
            wrong(
                HEAD.formatted("Environment", "e")
                    + "  data: {A: {value: "
                    + SECRET
                    + ", is_secret: true}}\n"))
        .singleElement()
        .asString()
        .contains("[x.yaml:5:21]", "is a secret and stands in the file");
    assertThat(wrong("kind: Agent\nmetadata: {name: a}\nkind: Agent\n"))
        .anyMatch(line -> line.contains("x.yaml"));
    assertThat(wrong("[1, 2]\n")).singleElement().asString().contains("\"kind\" must be one of");
    assertThat(wrong("---\n---\n")).singleElement().asString().contains("no resource");
    assertThat(wrong("a: [\n")).singleElement().asString().startsWith("E120 [x.yaml:2:1]");
  }

  @Test
  void aResourceThatIsThereTwiceIsToldWithBothPlaces() {
    String one = HEAD.formatted("Environment", "e") + "  description: x\n";
    ManifestReader reader = read(one + "---\n" + one);
    assertThat(reader.problems())
        .singleElement()
        .satisfies(
            problem -> assertThat(problem.from()).containsExactly("x.yaml:1:1", "x.yaml:7:1"));
  }

  @Test
  void aFolderIsItsFilesOrItsSkillWhoseArchiveIsAlwaysTheSame() throws IOException {
    Files.writeString(
        folder.resolve("b.yaml"), HEAD.formatted("Environment", "b") + "  description: x\n");
    Files.writeString(
        folder.resolve("a.yml"), HEAD.formatted("Environment", "a") + "  description: x\n");
    Files.writeString(folder.resolve("c.txt"), "not read");
    Path skill = Files.createDirectories(folder.resolve("tidy/more"));
    Files.writeString(skill.resolve("x.txt"), "x");
    Files.writeString(skill.resolveSibling("SKILL.md"), "---\nname: tidy\n---\n");

    ManifestReader reader = reader();
    reader.read(folder);
    assertThat(reader.manifests()).extracting(Manifest::name).containsExactly("a", "b");
    ManifestReader first = reader();
    first.read(folder.resolve("tidy"));
    ManifestReader again = reader();
    again.read(folder.resolve("tidy"));
    assertThat(first.manifests().getFirst().body()).isEqualTo(again.manifests().getFirst().body());
    assertThat(first.manifests().getFirst().label()).isEqualTo("skill tidy");
    ManifestReader absent = reader();
    absent.read(folder.resolve("absent"));
    assertThat(absent.problems()).extracting(Problem::code).containsExactly("E120");
  }

  @Test
  void garbledFilesAreToldAndNeverThrow() {
    var random = new Random(20_261_122L);
    String whole =
        HEAD.formatted("Agent", "a")
            + "  instructions: Long enough to be.\n  skill_refs: [x]\n  env_spec: {data: {A: {value: b}}}\n";
    for (int i = 0; i < 2_000; i++) {
      var text = new StringBuilder(whole);
      for (int k = random.nextInt(4); k >= 0; k--) {
        int at = random.nextInt(text.length());
        text.setCharAt(at, "{}[]:,&*!|>-\n\t '\"%@`a0~#".charAt(random.nextInt(23)));
      }
      ManifestReader reader = read(text.toString());
      assertThat(reader.problems().size() + reader.manifests().size())
          .as(text.toString())
          .isPositive();
    }
  }
}
