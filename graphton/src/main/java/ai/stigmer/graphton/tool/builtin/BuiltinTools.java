package ai.stigmer.graphton.tool.builtin;

import ai.stigmer.graphton.sandbox.CommandEnvironment;
import ai.stigmer.graphton.sandbox.Confinement;
import ai.stigmer.graphton.sandbox.Unconfined;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.workspace.Workspace;
import java.util.List;
import java.util.Map;

/** The built-in tools over one workspace. */
public final class BuiltinTools {
  private BuiltinTools() {}

  /**
   * All of them, with commands that nothing keeps in.
   *
   * @param env the environment of which commands get a few harmless variables
   */
  public static List<Tool> over(Workspace workspace, Map<String, String> env) {
    return over(
        workspace, new Unconfined(workspace.root(), CommandEnvironment.of(env, workspace.root())));
  }

  /**
   * All of them.
   *
   * @param confinement keeps commands in; over the same folder
   */
  public static List<Tool> over(Workspace workspace, Confinement confinement) {
    return List.of(
        new ListFolder(workspace).tool(),
        new ReadFile(workspace).tool(),
        new WriteFile(workspace),
        new EditFile(workspace),
        new FindFiles(workspace).tool(),
        new SearchFiles(workspace),
        new ExecuteTool(confinement).tool(),
        new WriteTodos());
  }
}
