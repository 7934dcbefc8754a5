package ai.stigmer.server.console.page;

import ai.stigmer.server.console.story.Passage;
import java.util.List;

/** One agent. */
public record AgentView(
    Row row,
    Passage instructions,
    List<Server> servers,
    List<String> skills,
    List<Sub> subAgents,
    List<String> variables,
    List<RunRow> runs) {
  public AgentView {
    servers = List.copyOf(servers);
    skills = List.copyOf(skills);
    subAgents = List.copyOf(subAgents);
    variables = List.copyOf(variables);
    runs = List.copyOf(runs);
  }

  /**
   * Agents by name.
   *
   * @param total how many there are, those that are not shown too
   */
  public record Page(List<Row> rows, long total) {
    public Page {
      rows = List.copyOf(rows);
    }
  }

  /** An agent in a line. */
  public record Row(String id, String name, String slug, String description, String parts) {}

  /**
   * Where tools come from.
   *
   * @param how the command or the address
   * @param tools those that it may use; empty for all
   */
  public record Server(String name, String how, List<String> tools) {
    public Server {
      tools = List.copyOf(tools);
    }
  }

  /** An agent that it can give work to. */
  public record Sub(String name, String description, Passage instructions) {}
}
