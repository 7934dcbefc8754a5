package ai.stigmer.runner.manifest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.runner.contract.SkillArchive;
import com.google.protobuf.ByteString;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
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
    assertThat(read(text).manifests()).isEmpty();
    return wrongs(text);
  }

  private static List<String> wrongs(String text) {
    ManifestReader reader = read(text);
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
    assertThat(wrong("a: " + "[".repeat(200_000)))
        .containsExactly("E120 [x.yaml] the file is nested too deeply");
    assertThat(wrong("a: [\n")).singleElement().asString().startsWith("E120 [x.yaml:2:1]");
  }

  /** Of a resource with that below its {@code kind}. */
  private static void assertTold(String kind, String rest, String... told) {
    assertThat(wrong("apiVersion: agentic.stigmer.ai/v1\nkind: %s\n%s\n".formatted(kind, rest)))
        .singleElement()
        .asString()
        .contains(told);
  }

  @Test
  void whatNoServerKeepsIsToldToo() {
    String name = "metadata: {name: a}";
    assertTold("Pod", name, "[x.yaml:2:7] \"kind\" must be one of Agent,", ", not \"Pod\"");
    assertTold("agent", name, "AgentInstance, not \"agent\"");
    assertTold(
        "Environment",
        "metadata: {name: '!'}\nspec: {description: x}",
        "[x.yaml:3:18] \"metadata.name\" has none of a-z");
    assertTold(
        "Environment",
        "metadata: {name: Größe}\nspec: {description: x}",
        "E122 [x.yaml:3:18] \"metadata.name\" has letters that a slug cannot have",
        "metadata.slug: gr-e");
    assertTold(
        "Environment",
        "metadata: {name: a, id: env_1}\nspec: {description: x}",
        "[x.yaml:3:25] \"metadata.id\" is the server's to say");
    assertTold(
        "Environment",
        name + "\nspec: {description: x}\nstatus: {}",
        "[x.yaml:5:9] \"status\" is the server's to say");
    assertTold(
        "Environment",
        name + "\nspec: {data: {A: }}",
        "[x.yaml:4:17] \"spec.data[A]\" has no value");
    assertTold(
        "Skill",
        "metadata: {name: a, slug: b}\n"
            + "spec: {skill_md: \"---\\nname: a\\ndescription: d\\n---\\n\"}",
        "[x.yaml:3:11] \"metadata\" of a skill has name, org and owner_scope only");
  }

  @Test
  void aNameOfOtherLettersIsTakenWithASlugAndOfASkillLeftToTheServer() {
    String skill = "spec: {skill_md: \"---\\nname: a\\ndescription: d\\n---\\n\"}";

    for (String rest :
        List.of(
            "kind: Environment\nmetadata: {name: Größe, slug: gr-e}\nspec: {description: x}\n",
            "kind: Skill\nmetadata: {name: Übersetzen}\n" + skill)) {
      ManifestReader reader = read("apiVersion: agentic.stigmer.ai/v1\n" + rest);
      assertThat(reader.problems()).isEmpty();
      assertThat(reader.manifests()).hasSize(1);
    }
    assertTold("Skill", "metadata: {name: 你好}\n" + skill, "a-z and 0-9; choose another name");
  }

  @Test
  void whatNoRunCouldUseIsToldToo() {
    String name = "metadata: {name: a}\n";
    assertTold(
        "McpServer",
        name + "spec: {stdio: {command: x, args: [null]}}",
        "[x.yaml:4:35] \"spec.stdio.args[0]\" has no value");
    assertTold(
        "McpServer",
        name + "spec: {description: x}",
        "[x.yaml:4:7] \"spec\" must say how the server is reached");
    assertTold(
        "McpServer",
        name + "spec: {stdio: {command: x}, http: {url: 'https://x'}}",
        "[x.yaml:4:29] \"spec.http\" cannot stand beside \"stdio\"");
    assertTold(
        "McpServer",
        name + "spec: {http: {url: 'https://x', headers: {X-Token: " + SECRET + "}}}",
        "[x.yaml:4:7] \"spec\" cannot be used: the header or parameter X-Token holds a secret");
    assertTold(
        "Agent",
        name + "spec: {instructions: Long enough., mcp_servers: [{name: b, docker: {image: c}}]}",
        "[x.yaml:4:50] \"spec.mcp_servers[0]\" cannot be used: servers in containers are not run");
    assertTold(
        "Skill",
        name + "spec: {skill_md: plain}",
        "[x.yaml:4:18] \"spec.skill_md\" is no skill: it does not begin with front matter");
    assertTold(
        "AgentInstance",
        name + "spec: {environment_refs: [e]}",
        "[x.yaml:4:7] \"spec.agent_id\" is missing; the name of an agent will do");
  }

  @Test
  void namesThatComeToTheSameAreToldWithWhatBothAreCalled() {
    String one = HEAD.formatted("Environment", "Two Words") + "  description: x\n";
    assertThat(
            wrongs(
                one + "---\n" + one.replace("Two Words", "two-words, owner_scope: organization")))
        .containsExactly(
            "E122 [x.yaml:1:1, x.yaml:7:1] the environment two-words is there twice:"
                + " both are called \"two-words\"");
    assertThat(wrongs(one + "---\n" + one.replace("Two Words", "Two Words, org: acme"))).isEmpty();
  }

  @Test
  void aFolderOfASkillGivesNothingHiddenAwayAndIsASkill() throws IOException {
    Path skill = Files.createDirectories(folder.resolve("Tidy_Up"));
    Files.createDirectories(skill.resolve(".git"));
    Files.writeString(skill.resolve(".git/config"), SECRET);
    Files.writeString(skill.resolve(".env"), SECRET);
    Files.createSymbolicLink(skill.resolve("link"), skill.resolve(".env"));
    Files.writeString(skill.resolve("list.txt"), "one");
    Files.writeString(skill.resolve("SKILL.md"), "no front matter");
    ManifestReader none = reader();
    none.read(skill);
    assertThat(none.problems().toString()).contains("E120", "SKILL.md", "it is no skill");

    Files.writeString(skill.resolve("SKILL.md"), "---\nname: tidy\ndescription: d\n---\n");
    ManifestReader one = reader();
    one.read(skill);
    byte[] archive = one.manifests().getFirst().body().path("artifact").binaryValue();
    SkillArchive.unpack(ByteString.copyFrom(archive), folder.resolve("out"));
    try (Stream<Path> files = Files.list(folder.resolve("out"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("SKILL.md", "list.txt");
    }
    assertThat(one.manifests().getFirst().slug()).isEqualTo("tidy-up");

    for (int i = 0; i < SkillArchive.MOST_FILES; i++) {
      Files.createFile(skill.resolve("more" + i));
    }
    ManifestReader many = reader();
    many.read(skill);
    assertThat(many.problems().toString()).contains("E120", "64 MiB and 1000 files");
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
    Files.writeString(skill.resolveSibling("SKILL.md"), "---\nname: tidy\ndescription: d\n---\n");

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
