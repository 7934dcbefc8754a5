package ai.stigmer.config;

import ai.stigmer.graphton.error.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Changes single values in the user's file and leaves everything else, comments included, as it
 * was. What would not be a valid file afterwards is not written. The file is readable for its owner
 * only.
 */
public final class ConfigEditor {
  private final Path file;
  private final Map<String, String> env;

  public ConfigEditor(Path file, Map<String, String> env) {
    this.file = file;
    this.env = env;
  }

  /**
   * Writes a value.
   *
   * @throws ai.stigmer.graphton.error.ProblemException when key or value is wrong, or the file
   *     cannot be written
   */
  public void set(String key, String value) {
    SettingInfo.named(key);
    List<String> lines = lines();
    int at = lineOf(key);
    String text = quoted(value);
    if (at >= 0) {
      String old = lines.get(at);
      lines.set(at, old.substring(0, old.indexOf(':') + 1) + " " + text);
    } else {
      insert(lines, key, text);
    }
    write(lines);
  }

  /**
   * Removes a value; does nothing when the file has none.
   *
   * @throws ai.stigmer.graphton.error.ProblemException when the key is unknown, or the file cannot
   *     be written
   */
  public void unset(String key) {
    SettingInfo.named(key);
    int at = lineOf(key);
    if (at >= 0) {
      List<String> lines = lines();
      lines.remove(at);
      write(lines);
    }
  }

  private List<String> lines() {
    try {
      return Files.exists(file)
          ? new ArrayList<>(Files.readString(file).lines().toList())
          : new ArrayList<>();
    } catch (IOException e) {
      throw unwritable();
    }
  }

  private int lineOf(String key) {
    if (!Files.exists(file)) {
      return -1;
    }
    ConfigFile read = ConfigFile.read(file, env);
    read.problems().stream()
        .filter(problem -> problem.code().equals("E119"))
        .findFirst()
        .ifPresent(
            problem -> {
              throw problem.asException();
            });
    Candidate written = read.values().get(key);
    if (written == null) {
      return -1;
    }
    String location = written.location();
    return Integer.parseInt(location.substring(location.lastIndexOf(':') + 1)) - 1;
  }

  /** Puts the key below its deepest parent that is there, or at the end with all its parents. */
  private static void insert(List<String> lines, String key, String text) {
    String[] parts = key.split("\\.", -1);
    int depth = 0;
    int at = lines.size();
    int from = 0;
    while (depth < parts.length - 1) {
      int parent = find(lines, "  ".repeat(depth) + parts[depth] + ":", from, depth);
      if (parent < 0) {
        break;
      }
      at = parent + 1;
      from = at;
      depth++;
    }
    for (int i = depth; i < parts.length; i++) {
      String end = i == parts.length - 1 ? ": " + text : ":";
      lines.add(at++, "  ".repeat(i) + parts[i] + end);
    }
  }

  /** The line of a parent, within the block that starts at {@code from}. */
  private static int find(List<String> lines, String head, int from, int depth) {
    for (int i = from; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.stripTrailing().equals(head)) {
        return i;
      }
      boolean outside =
          depth > 0
              && !line.isBlank()
              && !line.startsWith("  ".repeat(depth))
              && !line.startsWith("#");
      if (outside) {
        return -1;
      }
    }
    return -1;
  }

  private static String quoted(String value) {
    boolean plain = value.matches("[A-Za-z0-9/._${}][A-Za-z0-9/._:${}-]*") && !value.endsWith(":");
    return plain ? value : "\"" + value.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  private void write(List<String> lines) {
    Path folder = file.toAbsolutePath().getParent();
    try {
      if (folder != null) {
        Files.createDirectories(folder);
      }
      Path fresh = Files.createTempFile(folder, "config", ".part");
      if (Files.getFileStore(fresh).supportsFileAttributeView("posix")) {
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
      }
      Files.writeString(fresh, String.join("\n", lines) + "\n");
      for (Problem problem : ConfigFile.read(fresh, env).problems()) {
        if (problem.code().equals("E119")) {
          Files.delete(fresh);
          throw problem.asException();
        }
      }
      Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw unwritable();
    }
  }

  private RuntimeException unwritable() {
    return Problems.of("E128", "the configuration file cannot be written", file.toString())
        .help("check that you may write it, or name another: --config FILE")
        .asException();
  }
}
