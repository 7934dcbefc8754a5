package ai.stigmer.runner;

import ai.stigmer.config.UserHome;
import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.SubAgent;
import ai.stigmer.graphton.answer.AnswerCheck;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Spelling;
import ai.stigmer.graphton.model.ToolSpec;
import ai.stigmer.graphton.permission.Mode;
import ai.stigmer.graphton.permission.Permissions;
import ai.stigmer.graphton.sandbox.SandboxPolicy;
import ai.stigmer.graphton.subagent.TaskTool;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.builtin.BuiltinTools;
import ai.stigmer.graphton.workspace.Workspace;
import ai.stigmer.mcp.AcceptedServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

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
    Workspace whole = workspace(environment.workspace(), env);
    RunPermissions permissions = environment.inEffect();
    Permissions rules = permissions.over(whole);
    List<Tool> builtin =
        BuiltinTools.over(
            whole.hiding(rules::hides),
            new CommandSandbox(environment.workspace(), env)
                .confinement(
                    environment.execution(),
                    permissions.denySomething() ? rules::hides : SandboxPolicy.NOTHING));
    List<Tool> own = tools(definition, environment.context(), builtin, remote);
    return Agent.named(definition.name())
        .instructions(system(environment))
        .answer(answer(environment.context()))
        .tools(permissions.mode() == Mode.PLAN ? presenting(own) : own)
        .maxTurns(environment.maxTurns())
        .subAgents(
            subAgents(definition).stream().map(child -> subAgent(child, own, environment)).toList())
        .build();
  }

  /** The system text of a run's agent. */
  static String system(RunEnvironment environment) {
    return told(environment.agent().instructions(), environment.inEffect().toldToModel())
        + askedFor(environment.context());
  }

  private static List<Tool> presenting(List<Tool> own) {
    return Stream.concat(own.stream(), Stream.of(PresentPlan.tool())).toList();
  }

  private static AnswerCheck answer(RunContext context) {
    return context.answerSchema().<AnswerCheck>map(JsonSchemaCheck::of).orElse(AnswerCheck.ANY);
  }

  private static String askedFor(RunContext context) {
    return context
        .answerSchema()
        .map(
            schema ->
                "\n\nYour final answer must be one JSON value that fits this JSON Schema, and"
                    + " nothing else: no words around it.\n"
                    + schema.strip())
        .orElse("");
  }

  /** Behind the instructions, so that they begin alike in every mode. */
  private static String told(String instructions, Optional<String> mode) {
    return mode.map(line -> instructions + "\n\n" + line).orElse(instructions);
  }

  /**
   * Those of the file, and the built-in one unless the file has its own. An agent that lists its
   * tools without {@code task} and names no sub-agent has none.
   */
  private static List<SubAgentDefinition> subAgents(AgentDefinition definition) {
    boolean delegates =
        definition.tools().map(names -> names.contains(TaskTool.NAME)).orElse(true)
            || !definition.subAgents().isEmpty();
    if (!delegates) {
      return List.of();
    }
    var all = new ArrayList<>(definition.subAgents());
    String builtIn = SubAgentDefinition.GENERAL_PURPOSE.name();
    if (all.stream().noneMatch(child -> child.name().equals(builtIn))) {
      all.add(SubAgentDefinition.GENERAL_PURPOSE);
    }
    return all;
  }

  /** A sub-agent can do no more than its parent. */
  private static SubAgent subAgent(
      SubAgentDefinition child, List<Tool> parents, RunEnvironment environment) {
    Agent agent =
        Agent.named(child.name())
            .instructions(told(child.instructions(), environment.permissions().toldToChild()))
            .tools(tools(child, parents, environment.context()))
            .maxTurns(environment.maxTurns())
            .build();
    return SubAgent.of(agent, child.description());
  }

  /** Those of its parent that it may use, and its own skills. */
  static List<Tool> tools(SubAgentDefinition child, List<Tool> parents, RunContext context) {
    if (child.parts().servers().isEmpty()) {
      return child.tools().map(names -> chosen(parents, names)).orElse(parents);
    }
    Map<String, Boolean> remote = remote(child.parts(), context);
    List<Tool> builtin =
        parents.stream()
            .filter(tool -> !remote.containsKey(tool.spec().name()))
            .filter(tool -> !tool.spec().name().equals(LoadSkill.NAME))
            .toList();
    var tools = new ArrayList<>(child.tools().map(names -> chosen(builtin, names)).orElse(builtin));
    parents.stream()
        .filter(tool -> remote.getOrDefault(tool.spec().name(), false))
        .forEach(tools::add);
    if (!child.parts().skills().isEmpty()) {
      tools.add(LoadSkill.tool(child.parts().skills()));
    }
    return tools;
  }

  /** Whether a sub-agent may use them, by the names of the tools of all servers of the run. */
  private static Map<String, Boolean> remote(SubAgentParts parts, RunContext context) {
    var remote = new TreeMap<String, Boolean>();
    for (AcceptedServer server : context.servers()) {
      List<String> names = server.toolNames();
      for (int i = 0; i < names.size(); i++) {
        String own = server.tools().offers().get(i).name();
        remote.put(names.get(i), parts.admits(server.server().name(), own));
      }
    }
    return remote;
  }

  /** What a model sees of all tools of an agent. */
  static List<ToolSpec> specs(
      AgentDefinition definition,
      RunContext context,
      Path folder,
      Map<String, String> env,
      List<Tool> remote) {
    List<Tool> builtin = BuiltinTools.over(workspace(folder, env), env);
    Stream<ToolSpec> own = tools(definition, context, builtin, remote).stream().map(Tool::spec);
    var roster = new TreeMap<String, String>();
    subAgents(definition).forEach(child -> roster.put(child.name(), child.description()));
    return roster.isEmpty()
        ? own.toList()
        : Stream.concat(own, Stream.of(TaskTool.spec(roster))).toList();
  }

  /** The names of the tools of each sub-agent, by its name. */
  static Map<String, List<String>> childTools(
      AgentDefinition definition,
      RunContext context,
      Path folder,
      Map<String, String> env,
      List<Tool> remote) {
    List<Tool> builtin = BuiltinTools.over(workspace(folder, env), env);
    List<Tool> own = tools(definition, context, builtin, remote);
    var names = new TreeMap<String, List<String>>();
    for (SubAgentDefinition child : subAgents(definition)) {
      List<Tool> tools = tools(child, own, context);
      names.put(child.name(), tools.stream().map(tool -> tool.spec().name()).sorted().toList());
    }
    return names;
  }

  private static List<Tool> tools(
      AgentDefinition definition, RunContext context, List<Tool> builtin, List<Tool> remote) {
    var tools =
        new ArrayList<>(definition.tools().map(names -> chosen(builtin, names)).orElse(builtin));
    tools.addAll(remote);
    if (!context.skills().isEmpty()) {
      tools.add(LoadSkill.tool(context.skills()));
    }
    return tools;
  }

  /** An agent that could write configuration or journal could point the next run anywhere. */
  static Workspace workspace(Path folder, Map<String, String> env) {
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
      if (name.equals(TaskTool.NAME)) {
        continue;
      }
      int at = known.indexOf(name);
      if (at < 0) {
        throw unknown(name, known);
      }
      chosen.add(all.get(at));
    }
    return chosen;
  }

  private static RuntimeException unknown(String name, List<String> known) {
    return Problem.of(
            "E122",
            Problem.Category.CONFIGURATION,
            "the agent names a tool that does not exist: \"" + name + "\"")
        .help(Spelling.hint(name, known) + "tools: " + String.join(", ", known))
        .asException();
  }
}
