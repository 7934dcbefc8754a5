package ai.stigmer.mcp;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Problem.Category;

/** The module's messages. */
final class McpProblems {
  private McpProblems() {}

  static Problem start(McpServer server, String why) {
    return Problem.of(
            "E700", Category.RUN, "the MCP server " + server.name() + " does not run: " + why)
        .from(server.place())
        .help(help(server));
  }

  /** A server seldom says itself that a sandbox is in its way. */
  private static String[] help(McpServer server) {
    String test = "stigmer mcp test " + server.name();
    return server.connection() instanceof McpServer.Connection.Stdio stdio
            && stdio.sandbox().isPresent()
        ? new String[] {
          "its sandbox hides homes and /tmp ("
              + stdio.sandbox().get().network().inWords()
              + "); to let it have more: --readable DIR, --writable DIR, --allow-host HOST",
          test
        }
        : new String[] {test};
  }

  static Problem missingVariable(McpServer server, String variable, String where) {
    return Problem.of(
            "E701",
            Category.CONFIGURATION,
            "the MCP server " + server.name() + " needs the variable " + variable)
        .from(where + " of " + server.name())
        .help("export " + variable + "=… and name it: stigmer run --env " + variable + " …");
  }

  static Problem handshake(McpServer server, String why) {
    return Problem.of(
            "E702", Category.RUN, "the MCP server " + server.name() + " cannot be used: " + why)
        .from(server.place())
        .help(help(server));
  }

  static Problem address(String message) {
    return Problem.of("E703", Category.DENIED, message)
        .help("if it is meant: stigmer mcp add NAME --url URL --allow-private");
  }

  static Problem changed(McpServer server) {
    return Problem.of(
            "E704",
            Category.DENIED,
            "the tools of the MCP server "
                + server.name()
                + " are not those that were accepted; its call was refused")
        .from(server.place())
        .help("look at them and accept them: stigmer mcp test " + server.name() + " --accept");
  }
}
