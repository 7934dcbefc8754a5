package ai.stigmer.graphton.tool.builtin;

import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.model.ToolSpec;
import ai.stigmer.graphton.tool.EffectClass;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolArguments;
import ai.stigmer.graphton.tool.ToolContext;
import ai.stigmer.graphton.workspace.Workspace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Replaces one exact text in a file. After a crash the file's hash tells whether it happened. */
final class EditFile implements Tool {
  private static final ToolSpec SPEC =
      new ToolSpec(
          "edit_file",
          "Replaces an exact text in a file. The text must be there exactly once, unless"
              + " replace_all is true. Read the file first.",
          """
          {"type":"object","properties":{\
          "file_path":{"type":"string","description":"the file, relative to the workspace"},\
          "old_string":{"type":"string","description":"the exact text to replace"},\
          "new_string":{"type":"string","description":"the text to put there"},\
          "replace_all":{"type":"boolean","description":"replace every occurrence"}},\
          "required":["file_path","old_string","new_string"]}""");

  private final Workspace workspace;

  EditFile(Workspace workspace) {
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
      FileTools.replace(file(arguments), edited(arguments));
      return done(arguments);
    } catch (IOException e) {
      return ToolResult.error(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public Optional<String> prepare(ToolArguments arguments, ToolContext context) {
    try {
      return Optional.of(
          ContentHash.of(before(arguments)) + " " + ContentHash.of(edited(arguments)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public Settlement settle(ToolArguments arguments, String prepared, ToolContext context)
      throws IOException {
    String now = ContentHash.of(before(arguments));
    if (prepared.endsWith(" " + now)) {
      return new Settlement.Happened(done(arguments));
    }
    return prepared.startsWith(now + " ")
        ? new Settlement.DidNotHappen()
        : new Settlement.Unknown();
  }

  private Path file(ToolArguments arguments) throws IOException {
    return workspace.resolve(arguments.string("file_path"));
  }

  private String before(ToolArguments arguments) throws IOException {
    return FileTools.text(file(arguments), arguments.string("file_path"));
  }

  private String edited(ToolArguments arguments) throws IOException {
    String text = before(arguments);
    String old = arguments.string("old_string");
    String fresh = arguments.string("new_string");
    if (old.isEmpty() || old.equals(fresh)) {
      throw new IOException("old_string must not be empty and must differ from new_string");
    }
    int first = text.indexOf(old);
    if (first < 0) {
      throw new IOException("old_string is not in the file; read the file and copy it exactly");
    }
    if (!arguments.flag("replace_all") && text.indexOf(old, first + 1) >= 0) {
      throw new IOException("old_string is there more than once; add lines around it");
    }
    return text.replace(old, fresh);
  }

  private static ToolResult done(ToolArguments arguments) {
    return ToolResult.ok("Edited " + arguments.string("file_path") + ".");
  }
}
