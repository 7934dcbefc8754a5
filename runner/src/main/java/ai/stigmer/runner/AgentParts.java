package ai.stigmer.runner;

import static java.util.Objects.requireNonNull;

import ai.stigmer.mcp.McpServer;
import java.util.List;
import java.util.Optional;

/**
 * What an agent brings besides its text and tools.
 *
 * @param servers the MCP servers that it defines
 * @param namedServers the user's MCP servers that it names
 * @param skills the names of the skills it may load; empty means all that are found
 * @param variables the environment that it declares
 */
public record AgentParts(
    List<McpServer> servers,
    List<String> namedServers,
    Optional<List<String>> skills,
    List<Variable> variables) {

  /** Nothing. */
  public static final AgentParts NONE =
      new AgentParts(List.of(), List.of(), Optional.empty(), List.of());

  /**
   * A variable of an environment.
   *
   * @param value empty when whoever runs the agent has to give it; never there for a secret of an
   *     agent
   */
  public record Variable(String name, Optional<String> value, boolean secret) {
    public Variable {
      requireNonNull(name, "name is null");
      requireNonNull(value, "value is null");
    }
  }

  public AgentParts {
    servers = List.copyOf(servers);
    namedServers = List.copyOf(namedServers);
    skills = skills.map(List::copyOf);
    variables = List.copyOf(variables);
  }
}
