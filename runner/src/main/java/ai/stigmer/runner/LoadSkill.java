package ai.stigmer.runner;

import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.runner.RunContext.KnownSkill;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Gives the model the text of a skill, when it asks for it. */
final class LoadSkill {
  static final String NAME = "load_skill";

  private LoadSkill() {}

  static Tool tool(List<KnownSkill> skills) {
    return Tool.named(NAME)
        .describedAs("Reads a skill of the list in your instructions. Do so before such work.")
        .string("name", "the skill's name")
        .readOnly()
        .calling((arguments, context) -> load(skills, arguments.string("name")));
  }

  private static ToolResult load(List<KnownSkill> skills, String name) {
    Optional<KnownSkill> skill = skills.stream().filter(s -> s.name().equals(name)).findFirst();
    if (skill.isEmpty()) {
      return ToolResult.error(
          "There is no skill \""
              + name
              + "\". The skills are: "
              + String.join(", ", skills.stream().map(KnownSkill::name).toList()));
    }
    Path file = skill.get().file();
    try {
      SkillFile read = SkillFile.read(file);
      if (!skill.get().hash().isEmpty() && !skill.get().hash().equals(read.hash())) {
        return ToolResult.error(
            "The skill \""
                + name
                + "\" was changed after the run began, so it is not loaded. Go on without it, and"
                + " tell the user: "
                + file);
      }
      return ToolResult.ok(
          "[skill "
              + name
              + "; its other files lie in "
              + file.getParent()
              + "]\n\n"
              + read.body());
    } catch (IOException e) {
      return ToolResult.error("the skill cannot be read any more: " + e.getMessage());
    }
  }
}
