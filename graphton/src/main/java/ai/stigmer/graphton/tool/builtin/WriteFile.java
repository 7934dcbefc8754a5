package ai.stigmer.graphton.tool.builtin;

import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.model.ToolSpec;
import ai.stigmer.graphton.tool.EffectClass;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolArguments;
import ai.stigmer.graphton.tool.ToolContext;
import ai.stigmer.graphton.workspace.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Creates or replaces a file. After a crash the file's hash tells whether it happened. */
final class WriteFile implements Tool {
  private static final String ABSENT = "absent";
  private static final ToolSpec SPEC =
      new ToolSpec(
          "write_file",
          "Creates a file or replaces its whole content.",
          """
          {"type":"object","properties":{\
          "file_path":{"type":"string","description":"the file, relative to the workspace"},\
          "content":{"type":"string","description":"the whole new content"}},\
          "required":["file_path","content"]}""");

  private final Workspace workspace;

  WriteFile(Workspace workspace) {
    this.workspace = workspace;
  }

  @Override
  public ToolSpec spec() {
    return SPEC;
  }

  @Override
  public EffectClass effect() {
    return EffectClass.UNSAFE;
  }

  @Override
  public ToolResult run(ToolArguments arguments, ToolContext context) {
    try {
      Path file = workspace.resolve(arguments.string("file_path"));
      if (Files.isDirectory(file)) {
        return ToolResult.error("\"" + arguments.string("file_path") + "\" is a folder");
      }
      FileTools.replace(file, arguments.string("content"));
      return done(arguments);
    } catch (IOException e) {
      return ToolResult.error(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public Optional<String> prepare(ToolArguments arguments, ToolContext context) {
    try {
      return Optional.of(state(arguments));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public Settlement settle(ToolArguments arguments, String prepared, ToolContext context)
      throws IOException {
    String now = state(arguments);
    if (now.equals(ContentHash.of(arguments.string("content")))) {
      return new Settlement.Happened(done(arguments));
    }
    return now.equals(prepared) ? new Settlement.DidNotHappen() : new Settlement.Unknown();
  }

  private String state(ToolArguments arguments) throws IOException {
    String name = arguments.string("file_path");
    Path file = workspace.resolve(name);
    return Files.exists(file) ? ContentHash.of(FileTools.text(file, name)) : ABSENT;
  }

  private static ToolResult done(ToolArguments arguments) {
    return ToolResult.ok(
        "Wrote "
            + arguments.string("content").lines().count()
            + " lines to "
            + arguments.string("file_path")
            + ".");
  }
}
