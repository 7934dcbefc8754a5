package ai.stigmer.runner;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Spelling;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.permission.Examination;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.builtin.BuiltinTools;
import ai.stigmer.graphton.workspace.Workspace;
import ai.stigmer.mcp.AcceptedServer;
import ai.stigmer.mcp.McpSurroundings;
import ai.stigmer.mcp.McpTools;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Tells what would be said of a call, without a run.
 *
 * @param permissions those in effect
 * @param env the environment
 * @param servers the accepted servers, whose tools can be asked about too
 */
public record PermissionCheck(
    RunPermissions permissions,
    Path workspace,
    Map<String, String> env,
    List<AcceptedServer> servers) {
  public PermissionCheck {
    env = Map.copyOf(env);
    servers = List.copyOf(servers);
  }

  /**
   * Looks at a call.
   *
   * @param given the command, or the path of a file; other tools are judged by their name
   * @throws ai.stigmer.graphton.error.ProblemException {@code E130} when the workspace cannot be
   *     used, {@code E122} when there is no such tool
   */
  public Examination examine(String tool, String given) {
    Workspace folder = Workspace.open(workspace);
    String argument =
        switch (tool) {
          case "execute" -> "command";
          case "ls", "glob", "grep" -> "path";
          default -> "file_path";
        };
    String arguments = JsonNodeFactory.instance.objectNode().put(argument, given).toString();
    return permissions
        .over(folder)
        .examine(named(tool, tools(folder)), new ToolCall("1", tool, arguments));
  }

  private List<Tool> tools(Workspace folder) {
    var all = new ArrayList<>(BuiltinTools.over(folder, env));
    if (!servers.isEmpty()) {
      var around =
          new McpSurroundings(workspace, env, RunVariables.NONE.placeholders(Map.of()), List.of());
      servers.forEach(server -> all.addAll(McpTools.preview(server, around)));
    }
    return all;
  }

  private static Tool named(String name, List<Tool> all) {
    List<String> known = all.stream().map(tool -> tool.spec().name()).sorted().toList();
    return all.stream()
        .filter(tool -> tool.spec().name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                Problem.of("E122", Problem.Category.USAGE, "there is no tool \"" + name + '"')
                    .help(Spelling.hint(name, known) + "tools: " + String.join(", ", known))
                    .asException());
  }
}
