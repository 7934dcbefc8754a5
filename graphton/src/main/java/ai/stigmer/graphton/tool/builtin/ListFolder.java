package ai.stigmer.graphton.tool.builtin;

import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolArguments;
import ai.stigmer.graphton.workspace.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Lists a folder. */
final class ListFolder {
  private final Workspace workspace;

  ListFolder(Workspace workspace) {
    this.workspace = workspace;
  }

  Tool tool() {
    return Tool.named("ls")
        .describedAs("Lists a folder; folders end with a slash.")
        .optionalString("path", "the folder, the workspace itself when it is missing")
        .readOnly()
        .calling((arguments, context) -> list(arguments));
  }

  private ToolResult list(ToolArguments arguments) {
    String name = arguments.optionalString("path").orElse("");
    try {
      Path folder = workspace.resolve(name);
      if (!Files.exists(folder)) {
        return ToolResult.error("\"" + name + "\" is not there");
      }
      if (!Files.isDirectory(folder)) {
        return ToolResult.error("\"" + name + "\" is a file; use read_file");
      }
      List<String> names = workspace.children(folder).stream().map(this::shown).sorted().toList();
      return ToolResult.ok(names.isEmpty() ? "No files found" : Found.capped(names));
    } catch (IOException e) {
      return ToolResult.error("\"" + name + "\" cannot be listed: " + e.getMessage());
    }
  }

  private String shown(Path path) {
    return Found.name(workspace.show(path) + (Files.isDirectory(path) ? "/" : ""));
  }
}
