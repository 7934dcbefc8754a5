package ai.stigmer.runner.contract;

import ai.stigmer.agentic.agent.v1.Agent;
import ai.stigmer.agentic.agent.v1.McpServerDefinition;
import ai.stigmer.agentic.agent.v1.McpToolSelection;
import ai.stigmer.agentic.agent.v1.SubAgent;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.mcp.AcceptedServer;
import ai.stigmer.mcp.McpServer;
import ai.stigmer.mcp.McpServer.Connection;
import ai.stigmer.runner.AgentDefinition;
import ai.stigmer.runner.AgentParts;
import ai.stigmer.runner.SubAgentDefinition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** An agent of the contract as one that a runner runs. */
public final class ContractAgent {
  private static final int LONGEST_NAME = 63;

  /** What a sub-agent has of its parent's tools besides those of MCP servers. */
  private static final List<String> OWN_TOOLS =
      List.of(
          "ls", "read_file", "write_file", "edit_file", "glob", "grep", "execute", "write_todos");

  private ContractAgent() {}

  /**
   * The agent.
   *
   * @param servers its MCP servers with the tools that they offer
   * @throws ProblemException {@code E122} when its spec says what cannot be run
   */
  public static AgentDefinition definition(Agent agent, List<AcceptedServer> servers) {
    try {
      return new AgentDefinition(
          name(agent.getMetadata().getSlug()),
          agent.getSpec().getDescription(),
          agent.getSpec().getInstructions(),
          Optional.empty(),
          agent.getSpec().getSubAgentsList().stream()
              .map(child -> subAgent(child, servers))
              .toList(),
          AgentParts.NONE);
    } catch (IllegalArgumentException e) {
      throw wrong(agent.getMetadata().getSlug(), String.valueOf(e.getMessage()));
    }
  }

  /**
   * How the agent's MCP servers are reached.
   *
   * @throws ProblemException {@code E122} for one that cannot be used
   */
  public static List<McpServer> servers(Agent agent) {
    var servers = new ArrayList<McpServer>();
    for (McpServerDefinition server : agent.getSpec().getMcpServersList()) {
      try {
        servers.add(
            new McpServer(
                server.getName(),
                connection(server),
                server.getEnabledToolsList(),
                server.hasHttp() && server.getHttp().getTimeoutSeconds() > 0
                    ? Duration.ofSeconds(server.getHttp().getTimeoutSeconds())
                    : McpServer.DEFAULT_TIMEOUT));
      } catch (IllegalArgumentException e) {
        throw wrong(
            agent.getMetadata().getSlug(),
            "MCP server \"" + server.getName() + "\": " + e.getMessage());
      }
    }
    return List.copyOf(servers);
  }

  private static Connection connection(McpServerDefinition server) {
    return switch (server.getServerTypeCase()) {
      case STDIO ->
          new Connection.Stdio(
              server.getStdio().getCommand(),
              server.getStdio().getArgsList(),
              server.getStdio().getEnvPlaceholdersMap(),
              server.getStdio().getWorkingDir().isEmpty()
                  ? Optional.empty()
                  : Optional.of(Path.of(server.getStdio().getWorkingDir())));
      case HTTP ->
          new Connection.Http(
              server.getHttp().getUrl(),
              server.getHttp().getHeadersMap(),
              server.getHttp().getQueryParamsMap(),
              Connection.Http.named(
                      server.getHttp().getUrl(), server.getHttp().getHeadersMap(), false)
                  .privateAllowed());
      case DOCKER ->
          throw new IllegalArgumentException(
              "servers in containers are not run; give the command as stdio: docker run -i …");
      case SERVERTYPE_NOT_SET ->
          throw new IllegalArgumentException("it says neither stdio nor http");
    };
  }

  private static SubAgentDefinition subAgent(SubAgent child, List<AcceptedServer> servers) {
    String name = name(child.getName());
    return new SubAgentDefinition(
        name,
        child.getDescription().isBlank() ? name : child.getDescription(),
        child.getInstructions(),
        servers.isEmpty() ? Optional.empty() : Optional.of(tools(child, servers)));
  }

  private static List<String> tools(SubAgent child, List<AcceptedServer> servers) {
    var tools = new ArrayList<>(OWN_TOOLS);
    for (AcceptedServer server : servers) {
      String name = server.server().name();
      if (!child.getMcpServersList().contains(name)) {
        continue;
      }
      List<String> chosen =
          child
              .getMcpToolSelectionsOrDefault(name, McpToolSelection.getDefaultInstance())
              .getEnabledToolsList();
      List<String> shown = server.toolNames();
      for (int i = 0; i < shown.size(); i++) {
        if (chosen.isEmpty() || chosen.contains(server.tools().offers().get(i).name())) {
          tools.add(shown.get(i));
        }
      }
    }
    return tools;
  }

  /** Made from a name for people: lower-case letters, digits and hyphens, at most 63 of them. */
  public static String name(String text) {
    String name =
        text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-+|-+$", "");
    String cut = name.substring(0, Math.min(name.length(), LONGEST_NAME)).replaceAll("-+$", "");
    return cut.isEmpty() ? "agent" : cut;
  }

  private static ProblemException wrong(String agent, String what) {
    return Problem.of(
            "E122", Problem.Category.CONFIGURATION, "agent \"" + agent + "\" cannot run: " + what)
        .help("correct its spec and apply it again")
        .asException();
  }
}
