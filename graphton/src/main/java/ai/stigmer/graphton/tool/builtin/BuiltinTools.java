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
    FileTools files = new FileTools(workspace);
    SearchTools search = new SearchTools(workspace);
    return List.of(
        search.ls(),
        files.readFile(),
        new WriteFile(workspace),
        new EditFile(workspace),
        search.glob(),
        search.grep(),
        new ExecuteTool(workspace, env).tool(),
        new WriteTodos());
  }
}
