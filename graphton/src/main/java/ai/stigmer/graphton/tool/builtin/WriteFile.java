package ai.stigmer.graphton.tool.builtin;

import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.model.ToolSpec;
import ai.stigmer.graphton.redaction.Redactor;
import ai.stigmer.graphton.tool.EffectClass;
import ai.stigmer.graphton.tool.FileState;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolArguments;
import ai.stigmer.graphton.tool.ToolContext;
import ai.stigmer.graphton.workspace.Workspace;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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
      if (arguments.string("content").contains(Redactor.MARK)) {
        UnseenSecret.keep(before(file), arguments.string("content"), context.secrets());
      }
      workspace.replace(file, content(arguments));
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
  public Optional<FileState> before(ToolArguments arguments, ToolContext context) {
    try {
      Path file = workspace.resolve(arguments.string("file_path"));
      return FileBefore.of(workspace, file, content(arguments));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public Settlement settle(ToolArguments arguments, String prepared, ToolContext context)
      throws IOException {
    String now = state(arguments);
    if (now.equals(ContentHash.of(content(arguments)))) {
      return new Settlement.Happened(done(arguments));
    }
    return now.equals(prepared) ? new Settlement.DidNotHappen() : new Settlement.Unknown();
  }

  private String state(ToolArguments arguments) throws IOException {
    try (InputStream in = workspace.read(workspace.resolve(arguments.string("file_path")))) {
      return ContentHash.of(in);
    } catch (NoSuchFileException e) {
      return ABSENT;
    }
  }

  /** As much of it as a text that is read may have; nothing when there is no file. */
  private String before(Path file) throws IOException {
    try (InputStream in = workspace.read(file)) {
      return new String(in.readNBytes(TextFile.MAX_BYTES), StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      return "";
    }
  }

  private static byte[] content(ToolArguments arguments) {
    return arguments.string("content").getBytes(StandardCharsets.UTF_8);
  }

  private static ToolResult done(ToolArguments arguments) {
    long lines = arguments.string("content").lines().count();
    return ToolResult.ok(
        "Wrote "
            + lines
            + (lines == 1 ? " line to " : " lines to ")
            + arguments.string("file_path")
            + ".");
  }
}
