package ai.stigmer.graphton.tool.builtin;

import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolArguments;
import ai.stigmer.graphton.tool.ToolContext;
import ai.stigmer.graphton.workspace.GlobPattern;
import ai.stigmer.graphton.workspace.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Finds files by name. */
final class FindFiles {
  private final Workspace workspace;

  FindFiles(Workspace workspace) {
    this.workspace = workspace;
  }

  Tool tool() {
    return Tool.named("glob")
        .describedAs(
            "Finds files by name, for example **/*.java; a bare name matches at any depth. Folders"
                + " that begin with a dot are not searched unless they are the path.")
        .string("pattern", "the pattern: *, **, ?, [a-z], {a,b}")
        .optionalString("path", "the folder to search")
        .readOnly()
        .calling(this::find);
  }

  private ToolResult find(ToolArguments arguments, ToolContext context) {
    String name = arguments.optionalString("path").orElse("");
    try {
      GlobPattern pattern = new GlobPattern(arguments.string("pattern"));
      Path start = workspace.resolve(name);
      if (!Files.exists(start)) {
        return ToolResult.error("\"" + name + "\" is not there");
      }
      FileWalk walk = new FileWalk(context.cancel(), FileWalk.LIMIT);
      List<String> found =
          walk.files(start, file -> pattern.test(relative(start, file))).stream()
              .map(workspace::show)
              .map(Found::name)
              .toList();
      String text = found.isEmpty() ? "No files found" : Found.capped(found);
      return ToolResult.ok(text + walk.notes());
    } catch (IllegalArgumentException e) {
      return ToolResult.error(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return ToolResult.error(String.valueOf(e.getMessage()));
    }
  }

  /** A file's path below the folder that is searched; a file that is itself the start, its name. */
  static String relative(Path start, Path file) {
    Path below = file.equals(start) ? file.getFileName() : start.relativize(file);
    return String.valueOf(below).replace('\\', '/');
  }
}
