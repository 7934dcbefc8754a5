package ai.stigmer.runner;

import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.model.ToolSpec;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.mcp.AcceptedServer;
import ai.stigmer.mcp.McpHome;
import ai.stigmer.mcp.McpSurroundings;
import ai.stigmer.mcp.McpTools;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What stands before the model, part by part, in characters. */
public record PromptParts(List<Part> parts) {

  /**
   * One part.
   *
   * @param items what it is made of, a line each
   */
  public record Part(String name, long characters, List<String> items) {
    public Part {
      items = List.copyOf(items);
    }
  }

  public PromptParts {
    parts = List.copyOf(parts);
  }

  /** The parts of a run that has not begun; tools of servers as far as they were accepted. */
  public static PromptParts of(
      AgentDefinition agent,
      ProjectContext project,
      Optional<Path> file,
      Path workspace,
      McpHome home,
      Map<String, String> env) {
    List<AcceptedServer> servers =
        RunServers.of(agent, file, workspace, home).stream()
            .flatMap(server -> home.accepted(server).stream())
            .toList();
    var context = new RunContext(servers, RunVariables.NONE, project.known());
    return new PromptParts(
        List.of(
            new Part("system text", agent.instructions().length(), List.of(agent.name())),
            tools(project.givenTo(agent), context, workspace, env),
            new Part(
                "skills",
                project.skillsText().length(),
                project.skills().stream().map(s -> s.name() + "  " + s.file()).toList()),
            new Part(
                "AGENTS.md",
                project.guidesText().length(),
                project.guides().stream().map(guide -> guide.file().toString()).toList()),
            new Part("history", 0, List.of())));
  }

  /** The parts of a recorded run. What it was told of skills and the project is system text. */
  public static PromptParts of(List<JournalEntry> entries, Map<String, String> env) {
    var parts = new ArrayList<Part>();
    long history = 0;
    for (JournalEntry entry : entries) {
      if (entry instanceof JournalEntry.RunStarted started) {
        RunEnvironment recorded = RunEnvironment.parse(started.environment());
        parts.addAll(started(recorded, env));
        history += started.input().length();
      }
      history += length(entry);
    }
    parts.add(new Part("history", history, List.of()));
    return new PromptParts(parts);
  }

  private static List<Part> started(RunEnvironment recorded, Map<String, String> env) {
    String text = recorded.agent().instructions();
    int skills = text.indexOf(ProjectContext.SKILLS);
    int afterGuides = skills < 0 ? text.length() : skills;
    int guides = text.indexOf(ProjectContext.GUIDES);
    int afterSystem = guides < 0 ? afterGuides : guides;
    return List.of(
        new Part("system text", afterSystem, List.of(recorded.agent().name())),
        tools(recorded.agent(), recorded.context(), recorded.workspace(), env),
        new Part(
            "skills",
            text.length() - afterGuides,
            recorded.context().skills().stream().map(s -> s.name() + "  " + s.file()).toList()),
        new Part("AGENTS.md", afterGuides - afterSystem, List.of()));
  }

  private static long length(JournalEntry entry) {
    return switch (entry) {
      case JournalEntry.Turn turn ->
          turn.turn().blocks().stream().mapToLong(PromptParts::length).sum();
      case JournalEntry.ToolOutcome outcome -> outcome.result().text().length();
      case JournalEntry.UserMessage said -> said.text().length();
      default -> 0;
    };
  }

  private static long length(Block block) {
    return switch (block) {
      case Block.Text text -> text.text().length();
      case Block.Thinking thinking -> 0;
      case Block.Call call -> call.call().name().length() + call.call().arguments().length();
    };
  }

  private static List<String> skills(SubAgentDefinition child) {
    return child.parts().skills().stream()
        .map(skill -> "task " + child.name() + ": skill " + skill.name() + "  " + skill.file())
        .toList();
  }

  private static Part tools(
      AgentDefinition agent, RunContext context, Path workspace, Map<String, String> env) {
    var remote = new ArrayList<Tool>();
    if (!context.servers().isEmpty()) {
      var around =
          new McpSurroundings(workspace, env, RunVariables.NONE.placeholders(Map.of()), List.of());
      context.servers().forEach(server -> remote.addAll(McpTools.preview(server, around)));
    }
    List<ToolSpec> all = Toolbox.specs(agent, context, workspace, env, remote);
    long characters =
        all.stream()
            .mapToLong(s -> s.name().length() + s.description().length() + s.schema().length())
            .sum();
    var items = new ArrayList<String>();
    items.add(String.join(", ", all.stream().map(ToolSpec::name).sorted().toList()));
    if (!agent.subAgents().isEmpty()) {
      Toolbox.childTools(agent, context, workspace, env, remote)
          .forEach((name, tools) -> items.add("task " + name + ": " + String.join(", ", tools)));
      agent.subAgents().forEach(child -> items.addAll(skills(child)));
    }
    return new Part("tools", characters, items);
  }
}
