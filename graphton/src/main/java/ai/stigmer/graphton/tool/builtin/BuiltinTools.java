package ai.stigmer.graphton.tool.builtin;

import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.workspace.Workspace;
import java.util.List;
import java.util.Map;

/** The built-in tools over one workspace. */
public final class BuiltinTools {
  private BuiltinTools() {}

  /**
   * All of them.
   *
   * @param env the environment of which commands get a few harmless variables
   */
  public static List<Tool> over(Workspace workspace, Map<String, String> env) {
    return List.of(
        new ListFolder(workspace).tool(),
        new ReadFile(workspace).tool(),
        new WriteFile(workspace),
        new EditFile(workspace),
        new FindFiles(workspace).tool(),
        new SearchFiles(workspace),
        new ExecuteTool(workspace, env).tool(),
        new WriteTodos());
  }
}
