package ai.stigmer.runner;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Spelling;
import ai.stigmer.mcp.McpHome;
import ai.stigmer.mcp.McpServer;
import ai.stigmer.mcp.McpServer.Connection.Http;
import ai.stigmer.mcp.McpServer.Connection.Stdio;
import ai.stigmer.mcp.Placeholders;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Which MCP servers a run uses, and whether their definitions may count. */
public final class RunServers {
  private RunServers() {}

  /**
   * The built-in assistant uses all servers of the user; any other agent those that it names or
   * defines. A definition in a file of the workspace counts only if the user has the same one.
   *
   * @param file where the agent comes from; empty for one of the user's own
   * @throws ai.stigmer.graphton.error.ProblemException {@code E160} for a definition of the
   *     workspace, {@code E162} for a name that the user has no server of, {@code E433} for one of
   *     the user's whose definition holds a secret
   */
  public static List<McpServer> of(
      AgentDefinition agent, Optional<Path> file, Path workspace, McpHome home) {
    if (agent.equals(AgentDefinition.assistant())) {
      return home.servers().stream().map(server -> withoutSecret(server, home)).toList();
    }
    AgentParts parts = agent.parts();
    if (parts.servers().isEmpty() && parts.namedServers().isEmpty()) {
      return List.of();
    }
    List<McpServer> own = home.servers();
    var chosen = new ArrayList<McpServer>();
    boolean brought = file.isPresent() && isWithin(file.get(), workspace);
    for (McpServer server : parts.servers()) {
      if (brought && !own.contains(server)) {
        throw broughtByWorkspace(server, file.get());
      }
      chosen.add(server);
    }
    for (String name : parts.namedServers()) {
      chosen.add(withoutSecret(named(name, own), home));
    }
    return List.copyOf(chosen);
  }

  /** The variables that definitions of the user ask for by name. */
  public static List<String> variables(List<McpServer> servers) {
    Set<String> names = new LinkedHashSet<>();
    servers.stream()
        .flatMap(RunServers::texts)
        .forEach(text -> names.addAll(Placeholders.names(text)));
    return List.copyOf(names);
  }

  private static Stream<String> texts(McpServer server) {
    return switch (server.connection()) {
      case Stdio stdio ->
          Stream.of(
                  Stream.of(stdio.command()), stdio.args().stream(), stdio.env().values().stream())
              .flatMap(part -> part);
      case Http http ->
          Stream.concat(http.headers().values().stream(), http.query().values().stream());
    };
  }

  private static boolean isWithin(Path file, Path workspace) {
    try {
      return file.toRealPath().startsWith(workspace.toRealPath());
    } catch (IOException e) {
      return true;
    }
  }

  /** Somebody may have written it by hand. */
  private static McpServer withoutSecret(McpServer server, McpHome home) {
    Optional<String> why = LiteralSecrets.in(server.connection());
    if (why.isPresent()) {
      throw Problem.of(
              "E433",
              Problem.Category.CONFIGURATION,
              "the MCP server " + server.name() + " cannot be used: " + why.get())
          .from(home.file().toString())
          .help("change the file, or: stigmer mcp remove " + server.name())
          .asException();
    }
    return server;
  }

  private static McpServer named(String name, List<McpServer> own) {
    for (McpServer server : own) {
      if (server.name().equals(name)) {
        return server;
      }
    }
    List<String> known = own.stream().map(McpServer::name).toList();
    throw Problem.of(
            "E162",
            Problem.Category.CONFIGURATION,
            "the agent wants an MCP server that you do not have: \"" + name + "\"")
        .help(
            Spelling.hint(name, known) + "stigmer mcp list",
            "stigmer mcp add " + name + " -- COMMAND …")
        .asException();
  }

  private static RuntimeException broughtByWorkspace(McpServer server, Path file) {
    String how =
        server.connection() instanceof Stdio ? " -- " + server.place() : " --url " + server.place();
    return Problem.of(
            "E160",
            Problem.Category.DENIED,
            "an agent file of the workspace may not define MCP servers: " + server.name())
        .from(file.toString())
        .help(
            "if you want it, make it your own: stigmer mcp add " + server.name() + how,
            "and name it only in the agent file: mcp_servers: [{name: " + server.name() + "}]")
        .asException();
  }
}
