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
      String before = before(arguments);
      String edited = edited(arguments, before);
      UnseenSecret.keep(before, edited, context.secrets());
      workspace.replace(workspace.resolve(arguments.string("file_path")), bytes(edited));
      return done(arguments);
    } catch (IOException e) {
      return ToolResult.error(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public Optional<String> prepare(ToolArguments arguments, ToolContext context) {
    try {
      String before = before(arguments);
      return Optional.of(
          ContentHash.of(bytes(before)) + " " + ContentHash.of(bytes(edited(arguments, before))));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public Optional<FileState> before(ToolArguments arguments, ToolContext context) {
    try {
      byte[] edited = bytes(edited(arguments, before(arguments)));
      return FileBefore.of(workspace, workspace.resolve(arguments.string("file_path")), edited);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public Settlement settle(ToolArguments arguments, String prepared, ToolContext context)
      throws IOException {
    String now;
    try (InputStream in = workspace.read(workspace.resolve(arguments.string("file_path")))) {
      now = ContentHash.of(in);
    }
    if (prepared.endsWith(" " + now)) {
      return new Settlement.Happened(done(arguments));
    }
    return prepared.startsWith(now + " ")
        ? new Settlement.DidNotHappen()
        : new Settlement.Unknown();
  }

  private String before(ToolArguments arguments) throws IOException {
    String name = arguments.string("file_path");
    return TextFile.whole(workspace, workspace.resolve(name), name);
  }

  private static String edited(ToolArguments arguments, String text) throws IOException {
    String old = arguments.string("old_string");
    String fresh = arguments.string("new_string");
    if (old.isEmpty()) {
      throw new IOException("old_string must not be empty; to write a whole file use write_file");
    }
    if (old.equals(fresh)) {
      throw new IOException("old_string and new_string are the same; nothing would change");
    }
    int found = occurrences(text, old);
    if (found == 0) {
      throw new IOException("old_string is not in the file; " + whyNot(text, old));
    }
    if (found > 1 && !arguments.flag("replace_all")) {
      throw new IOException(
          "old_string is in the file "
              + found
              + " times; add lines around it so that it is there once, or set replace_all");
    }
    return text.replace(old, fresh);
  }

  private static String whyNot(String text, String old) {
    if (old.contains(Redactor.MARK)) {
      return UnseenSecret.HINT;
    }
    return text.contains("\r\n") && old.contains("\n") && !old.contains("\r")
        ? "its lines end with \\r\\n, so write \\r\\n in it too"
        : "read the file and copy the text exactly";
  }

  /** How often a text begins somewhere in another, overlaps included: only one place is clear. */
  private static int occurrences(String text, String wanted) {
    int count = 0;
    for (int at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
      count++;
    }
    return count;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static ToolResult done(ToolArguments arguments) {
    return ToolResult.ok("Edited " + arguments.string("file_path") + ".");
  }
}
