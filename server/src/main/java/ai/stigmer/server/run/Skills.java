package ai.stigmer.server.run;

import ai.stigmer.agentic.agent.v1.Agent;
import ai.stigmer.agentic.skill.v1.Skill;
import ai.stigmer.commons.apiresource.ApiResourceReference;
import ai.stigmer.runner.ProjectContext;
import ai.stigmer.runner.contract.ContractAgent;
import ai.stigmer.runner.contract.SkillArchive;
import ai.stigmer.server.skill.SkillShelf;
import java.nio.file.Path;
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
   * What the workspace brings to a run: its AGENTS.md and the skills of the agent and of its
   * sub-agents, of the user's own nothing.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E560} for a skill that is not there,
   *     {@code E164} for one that cannot be used
   */
  ProjectContext unpacked(Agent agent, Path workspace) {
    List<String> names =
        agent.getSpec().getSkillRefsList().stream().map(one -> unpack(one, workspace)).toList();
    agent.getSpec().getSubAgentsList().stream()
        .flatMap(child -> child.getSkillRefsList().stream())
        .forEach(one -> unpack(one, workspace));
    Path nobody = workspace.resolve(".stigmer").resolve("nobody");
    return ProjectContext.read(
        workspace, Map.of("STIGMER_HOME", nobody.toString()), Optional.of(names));
  }

  private String unpack(ApiResourceReference reference, Path workspace) {
    Skill skill = shelf.byReference(reference);
    Path folder = workspace.resolve(FOLDER).resolve(ContractAgent.folder(reference));
    SkillArchive.unpack(shelf.artifact(skill.getStatus().getArtifactStorageKey()), folder);
    return ProjectContext.skillName(folder.resolve("SKILL.md"));
  }
}
