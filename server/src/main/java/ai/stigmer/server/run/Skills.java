package ai.stigmer.server.run;

import ai.stigmer.agentic.skill.v1.Skill;
import ai.stigmer.commons.apiresource.ApiResourceReference;
import ai.stigmer.runner.ProjectContext;
import ai.stigmer.runner.contract.SkillArchive;
import ai.stigmer.server.skill.SkillShelf;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Puts the skills of an agent into a workspace, where a run finds them. */
final class Skills {
  private static final String FOLDER = ".stigmer/skills";

  private final SkillShelf shelf;

  Skills(SkillShelf shelf) {
    this.shelf = shelf;
  }

  /**
   * What the workspace brings to a run: its AGENTS.md and these skills, of the user's own nothing.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E560} for a skill that is not there,
   *     {@code E164} for one that cannot be used
   */
  ProjectContext unpacked(List<ApiResourceReference> references, Path workspace) {
    var names = new ArrayList<String>();
    for (ApiResourceReference reference : references) {
      Skill skill = shelf.byReference(reference);
      Path folder =
          workspace.resolve(FOLDER).resolve(skill.getMetadata().getSlug().replace('_', '-'));
      SkillArchive.unpack(shelf.artifact(skill.getStatus().getArtifactStorageKey()), folder);
      names.add(ProjectContext.skillName(folder.resolve("SKILL.md")));
    }
    Path nobody = workspace.resolve(".stigmer").resolve("nobody");
    return ProjectContext.read(
        workspace, Map.of("STIGMER_HOME", nobody.toString()), Optional.of(names));
  }
}
