package ai.stigmer.cli;

import ai.stigmer.cli.screen.Visible;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.mcp.AcceptedServer;
import ai.stigmer.mcp.ChangedTools;
import ai.stigmer.mcp.McpHome;
import ai.stigmer.mcp.McpServer;
import ai.stigmer.mcp.McpSurroundings;
import ai.stigmer.mcp.McpTools;
import ai.stigmer.mcp.McpTools.Looked;
import ai.stigmer.mcp.ToolList;
import ai.stigmer.mcp.ToolList.Offer;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Lets the user accept what an MCP server offers: at its first use, and when it offers something
 * else. Where nobody can be asked, it is refused.
 */
final class McpConsent implements ChangedTools {
  private static final int WIDTH = 90;

  private final Surroundings surroundings;
  private final McpHome home;

  McpConsent(Surroundings surroundings) {
    this.surroundings = surroundings;
    this.home = new McpHome(surroundings.home());
  }

  /**
   * The servers with the tools that were accepted. Only those that never were are started, all at
   * the same time.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E700} to {@code E703} when one cannot
   *     be used, {@code E705} when it is not accepted
   */
  List<AcceptedServer> accepted(List<McpServer> servers, McpSurroundings around) {
    List<McpServer> fresh = servers.stream().filter(s -> home.accepted(s).isEmpty()).toList();
    if (!fresh.isEmpty() && !Question.canBeAsked(surroundings)) {
      throw refused(fresh.getFirst()).asException();
    }
    List<Looked> looked = fresh.isEmpty() ? List.of() : McpTools.look(fresh, around);
    for (Looked one : looked) {
      switch (one) {
        case Looked.Failed failed -> throw failed.problem().asException();
        case Looked.Offers(AcceptedServer found) -> ask(found);
      }
    }
    var accepted = new ArrayList<AcceptedServer>();
    servers.forEach(server -> home.accepted(server).ifPresent(accepted::add));
    return accepted;
  }

  private void ask(AcceptedServer found) {
    surroundings.err().println("the agent wants to use an MCP server for the first time:");
    show(found, surroundings.err());
    if (!isYes(new Question(surroundings).choice("use it? [y]es  [N]o"))) {
      throw refused(found.server()).asException();
    }
    home.accept(found);
  }

  @Override
  public synchronized boolean accept(AcceptedServer accepted, ToolList now) {
    if (!Question.canBeAsked(surroundings)) {
      return false;
    }
    PrintStream err = surroundings.err();
    err.println("the MCP server " + accepted.server().name() + " offers other tools than before:");
    accepted.tools().differences(now).forEach(line -> err.println("  " + Visible.of(line)));
    show(new AcceptedServer(accepted.server(), now), err);
    if (!isYes(new Question(surroundings).choice("use them? [y]es  [N]o"))) {
      return false;
    }
    home.accept(new AcceptedServer(accepted.server(), now));
    return true;
  }

  private static boolean isYes(String answer) {
    return answer.equals("y") || answer.equals("yes");
  }

  /** A server and its tools, with their words as far as a line has room. */
  static void show(AcceptedServer found, PrintStream to) {
    McpServer server = found.server();
    to.println(server.name() + "  " + Visible.of(server.place()));
    for (Offer offer : found.tools().offers()) {
      String effect = offer.effect().name().toLowerCase(Locale.ROOT);
      to.println(
          "  "
              + Visible.of(offer.name())
              + " ("
              + effect
              + ")  "
              + Visible.line(offer.description(), WIDTH));
    }
  }

  private static Problem refused(McpServer server) {
    return Problem.of(
            "E705",
            Problem.Category.DENIED,
            "the tools of the MCP server " + server.name() + " were not accepted yet")
        .from(server.place())
        .help(
            "look at them and accept them: stigmer mcp test " + server.name() + " --accept",
            "a server of an agent file: stigmer mcp test --agent FILE --accept");
  }
}
