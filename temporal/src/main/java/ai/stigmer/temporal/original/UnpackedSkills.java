package ai.stigmer.temporal.original;

import ai.stigmer.agentic.agent.v1.Agent;
import ai.stigmer.agentic.agent.v1.SubAgent;
import ai.stigmer.agentic.skill.v1.Skill;
import ai.stigmer.commons.apiresource.ApiResourceReference;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.runner.ProjectContext;
import ai.stigmer.runner.RunContext.KnownSkill;
import ai.stigmer.runner.contract.SkillArchive;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Puts the skills of an agent where a run finds them: the files into the workspace, the words into
 * the prompt.
 */
final class UnpackedSkills {
  private static final String FOLDER = "bin/skills";
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

  /** The most characters of all skills in one prompt; of the others it names the place. */
  private static final int MOST = 32_768;

  private final Path workspace;
  private final Backend backend;
  private final CancelToken token;
  private final List<KnownSkill> known = new ArrayList<>();

  UnpackedSkills(Path workspace, Backend backend, CancelToken token) {
    this.workspace = workspace;
    this.backend = backend;
    this.token = token;
  }

  /** The skills that can be loaded by name, of all that were unpacked. */
  List<KnownSkill> known() {
    return List.copyOf(known);
  }

  /** The agent whose sub-agents have their skills in their instructions. */
  Agent withSkillsOfSubAgents(Agent agent) {
    Agent.Builder builder = agent.toBuilder();
    for (int i = 0; i < agent.getSpec().getSubAgentsCount(); i++) {
      SubAgent child = agent.getSpec().getSubAgents(i);
      builder
          .getSpecBuilder()
          .setSubAgents(
              i,
              child.toBuilder()
                  .setInstructions(child.getInstructions() + text(child.getSkillRefsList())));
    }
    return builder.build();
  }

  /**
   * Unpacks skills; returns what a prompt says of them, which is nothing when there are none.
   *
   * @throws ProblemException {@code E579}, {@code E596} when the server does not give one, {@code
   *     E561} for one that cannot be unpacked
   */
  String text(List<ApiResourceReference> references) {
    var text = new StringBuilder();
    for (ApiResourceReference reference : references) {
      Skill skill = backend.skill(reference, token);
      String place = place(skill, reference);
      unpack(skill, workspace.resolve(place));
      String said = skill.getSpec().getSkillMd();
      text.append("\n\n## ")
          .append(
              skill.getMetadata().getName().isEmpty()
                  ? reference.getSlug()
                  : skill.getMetadata().getName())
          .append("\n\nIts files are in ")
          .append(place)
          .append("/ of the workspace.\n\n")
          .append(
              text.length() + said.length() <= MOST
                  ? said
                  : "Read SKILL.md there before work that it is for.");
    }
    return text.isEmpty() ? "" : "\n\n# Skills" + text;
  }

  private static String place(Skill skill, ApiResourceReference reference) {
    String hash = skill.getStatus().getVersionHash();
    if (!HASH.matcher(hash).matches()) {
      throw Problem.of(
              "E561",
              Problem.Category.USAGE,
              "skill \"" + reference.getSlug() + "\" cannot be used: its version has no hash")
          .help("push it again")
          .asException();
    }
    return FOLDER + "/" + hash;
  }

  private void unpack(Skill skill, Path folder) {
    String key = skill.getStatus().getArtifactStorageKey();
    ByteString archive = key.isEmpty() ? ByteString.EMPTY : backend.artifact(key, token);
    Path main = folder.resolve("SKILL.md");
    try {
      Files.createDirectories(folder);
      if (archive.isEmpty()) {
        Files.writeString(main, skill.getSpec().getSkillMd());
      } else {
        SkillArchive.unpack(archive, folder);
      }
      known.add(new KnownSkill(ProjectContext.skillName(main), main));
    } catch (IOException e) {
      throw new ProblemException(
          Problem.of("E130", Problem.Category.CONFIGURATION, "a skill cannot be unpacked")
              .from(folder.toString(), e.toString())
              .help("name a folder that the worker may write: SANDBOX_ROOT_DIR=DIR"),
          e);
    } catch (ProblemException e) {
      // Without front matter it cannot be loaded by its name; its words are in the prompt anyway.
      if (!e.problem().code().equals("E164")) {
        throw e;
      }
    }
  }
}
