package ai.stigmer.graphton.tool.builtin;

import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.model.ToolSpec;
import ai.stigmer.graphton.tool.EffectClass;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolArguments;
import ai.stigmer.graphton.tool.ToolContext;
import ai.stigmer.graphton.workspace.GlobPattern;
import ai.stigmer.graphton.workspace.ProtectedNames;
import ai.stigmer.graphton.workspace.Workspace;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Finds a literal text in files, but for those that hold secrets by their name. */
final class SearchFiles implements Tool {
  private static final int MAX_LINE = 300;
  private static final int LOOKED_AT = 8_192;
  private static final Pattern REGEX_LIKE =
      Pattern.compile(
          "\\\\[wsdbWSDB.(\\[]|\\.[*+]|\\[[^\\]]+\\][*+]?|\\(\\?|[^|]\\|[^|]|^\\^|\\$$");
  private static final ToolSpec SPEC =
      new ToolSpec(
          "grep",
          "Finds files that contain a text. The text is taken literally, not as a regular"
              + " expression.",
          """
          {"type":"object","properties":{\
          "pattern":{"type":"string","description":"the literal text"},\
          "path":{"type":"string","description":"the file or folder to search"},\
          "glob":{"type":"string","description":"only files whose name matches, for example *.java"},\
          "output_mode":{"type":"string","enum":["files_with_matches","content","count"],\
          "description":"files_with_matches (default), content: the lines, count: how many lines"},\
          "max_count":{"type":"integer","description":"the most matches, 1000 when it is missing"}},\
          "required":["pattern"]}""");

  private final Workspace workspace;

  SearchFiles(Workspace workspace) {
    this.workspace = workspace;
  }

  @Override
  public ToolSpec spec() {
    return SPEC;
  }

  @Override
  public EffectClass effect() {
    return EffectClass.READ;
  }

  @Override
  public ToolResult run(ToolArguments arguments, ToolContext context) {
    String name = arguments.optionalString("path").orElse("");
    String wanted = arguments.string("pattern");
    int most = arguments.optionalInt("max_count").orElse(Found.MOST);
    if (wanted.isEmpty() || wanted.contains("\n") || most < 1) {
      return ToolResult.error("pattern must be a text of one line, and max_count at least 1");
    }
    try {
      Path start = workspace.resolve(name);
      if (!Files.exists(start)) {
        return ToolResult.error("\"" + name + "\" is not there");
      }
      FileWalk walk = new FileWalk(context.cancel(), FileWalk.LIMIT);
      List<Path> files = walk.files(start, byName(arguments, start));
      Search search = new Search(wanted, Mode.of(arguments), Math.min(most, Found.MOST), walk);
      files.forEach(search::file);
      return search.result();
    } catch (IllegalArgumentException e) {
      return ToolResult.error(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return ToolResult.error(String.valueOf(e.getMessage()));
    }
  }

  private static Predicate<Path> byName(ToolArguments arguments, Path start) {
    return arguments
        .optionalString("glob")
        .map(GlobPattern::new)
        .<Predicate<Path>>map(glob -> file -> glob.test(FindFiles.relative(start, file)))
        .orElse(file -> true);
  }

  private enum Mode {
    FILES_WITH_MATCHES,
    CONTENT,
    COUNT;

    static Mode of(ToolArguments arguments) {
      return arguments
          .optionalString("output_mode")
          .map(text -> valueOf(text.toUpperCase(java.util.Locale.ROOT)))
          .orElse(FILES_WITH_MATCHES);
    }
  }

  /** One search over many files. */
  private final class Search {
    private final String wanted;
    private final Mode mode;
    private final int most;
    private final FileWalk walk;
    private final List<String> lines = new ArrayList<>();
    private int matches;
    private int large;
    private boolean full;

    Search(String wanted, Mode mode, int most, FileWalk walk) {
      this.wanted = wanted;
      this.mode = mode;
      this.most = most;
      this.walk = walk;
    }

    void file(Path file) {
      if (full || walk.isOver() || ProtectedNames.isHidden(file.getFileName() + "")) {
        return;
      }
      try (InputStream in = workspace.read(file)) {
        if (Files.size(file) > TextFile.MAX_BYTES) {
          large++;
          return;
        }
        byte[] start = in.readNBytes(LOOKED_AT);
        if (!TextFile.isBinary(start, start.length)) {
          lines(workspace.show(file), new SequenceInputStream(new ByteArrayInputStream(start), in));
        }
      } catch (IOException e) {
        walk.passOver();
      }
    }

    private void lines(String shown, InputStream in) throws IOException {
      var text = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      int number = 0;
      int found = 0;
      for (String line = text.readLine(); line != null && !full; line = text.readLine()) {
        number++;
        if (line.contains(wanted)) {
          found++;
          hit(shown, number, line, found);
        }
      }
      if (mode == Mode.COUNT && found > 0) {
        lines.add(shown + ":" + found);
      }
    }

    private void hit(String shown, int number, String line, int found) {
      switch (mode) {
        case CONTENT -> add(shown + ":" + number + ": " + cut(line));
        case FILES_WITH_MATCHES -> {
          if (found == 1) {
            add(shown);
          }
        }
        case COUNT -> counted();
      }
    }

    private void add(String line) {
      lines.add(line);
      counted();
    }

    private void counted() {
      matches++;
      full = matches >= most;
    }

    private String cut(String line) {
      if (line.length() <= MAX_LINE) {
        return line;
      }
      int at = line.indexOf(wanted);
      int from = Math.max(0, Math.min(at - MAX_LINE / 2, line.length() - MAX_LINE));
      return (from > 0 ? "…" : "") + line.substring(from, from + MAX_LINE) + "…";
    }

    ToolResult result() {
      var text = new StringBuilder(lines.isEmpty() ? "No matches found" : String.join("\n", lines));
      if (lines.isEmpty() && REGEX_LIKE.matcher(wanted).find()) {
        text.append("\n[the pattern looks like a regular expression, but is taken literally]");
      }
      if (full) {
        text.append("\n[stopped after ").append(most).append(" matches; there may be more]");
      }
      if (large > 0) {
        text.append("\n[").append(large).append(" files larger than 10 MiB were not searched]");
      }
      return ToolResult.ok(text + walk.notes());
    }
  }
}
