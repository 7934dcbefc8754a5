package ai.stigmer.graphton.tool.builtin;

import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolArguments;
import ai.stigmer.graphton.workspace.Workspace;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** Reading and writing whole files. */
final class FileTools {
  static final long MAX_FILE_BYTES = 10L << 20;
  private static final int DEFAULT_LINES = 100;
  private static final int MAX_LINE = 5_000;

  private final Workspace workspace;

  FileTools(Workspace workspace) {
    this.workspace = workspace;
  }

  Tool readFile() {
    return Tool.named("read_file")
        .describedAs("Reads lines of a text file, with their numbers.")
        .string("file_path", "the file, relative to the workspace")
        .optionalInteger("offset", "the first line to show, counted from 0")
        .optionalInteger("limit", "how many lines, 100 when it is missing")
        .readOnly()
        .calling((arguments, context) -> read(arguments));
  }

  /** A text file's content; the exception's message is meant for the model. */
  static String text(Path file, String name) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IOException("\"" + name + "\" is a folder; use ls");
    }
    if (!Files.exists(file)) {
      throw new IOException("\"" + name + "\" is not there; use ls or glob to find it");
    }
    if (Files.size(file) > MAX_FILE_BYTES) {
      throw new IOException("\"" + name + "\" is larger than 10 MiB; use grep");
    }
    try {
      return Files.readString(file);
    } catch (CharacterCodingException e) {
      throw new IOException("\"" + name + "\" is binary, not UTF-8 text", e);
    }
  }

  /**
   * Replaces a file's content in one step. What a killed attempt left beside it is overwritten by
   * the next one, because its name comes from the file's.
   */
  static void replace(Path file, String content) throws IOException {
    Path folder = file.getParent();
    if (folder == null) {
      throw new IOException("a file needs a folder");
    }
    Files.createDirectories(folder);
    Path fresh = folder.resolve(".stigmer-" + ContentHash.of(file + "").substring(0, 16) + ".tmp");
    try {
      Files.deleteIfExists(fresh);
      Files.writeString(fresh, content, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      if (Files.exists(file)) {
        Files.setPosixFilePermissions(fresh, Files.getPosixFilePermissions(file));
      } else {
        Files.setPosixFilePermissions(
            fresh, java.nio.file.attribute.PosixFilePermissions.fromString("rw-r--r--"));
      }
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  private ToolResult read(ToolArguments arguments) {
    try {
      String name = arguments.string("file_path");
      List<String> lines = text(workspace.resolve(name), name).lines().toList();
      if (lines.isEmpty()) {
        return ToolResult.ok("The file is there and empty.");
      }
      int from = Math.max(0, arguments.optionalInt("offset").orElse(0));
      int limit = Math.max(1, arguments.optionalInt("limit").orElse(DEFAULT_LINES));
      int to = (int) Math.min(lines.size(), (long) from + limit);
      StringBuilder shown = new StringBuilder();
      for (int i = from; i < to; i++) {
        shown.append(i + 1).append("  ").append(cut(lines.get(i))).append('\n');
      }
      if (from > 0 || to < lines.size()) {
        shown.append("[lines ").append(from + 1).append('-').append(to);
        shown.append(" of ").append(lines.size()).append(']');
      }
      return ToolResult.ok(shown.toString());
    } catch (IOException e) {
      return ToolResult.error(String.valueOf(e.getMessage()));
    }
  }

  private static String cut(String line) {
    return line.length() <= MAX_LINE
        ? line
        : line.substring(0, MAX_LINE) + " [cut, " + line.length() + " characters]";
  }
}
