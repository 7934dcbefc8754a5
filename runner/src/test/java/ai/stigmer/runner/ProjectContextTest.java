package ai.stigmer.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolArguments;
import ai.stigmer.graphton.tool.ToolContext;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProjectContextTest {
  @TempDir Path folder = Path.of("");

  private Path repository = Path.of("");
  private Path workspace = Path.of("");

  @BeforeEach
  void repository() throws IOException {
    folder = folder.toRealPath();
    Files.createDirectories(folder.resolve("repo/.git"));
    repository = folder.resolve("repo");
    workspace = Files.createDirectory(repository.resolve("service"));
  }

  @Test
  void theClosestGuideComesLastAndNothingAboveTheRepositoryCounts() throws IOException {
    Files.writeString(folder.resolve("AGENTS.md"), "above the repository");
    Files.writeString(repository.resolve("AGENTS.md"), "of the repository");
    Files.writeString(workspace.resolve("AGENTS.md"), "of the service");

    ProjectContext context = read(Optional.empty());

    assertThat(context.guides())
        .extracting(ProjectContext.Guide::text)
        .containsExactly("of the repository", "of the service");
    assertThat(context.text()).startsWith("\n\n# Project instructions");
  }

  @Test
  void guidesAreCutFarthestFirst() throws IOException {
    Files.writeString(repository.resolve("AGENTS.md"), "f".repeat(30_000));
    Files.writeString(workspace.resolve("AGENTS.md"), "c".repeat(30_000));

    ProjectContext context = read(Optional.empty());

    assertThat(context.guides().getLast().text()).isEqualTo("c".repeat(30_000));
    assertThat(context.guides().getFirst().text()).hasSizeLessThan(3_000).contains("cut here");
    assertThat(context.notes()).hasSize(1);
  }

  @Test
  void aGuideThatLeadsToAnotherFileOfTheMachineIsLeftOut() throws IOException {
    Path secret = Files.writeString(folder.resolve("id_rsa"), "private key");
    Files.createSymbolicLink(workspace.resolve("AGENTS.md"), secret);

    assertThat(read(Optional.empty()).text()).doesNotContain("private key");
  }

  @Test
  void skillsAreIndexedByNameAndTheClosestOneCounts() throws IOException {
    skill(folder.resolve("home/skills/zeta"), "zeta", "of the user", "z");
    skill(folder.resolve("home/skills/review"), "review", "of the user", "user's");
    skill(workspace.resolve(".claude/skills/review"), "review", "of claude", "claude's");
    skill(workspace.resolve(".stigmer/skills/review"), "review", "of the project", "project's");

    ProjectContext context = read(Optional.empty());

    assertThat(context.skillsText()).endsWith("- review: of the project\n- zeta: of the user\n");
    assertThat(load(context, "review")).contains("project's").doesNotContain("description:");
    assertThat(load(context, "fly")).contains("The skills are: review, zeta");
  }

  @Test
  void onlySkillsThatTheAgentWantsAreOfferedAndAMissingOneIsNamed() throws IOException {
    skill(workspace.resolve(".agents/skills/a"), "aa", "first", "a");
    skill(workspace.resolve(".agents/skills/b"), "bb", "second", "b");

    assertThat(read(Optional.of(List.of("bb"))).skills()).hasSize(1);
    assertThatThrownBy(() -> read(Optional.of(List.of("cc")))).hasMessageStartingWith("E164");
  }

  @Test
  void aSkillThatIsNoneOrLeadsOutOfTheWorkspaceIsLeftOutWithANote() throws IOException {
    skill(folder.resolve("elsewhere"), "evil", "evil", "evil");
    Path skills = Files.createDirectories(workspace.resolve(".agents/skills"));
    Files.createSymbolicLink(skills.resolve("evil"), folder.resolve("elsewhere"));
    Files.createDirectory(skills.resolve("bare"));
    Files.writeString(skills.resolve("bare/SKILL.md"), "no front matter");
    skill(skills.resolve("named"), "Not A Name", "x", "x");

    ProjectContext context = read(Optional.empty());

    assertThat(context.skills()).isEmpty();
    assertThat(context.notes()).hasSize(3);
  }

  @Test
  void aSkillThatWasChangedAfterTheRunBeganIsNotLoaded() throws IOException {
    Path skills = workspace.resolve(".stigmer/skills");
    skill(skills.resolve("aa"), "aa", "Does a.", "How a is done.");
    ProjectContext context = read(Optional.empty());
    assertThat(load(context, "aa")).contains("How a is done.");

    skill(skills.resolve("aa"), "aa", "Does a.", "Do something else.");

    assertThat(load(context, "aa"))
        .contains("was changed after the run began")
        .doesNotContain("something else");
    assertThat(load(read(Optional.empty()), "aa")).contains("something else");
    assertThat(RunContext.skills(RunContext.skillsJson(context.known())))
        .isEqualTo(context.known());
  }

  @Test
  void whereNothingIsThereNothingIsAdded() {
    assertThat(read(Optional.empty()).text()).isEmpty();
  }

  private ProjectContext read(Optional<List<String>> wanted) {
    return ProjectContext.read(
        workspace, Map.of("STIGMER_HOME", folder.resolve("home").toString()), wanted);
  }

  private static String load(ProjectContext context, String name) {
    Tool tool = LoadSkill.tool(context.known());
    var arguments = new ToolArguments(JsonNodeFactory.instance.objectNode().put("name", name));
    try {
      return tool.run(
              arguments, new ToolContext("r", "1", new ai.stigmer.graphton.cancel.CancelToken()))
          .text();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static void skill(Path folder, String name, String description, String body)
      throws IOException {
    Files.createDirectories(folder);
    Files.writeString(
        folder.resolve("SKILL.md"),
        "---\nname: " + name + "\ndescription: " + description + "\n---\n" + body + "\n");
  }
}
