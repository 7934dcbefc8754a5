package ai.stigmer.runner;

import ai.stigmer.config.UserHome;
import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.builtin.BuiltinTools;
import ai.stigmer.graphton.workspace.Workspace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Gives an agent its tools over its workspace. */
final class Toolbox {
  private Toolbox() {}

  /**
   * The agent of a run.
   *
   * @param remote the tools of its MCP servers
   * @throws ai.stigmer.graphton.error.ProblemException {@code E130} when the workspace cannot be
   *     used, {@code E122} when the agent names a tool that does not exist
   */
  static Agent agent(RunEnvironment environment, Map<String, String> env, List<Tool> remote) {
    AgentDefinition definition = environment.agent();
    return Agent.named(definition.name())
        .instructions(definition.instructions())
        .tools(tools(definition, environment.context(), environment.workspace(), env, remote))
        .maxTurns(environment.maxTurns())
        .build();
  }

  /** All tools of an agent. */
  static List<Tool> tools(
      AgentDefinition definition,
      RunContext context,
      Path folder,
      Map<String, String> env,
      List<Tool> remote) {
    List<Tool> all = BuiltinTools.over(workspace(folder, env), env);
    var tools = new ArrayList<>(definition.tools().map(names -> chosen(all, names)).orElse(all));
    tools.addAll(remote);
    if (!context.skills().isEmpty()) {
      tools.add(LoadSkill.tool(context.skills()));
    }
    return tools;
  }

  /** An agent that could write configuration or journal could point the next run anywhere. */
  private static Workspace workspace(Path folder, Map<String, String> env) {
    Workspace workspace = Workspace.open(folder);
    Path home = UserHome.stigmer(env);
    String file = env.getOrDefault("STIGMER_CONFIG", "").strip();
    try {
      Workspace keeping = workspace.keeping(home);
      return file.isEmpty() ? keeping : keeping.keeping(Path.of(file));
    } catch (IOException e) {
      throw Problem.of(
              "E130",
              Problem.Category.CONFIGURATION,
              "the folder of configuration and journal cannot be resolved: " + e.getMessage())
          .from(home.toString())
          .help("name another folder: STIGMER_HOME=DIR")
          .asException();
    }
  }

  private static List<Tool> chosen(List<Tool> all, List<String> names) {
    List<String> known = all.stream().map(tool -> tool.spec().name()).toList();
    List<Tool> chosen = new ArrayList<>();
    for (String name : names.stream().distinct().toList()) {
      int at = known.indexOf(name);
      if (at < 0) {
        throw unknown(name, known);
      }
      chosen.add(all.get(at));
    }
    return chosen;
  }

  private static RuntimeException unknown(String name, List<String> known) {
    String meant =
        Spelling.nearest(name, known).map(word -> "did you mean \"" + word + "\"? ").orElse("");
    return Problem.of(
            "E122",
            Problem.Category.CONFIGURATION,
            "the agent names a tool that does not exist: \"" + name + "\"")
        .help(meant + "tools: " + String.join(", ", known))
        .asException();
  }
}
