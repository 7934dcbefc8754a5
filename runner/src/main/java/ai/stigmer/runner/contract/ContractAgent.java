package ai.stigmer.runner.contract;

import ai.stigmer.agentic.agent.v1.Agent;
import ai.stigmer.agentic.agent.v1.McpServerDefinition;
import ai.stigmer.agentic.agent.v1.SubAgent;
import ai.stigmer.commons.apiresource.ApiResourceReference;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.mcp.McpServer;
import ai.stigmer.mcp.McpServer.Connection;
import ai.stigmer.runner.AgentDefinition;
import ai.stigmer.runner.AgentParts;
import ai.stigmer.runner.LiteralSecrets;
import ai.stigmer.runner.SubAgentDefinition;
import ai.stigmer.runner.SubAgentParts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** An agent of the contract as one that a runner runs. */
public final class ContractAgent {
  private static final int LONGEST_NAME = 63;

  /** A letter or digit that a slug cannot have. */
  private static final Pattern FOREIGN = Pattern.compile("[\\p{L}\\p{N}&&[^\\p{ASCII}]]");

  private ContractAgent() {}

  /**
   * The agent.
   *
   * @throws ProblemException {@code E122} when its spec says what cannot be run
   */
  public static AgentDefinition definition(Agent agent) {
    try {
      return new AgentDefinition(
          name(agent.getMetadata().getSlug()),
          agent.getSpec().getDescription(),
          agent.getSpec().getInstructions(),
          Optional.empty(),
          agent.getSpec().getSubAgentsList().stream().map(ContractAgent::subAgent).toList(),
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
        servers.add(server(server));
      } catch (IllegalArgumentException e) {
        throw wrong(
            agent.getMetadata().getSlug(),
            "MCP server \"" + server.getName() + "\": " + e.getMessage());
      }
    }
    return List.copyOf(servers);
  }

  /**
   * How an MCP server is reached.
   *
   * @throws IllegalArgumentException with the reason when it cannot be used
   */
  public static McpServer server(McpServerDefinition server) {
    return new McpServer(
        server.getName(),
        withoutSecret(connection(server)),
        server.getEnabledToolsList(),
        server.hasHttp() && server.getHttp().getTimeoutSeconds() > 0
            ? Duration.ofSeconds(server.getHttp().getTimeoutSeconds())
            : McpServer.DEFAULT_TIMEOUT);
  }

  private static Connection withoutSecret(Connection connection) {
    Optional<String> why = LiteralSecrets.in(connection);
    if (why.isPresent()) {
      throw new IllegalArgumentException(why.get());
    }
    return connection;
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

  private static SubAgentDefinition subAgent(SubAgent child) {
    String name = name(child.getName());
    var selections = new TreeMap<String, List<String>>();
    child
        .getMcpToolSelectionsMap()
        .forEach(
            (server, selection) -> {
              if (selection.getEnabledToolsCount() > 0) {
                selections.put(server, selection.getEnabledToolsList());
              }
            });
    return new SubAgentDefinition(
        name,
        child.getDescription().isBlank() ? name : child.getDescription(),
        child.getInstructions(),
        Optional.empty(),
        SubAgentParts.named(
            child.getMcpServersList(),
            selections,
            child.getSkillRefsList().stream().map(ContractAgent::folder).toList()));
  }

  /** The name of the folder that a skill is unpacked into. */
  public static String folder(ApiResourceReference skill) {
    return skill.getSlug().replace('_', '-');
  }

  /** Made from a name for people: lower-case letters, digits and hyphens, at most 63 of them. */
  public static String name(String text) {
    String name =
        text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-+|-+$", "");
    String cut = name.substring(0, Math.min(name.length(), LONGEST_NAME)).replaceAll("-+$", "");
    return cut.isEmpty() ? "agent" : cut;
  }

  /**
   * Whether {@link #name} keeps all letters and digits of a text, if in lower case. Texts that
   * differ in others alone have one name.
   */
  public static boolean isNamedWhole(String text) {
    return !FOREIGN.matcher(text).find();
  }

  private static ProblemException wrong(String agent, String what) {
    return Problem.of(
            "E122", Problem.Category.CONFIGURATION, "agent \"" + agent + "\" cannot run: " + what)
        .help("correct its spec and apply it again")
        .asException();
  }
}
