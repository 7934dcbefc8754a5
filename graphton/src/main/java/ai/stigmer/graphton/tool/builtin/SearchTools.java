package ai.stigmer.graphton.tool.builtin;

import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolArguments;
import ai.stigmer.graphton.workspace.Workspace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/** Listing and searching. Links are not followed and folders that begin with a dot are skipped. */
final class SearchTools {
  private static final int MAX_RESULTS = 1_000;
  private static final int MAX_LINE = 300;

  private final Workspace workspace;

  SearchTools(Workspace workspace) {
    this.workspace = workspace;
  }

  Tool ls() {
    return Tool.named("ls")
        .describedAs("Lists a folder; folders end with a slash.")
        .optionalString("path", "the folder, the workspace itself when it is missing")
        .readOnly()
        .calling((arguments, context) -> list(arguments));
  }

  Tool glob() {
    return Tool.named("glob")
        .describedAs("Finds files by name, for example **/*.java; a bare name matches anywhere.")
        .string("pattern", "the pattern")
        .optionalString("path", "the folder to search")
        .readOnly()
        .calling((arguments, context) -> find(arguments));
  }

  Tool grep() {
    return Tool.named("grep")
        .describedAs("Finds lines that contain a literal text.")
        .string("pattern", "the literal text")
        .optionalString("path", "the file or folder to search")
        .readOnly()
        .calling((arguments, context) -> search(arguments));
  }

  private ToolResult list(ToolArguments arguments) {
    try (Stream<Path> children = Files.list(start(arguments))) {
      return answer(
          children
              .map(path -> workspace.show(path) + (Files.isDirectory(path) ? "/" : ""))
              .sorted()
              .toList());
    } catch (IOException | UncheckedIOException e) {
      return failed(e);
    }
  }

  private ToolResult find(ToolArguments arguments) {
    String pattern = arguments.string("pattern");
    try {
      Path start = start(arguments);
      PathMatcher whole = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
      PathMatcher anywhere = FileSystems.getDefault().getPathMatcher("glob:**/" + pattern);
      return answer(
          files(start).stream()
              .filter(
                  path -> {
                    Path relative = start.relativize(path);
                    return whole.matches(relative) || anywhere.matches(path);
                  })
              .map(workspace::show)
              .toList());
    } catch (PatternSyntaxException e) {
      return ToolResult.error("the pattern is wrong: " + e.getDescription());
    } catch (IOException | UncheckedIOException e) {
      return failed(e);
    }
  }

  private ToolResult search(ToolArguments arguments) {
    String wanted = arguments.string("pattern");
    try {
      List<String> hits = new ArrayList<>();
      for (Path file : files(start(arguments))) {
        if (Files.size(file) <= FileTools.MAX_FILE_BYTES && hits.size() <= MAX_RESULTS) {
          hits.addAll(hits(file, wanted));
        }
      }
      return answer(hits);
    } catch (IOException | UncheckedIOException e) {
      return failed(e);
    }
  }

  private List<String> hits(Path file, String wanted) {
    List<String> hits = new ArrayList<>();
    int number = 0;
    try {
      for (String line : Files.readAllLines(file)) {
        number++;
        if (line.contains(wanted)) {
          String shown = line.length() <= MAX_LINE ? line : line.substring(0, MAX_LINE) + "…";
          hits.add(workspace.show(file) + ":" + number + ": " + shown);
        }
      }
    } catch (IOException e) {
      // A binary or unreadable file has no lines to show.
      return List.of();
    }
    return hits;
  }

  private Path start(ToolArguments arguments) throws IOException {
    String name = arguments.optionalString("path").orElse("");
    Path start = workspace.resolve(name);
    if (!Files.exists(start)) {
      throw new IOException("\"" + name + "\" is not there");
    }
    return start;
  }

  private static List<Path> files(Path start) throws IOException {
    try (Stream<Path> all = Files.walk(start)) {
      return all.filter(path -> Files.isRegularFile(path) && !hidden(start.relativize(path)))
          .sorted()
          .toList();
    }
  }

  private static boolean hidden(Path relative) {
    for (int i = 0; i < relative.getNameCount() - 1; i++) {
      if (relative.getName(i).toString().startsWith(".")) {
        return true;
      }
    }
    return false;
  }

  private static ToolResult answer(List<String> lines) {
    if (lines.isEmpty()) {
      return ToolResult.ok("Nothing found.");
    }
    String text = String.join("\n", lines.subList(0, Math.min(lines.size(), MAX_RESULTS)));
    return ToolResult.ok(
        lines.size() <= MAX_RESULTS ? text : text + "\n[more than " + MAX_RESULTS + " results]");
  }

  private static ToolResult failed(Exception e) {
    return ToolResult.error(String.valueOf(e.getMessage()));
  }
}
