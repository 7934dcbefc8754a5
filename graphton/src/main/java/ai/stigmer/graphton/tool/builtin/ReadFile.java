package ai.stigmer.graphton.tool.builtin;

import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolArguments;
import ai.stigmer.graphton.tool.ToolContext;
import ai.stigmer.graphton.workspace.Workspace;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/** Shows lines of a text file with their numbers, reading no more than it must keep. */
final class ReadFile {
  private static final int DEFAULT_LINES = 100;
  private static final int LOOKED_AT = 8_192;
  private static final Pattern LONG_LINE = Pattern.compile("([^\n]{2000})(?=[^\n])");

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
    Optional<String> kept = context.results().text(name);
    try (InputStream in = kept.isPresent() ? keptText(kept.get()) : file(name)) {
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

  private InputStream file(String name) throws IOException {
    return TextFile.open(workspace, workspace.resolve(name), name);
  }

  /** Lines so long that a page could not hold one are broken, so that a page can begin anywhere. */
  private static InputStream keptText(String text) {
    String broken = LONG_LINE.matcher(text).replaceAll("$1\n");
    return new ByteArrayInputStream(broken.getBytes(StandardCharsets.UTF_8));
  }
}
