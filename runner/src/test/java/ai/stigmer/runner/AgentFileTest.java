package ai.stigmer.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentFileTest {
  private static final String GOOD =
      """
      apiVersion: agentic.stigmer.ai/v1
      kind: Agent
      metadata:
        name: reviewer
      spec:
        description: Reviews.
        instructions: Review the changes of this folder.
        tools: [read_file, grep]
      """;

  @Test
  void aWholeFileBecomesADefinition() {
    // When
    AgentDefinition agent = AgentFile.parse("a.yaml", GOOD);

    // Then
    assertThat(agent)
        .isEqualTo(
            new AgentDefinition(
                "reviewer",
                "Reviews.",
                "Review the changes of this folder.",
                Optional.of(List.of("read_file", "grep"))));
  }

  @Test
  void anUnknownKeyNamesTheKeyThatWasMeantAndItsLine() {
    // Given
    String text = GOOD.replace("instructions:", "instuctions:");

    // When
    Problem problem = problemOf(text);

    // Then
    assertThat(problem.code()).isEqualTo("E121");
    assertThat(problem.message()).isEqualTo("unknown key \"spec.instuctions\" in an agent");
    assertThat(problem.from()).containsExactly("a.yaml:7:3");
    assertThat(problem.help())
        .containsExactly(
            "did you mean \"spec.instructions\"? known here: description, env_spec, icon_url, instructions, mcp_servers, skill_refs, sub_agents, subagents, tools");
  }

  @Test
  void subAgentsAreReadWithTheirTools() {
    AgentDefinition agent =
        AgentFile.parse(
            "a.yaml",
            GOOD
                + """
                  subagents:
                    - name: finder
                      description: Finds places.
                      instructions: Find what you are asked for.
                      tools: [grep]
                """
                    .indent(0));
    assertThat(agent.subAgents())
        .containsExactly(
            new SubAgentDefinition(
                "finder",
                "Finds places.",
                "Find what you are asked for.",
                Optional.of(List.of("grep"))));
  }

  @Test
  void aWrongSubAgentIsRefusedWithItsPlace() {
    String list = GOOD + "  subagents:\n    - name: finder\n      description: Finds.\n";
    assertThat(problemOf(list).message())
        .isEqualTo("\"spec.subagents[0].instructions\" is missing");
    assertThat(problemOf(list + "      modell: x\n").message())
        .isEqualTo("unknown key \"spec.subagents[0].modell\" in an agent");
    assertThat(problemOf(list + "      instructions: Go.\n").message())
        .isEqualTo("\"spec.subagents[0].instructions\" must have at least 10 characters");
    assertThat(problemOf(GOOD + "  subagents: finder\n").message())
        .isEqualTo("\"spec.subagents\" must be a list");
  }

  @Test
  void aModelPinInAnAgentIsRefused() {
    // Given
    String text = GOOD + "  model: gpt-4\n";

    // When
    Problem problem = problemOf(text);

    // Then
    assertThat(problem.message()).isEqualTo("unknown key \"spec.model\" in an agent");
  }

  @Test
  void textThatIsNotYamlNamesTheLine() {
    // When
    Problem problem = problemOf("kind: [Agent\nspec: }");

    // Then
    assertThat(problem.code()).isEqualTo("E120");
    assertThat(problem.message()).startsWith("the agent file is not YAML: ");
    assertThat(problem.from().getFirst()).startsWith("a.yaml:2:");
  }

  @Test
  void instructionsThatAreTooShortAreRefusedWithTheirLine() {
    // When
    Problem problem = problemOf(GOOD.replace("Review the changes of this folder.", "Go."));

    // Then
    assertThat(problem.message())
        .isEqualTo("\"spec.instructions\" must have at least 10 characters");
    assertThat(problem.from()).containsExactly("a.yaml:7:17");
  }

  @Test
  void missingWrongAndDoubledValuesAreRefused() {
    assertThat(problemOf(GOOD.replace("kind: Agent\n", "")).message())
        .isEqualTo("\"kind\" is missing");
    assertThat(problemOf(GOOD.replace("kind: Agent", "kind: Skill")).message())
        .isEqualTo("\"kind\" must be Agent, got \"Skill\"");
    assertThat(problemOf(GOOD.replace("[read_file, grep]", "read_file")).message())
        .isEqualTo("\"spec.tools\" must be a list");
    assertThat(problemOf(GOOD.replace("name: reviewer", "name: \"Rev iewer\"")).message())
        .startsWith("\"metadata.name\" must be 1 to 63 lower-case letters, digits");
    assertThat(problemOf("").message()).isEqualTo("the agent file is empty");
    assertThat(problemOf("a: " + "[".repeat(200_000)).message())
        .isEqualTo("the agent file is nested too deeply");
    assertThat(problemOf("- a").message())
        .isEqualTo("an agent file must be a mapping of keys to values");
  }

  @Test
  void aFileThatIsMissingOrBinaryIsNamed(@TempDir Path folder) throws IOException {
    // Given
    Path binary = folder.resolve("b.yaml");
    Files.write(binary, new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});

    // Then
    assertThat(readProblem(folder.resolve("none.yaml")).message())
        .isEqualTo("the agent file is not there");
    assertThat(readProblem(binary).message()).isEqualTo("the agent file is not UTF-8 text");
    assertThat(readProblem(folder).message()).isEqualTo("the agent file is a folder");
  }

  @Test
  void theDefaultAgentIsTheSameEveryTime() {
    assertThat(AgentDefinition.assistant().instructions())
        .isEqualTo(AgentDefinition.assistant().instructions())
        .doesNotContainPattern("\\d{4}");
  }

  private static Problem problemOf(String text) {
    return catchThrowableOfType(ProblemException.class, () -> AgentFile.parse("a.yaml", text))
        .problem();
  }

  private static Problem readProblem(Path file) {
    return catchThrowableOfType(ProblemException.class, () -> AgentFile.read(file)).problem();
  }
}
