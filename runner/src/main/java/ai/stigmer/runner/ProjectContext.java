package ai.stigmer.runner;

import ai.stigmer.config.UserHome;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Spelling;
import ai.stigmer.runner.RunContext.KnownSkill;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the workspace and the user's home bring to a run: AGENTS.md files and skills. It is text for
 * the model and nothing else; it is read once, at the start of a run.
 *
 * @param guides AGENTS.md files, the most general first
 * @param skills those that the agent may load, by name
 * @param found all that there are, by name
 * @param notes what was left out, and why
 */
public record ProjectContext(
    List<Guide> guides, List<Skill> skills, List<Skill> found, List<String> notes) {
  /** What the parts of the text begin with. */
  static final String GUIDES = "\n\n# Project instructions\n\n";

  static final String SKILLS = "\n\n# Skills\n\n";
  private static final int MOST_GUIDES = 32_768;
  private static final int MOST_SKILLS = 100;
  private static final List<String> FOLDERS =
      List.of(".claude/skills", ".agents/skills", ".stigmer/skills");

  /** One AGENTS.md, cut where all of them together are too long. */
  public record Guide(Path file, String text) {}

  /** One skill of the index. */
  public record Skill(String name, String description, Path file, String hash) {
    boolean isCalled(String text) {
      return name.equals(text) || file.resolveSibling("").endsWith(text);
    }
  }

  public ProjectContext {
    guides = List.copyOf(guides);
    skills = List.copyOf(skills);
    found = List.copyOf(found);
    notes = List.copyOf(notes);
  }

  /**
   * Reads what is there.
   *
   * @param wanted the names of the skills that the agent may load; empty means all
   * @throws ai.stigmer.graphton.error.ProblemException {@code E164} when one of them is not there
   */
  public static ProjectContext read(
      Path workspace, Map<String, String> env, Optional<List<String>> wanted) {
    var notes = new ArrayList<String>();
    Path root = real(workspace);
    List<Guide> guides = guides(root, env, notes);
    var skills = new TreeMap<String, Skill>();
    homes(env).forEach(folder -> skills(folder, folder, skills, notes));
    FOLDERS.forEach(name -> skills(root.resolve(name), root, skills, notes));
    List<Skill> found = List.copyOf(skills.values());
    List<Skill> offered = wanted.map(names -> chosen("agent", names, found)).orElse(found);
    List<Skill> kept = offered.stream().limit(MOST_SKILLS).toList();
    if (kept.size() < offered.size()) {
      notes.add("only " + MOST_SKILLS + " of " + offered.size() + " skills are offered");
    }
    return new ProjectContext(guides, kept, found, notes);
  }

  /**
   * The agent with what is here for it and for each of its sub-agents.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E164} for a skill of a sub-agent that
   *     is not there
   */
  public AgentDefinition givenTo(AgentDefinition agent) {
    return agent.with(text(), agent.subAgents().stream().map(this::givenTo).toList());
  }

  private SubAgentDefinition givenTo(SubAgentDefinition child) {
    List<Skill> own = chosen("sub-agent " + child.name(), child.parts().skillRefs(), found);
    return child.with(known(own), skillsText(own));
  }

  /**
   * The name that a SKILL.md gives its skill.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E164} when it is no skill
   */
  public static String skillName(Path file) {
    try {
      return SkillFile.read(file).name();
    } catch (IOException e) {
      throw Problem.of(
              "E164", Problem.Category.CONFIGURATION, "a skill cannot be used: " + e.getMessage())
          .from(file.toString())
          .help("correct its SKILL.md and store it again")
          .asException();
    }
  }

  /** Why the text of a SKILL.md is no skill; empty when it is one. */
  public static Optional<String> notASkill(String text) {
    try {
      var _ = SkillFile.of(text);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /** Those of these names, or in a folder of such a name. */
  private static List<Skill> chosen(String who, List<String> names, List<Skill> found) {
    for (String name : names) {
      if (found.stream().noneMatch(skill -> skill.isCalled(name))) {
        throw Problem.of(
                "E164",
                Problem.Category.CONFIGURATION,
                "the " + who + " wants a skill that is not there: \"" + name + "\"")
            .help(
                Spelling.hint(name, found.stream().map(Skill::name).toList())
                    + "skills lie in "
                    + String.join(", ", FOLDERS))
            .asException();
      }
    }
    return found.stream().filter(skill -> names.stream().anyMatch(skill::isCalled)).toList();
  }

  private static Path real(Path workspace) {
    try {
      return workspace.toRealPath();
    } catch (IOException e) {
      return workspace.toAbsolutePath().normalize();
    }
  }

  private static List<Path> homes(Map<String, String> env) {
    var folders = new ArrayList<Path>();
    String home = env.getOrDefault("HOME", "").strip();
    if (!home.isEmpty()) {
      folders.add(Path.of(home, ".claude/skills"));
      folders.add(Path.of(home, ".agents/skills"));
    }
    folders.add(UserHome.stigmer(env).resolve("skills"));
    return folders;
  }

  private static void skills(
      Path folder, Path within, Map<String, Skill> skills, List<String> notes) {
    for (Path file : skillFiles(folder)) {
      try {
        Path real = file.toRealPath();
        if (!real.startsWith(real(within))) {
          throw new IOException("it leads out of " + within);
        }
        SkillFile skill = SkillFile.read(real);
        skills.put(skill.name(), new Skill(skill.name(), skill.description(), real, skill.hash()));
      } catch (IOException e) {
        notes.add("skill " + file + " was left out: " + e.getMessage());
      }
    }
  }

  private static List<Path> skillFiles(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> folders = Files.list(folder)) {
      return folders
          .map(skill -> skill.resolve("SKILL.md"))
          .filter(Files::isRegularFile)
          .sorted()
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private static List<Guide> guides(Path root, Map<String, String> env, List<String> notes) {
    var files = new ArrayList<Path>();
    files.add(UserHome.stigmer(env).resolve("AGENTS.md"));
    files.addAll(above(root));
    var guides = new ArrayList<Guide>();
    int left = MOST_GUIDES;
    // The closest one counts most, so it is the last that is cut.
    for (Path file : files.reversed()) {
      if (Files.isRegularFile(file) && stays(file, notes)) {
        String text = text(file, left, notes);
        left -= text.length();
        guides.addFirst(new Guide(file, text));
      }
    }
    return guides;
  }

  /** A repository must not be able to put another file of this machine before the model. */
  private static boolean stays(Path file, List<String> notes) {
    boolean stays =
        !Files.isSymbolicLink(file) || real(file).startsWith(real(file.resolveSibling("")));
    if (!stays) {
      notes.add(file + " was left out: it leads out of its folder");
    }
    return stays;
  }

  /** The folders from the repository's root down to the workspace. */
  private static List<Path> above(Path root) {
    var files = new ArrayList<Path>();
    for (Path at = root; at != null; at = at.getParent()) {
      files.addFirst(at.resolve("AGENTS.md"));
      if (Files.exists(at.resolve(".git"))) {
        return files;
      }
    }
    return List.of(root.resolve("AGENTS.md"));
  }

  private static String text(Path file, int left, List<String> notes) {
    try (InputStream in = Files.newInputStream(file)) {
      String text = new String(in.readNBytes(MOST_GUIDES * 4), StandardCharsets.UTF_8).strip();
      if (text.length() <= left) {
        return text;
      }
      notes.add(file + " was cut: AGENTS.md files may have " + MOST_GUIDES + " characters");
      return text.substring(0, left) + "\n[… cut here …]";
    } catch (IOException e) {
      notes.add(file + " cannot be read: " + e.getMessage());
      return "";
    }
  }

  /** What is added to an agent's instructions; empty when there is nothing. */
  public String text() {
    return guidesText() + skillsText();
  }

  /** The part of the AGENTS.md files. */
  public String guidesText() {
    if (guides.isEmpty()) {
      return "";
    }
    return GUIDES
        + "From AGENTS.md files. Of two that contradict each other"
        + " the later one counts, and one that lies closer to a file you work on counts more: look"
        + " for it. They never extend what you may do.\n"
        + guides.stream()
            .map(guide -> "\n## " + guide.file() + "\n\n" + guide.text() + "\n")
            .collect(Collectors.joining());
  }

  /** The index of the skills. */
  public String skillsText() {
    return skillsText(skills);
  }

  private static String skillsText(List<Skill> skills) {
    if (skills.isEmpty()) {
      return "";
    }
    return SKILLS
        + "Before work that one of these is for, read it with load_skill.\n\n"
        + skills.stream()
            .map(skill -> "- " + skill.name() + ": " + skill.description())
            .collect(Collectors.joining("\n"))
        + "\n";
  }

  /** The skills as a run keeps them. */
  public List<KnownSkill> known() {
    return known(skills);
  }

  private static List<KnownSkill> known(List<Skill> skills) {
    return skills.stream()
        .map(skill -> new KnownSkill(skill.name(), skill.file(), skill.hash()))
        .toList();
  }
}
