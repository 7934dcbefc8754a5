package ai.stigmer.cli;

import ai.stigmer.mcp.AcceptedServer;
import ai.stigmer.mcp.McpHome;
import ai.stigmer.mcp.McpServer;
import ai.stigmer.mcp.McpSurroundings;
import ai.stigmer.runner.AgentDefinition;
import ai.stigmer.runner.CommandSandbox;
import ai.stigmer.runner.ProjectContext;
import ai.stigmer.runner.RunContext;
import ai.stigmer.runner.RunServers;
import ai.stigmer.runner.RunVariables;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What a run is given besides its agent: variables, MCP servers, skills and AGENTS.md files. */
final class ContextOptions {
  @Option(
      names = "--env",
      paramLabel = "NAME",
      description = "Give your variable NAME to the agent's MCP servers; repeatable.")
  private List<String> named = new ArrayList<>();

  @Option(
      names = "--env-file",
      paramLabel = "FILE",
      description = "Variables for them from a file of the kind Environment; repeatable.")
  private List<Path> files = new ArrayList<>();

  /**
   * An agent with everything that it is given.
   *
   * @param agent with AGENTS.md files and the index of skills in its instructions
   */
  record Equipped(AgentDefinition agent, RunContext context, List<String> notes) {}

  /**
   * Gathers it; MCP servers that are used for the first time have to be accepted.
   *
   * @throws ai.stigmer.graphton.error.ProblemException when a part of it cannot be used
   */
  Equipped equip(
      Surroundings surroundings, AgentDefinition agent, Optional<Path> file, Path workspace) {
    ProjectContext project =
        ProjectContext.read(workspace, surroundings.env(), agent.parts().skills());
    List<McpServer> servers =
        RunServers.of(agent, file, workspace, new McpHome(surroundings.home()));
    RunVariables variables = variables(surroundings, agent, servers);
    List<AcceptedServer> accepted =
        servers.isEmpty()
            ? List.of()
            : new McpConsent(surroundings)
                .accepted(
                    servers,
                    new McpSurroundings(
                        workspace,
                        surroundings.env(),
                        variables.placeholders(surroundings.env()),
                        CommandSandbox.hidden(surroundings.env())));
    return new Equipped(
        project.givenTo(agent),
        new RunContext(accepted, variables, project.known()),
        project.notes());
  }

  /** A definition of the user's own may name the user's variables. */
  private RunVariables variables(
      Surroundings surroundings, AgentDefinition agent, List<McpServer> servers) {
    var names = new ArrayList<>(named);
    if (!servers.isEmpty()) {
      List<McpServer> own = new McpHome(surroundings.home()).servers();
      names.addAll(RunServers.variables(servers.stream().filter(own::contains).toList()));
    }
    return new RunVariables(agent.parts().variables(), files, names);
  }
}
