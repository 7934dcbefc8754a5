package ai.stigmer.graphton.tool.builtin;

import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolArguments;
import ai.stigmer.graphton.tool.ToolContext;
import ai.stigmer.graphton.workspace.Workspace;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;

/** Shows lines of a text file with their numbers, reading no more than it must keep. */
final class ReadFile {
  private static final int DEFAULT_LINES = 100;
  private static final int LOOKED_AT = 8_192;

  private final Workspace workspace;

  ReadFile(Workspace workspace) {
    this.workspace = workspace;
  }

  Tool tool() {
    return Tool.named("read_file")
        .describedAs(
            "Reads lines of a text file, with their numbers. Long files: read on with offset.")
        .string("file_path", "the file, relative to the workspace")
        .optionalInteger("offset", "the first line to show, counted from 0")
        .optionalInteger("limit", "how many lines, 100 when it is missing")
        .readOnly()
        .calling(this::read);
  }

  private ToolResult read(ToolArguments arguments, ToolContext context) {
    String name = arguments.string("file_path");
    int offset = arguments.optionalInt("offset").orElse(0);
    int limit = arguments.optionalInt("limit").orElse(DEFAULT_LINES);
    if (offset < 0 || limit < 1) {
      return ToolResult.error("offset must be at least 0 and limit at least 1");
    }
    try (InputStream in = TextFile.open(workspace, workspace.resolve(name), name)) {
      var start = new PushbackInputStream(in, LOOKED_AT);
      byte[] beginning = start.readNBytes(LOOKED_AT);
      if (TextFile.isBinary(beginning, beginning.length)) {
        return ToolResult.error("\"" + name + "\" is binary, not text; it cannot be shown");
      }
      start.unread(beginning);
      LinePage page = new LinePage(offset, limit);
      page.read(start, context.cancel());
      return page.result(name);
    } catch (IOException e) {
      return ToolResult.error(String.valueOf(e.getMessage()));
    }
  }
}
