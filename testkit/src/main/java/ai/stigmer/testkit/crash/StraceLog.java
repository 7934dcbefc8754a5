package ai.stigmer.testkit.crash;

import ai.stigmer.testkit.crash.DiskOperation.Create;
import ai.stigmer.testkit.crash.DiskOperation.Rename;
import ai.stigmer.testkit.crash.DiskOperation.Said;
import ai.stigmer.testkit.crash.DiskOperation.Sync;
import ai.stigmer.testkit.crash.DiskOperation.SyncFolder;
import ai.stigmer.testkit.crash.DiskOperation.Truncate;
import ai.stigmer.testkit.crash.DiskOperation.Unlink;
import ai.stigmer.testkit.crash.DiskOperation.Write;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads what strace says of a process that writes files in one folder. */
final class StraceLog {
  private static final Pattern WHOLE = Pattern.compile("(\\d+) +(\\w+)\\((.*)\\) += (-?\\d+).*");
  private static final Pattern BEGUN =
      Pattern.compile("(\\d+) +(\\w+)\\((.*) <unfinished \\.\\.\\.>");
  private static final Pattern ENDED =
      Pattern.compile("(\\d+) +<\\.\\.\\. (\\w+) resumed>(.*)\\) += (-?\\d+).*");
  private static final Pattern FILE = Pattern.compile("(\\d+)<([^>]*)>.*");
  private static final Pattern TEXT = Pattern.compile("\"([^\"]*)\"");
  private static final Pattern NUMBER = Pattern.compile(".*, (\\d+)");

  private final Path folder;
  private final List<DiskOperation> operations = new ArrayList<>();
  private final List<String> names = new ArrayList<>();
  private final Map<String, Integer> files = new HashMap<>();
  private final Map<String, Long> positions = new HashMap<>();
  private final Map<String, Begun> begun = new HashMap<>();
  private final StringBuilder said = new StringBuilder();
  private int start;

  /** A call that another thread's calls came between. */
  private record Begun(String arguments, int since) {}

  StraceLog(Path folder) {
    this.folder = folder;
  }

  static List<String> command(Path log) {
    return List.of(
        "strace",
        "-f",
        "-qq",
        "-y",
        "-xx",
        "-s",
        "16777216",
        "-o",
        log.toString(),
        "-e",
        "trace=pwrite64,write,fsync,fdatasync,ftruncate,openat,rename,renameat,renameat2,unlink,"
            + "unlinkat",
        "-e",
        "signal=none");
  }

  void startWithPresentFiles() throws IOException {
    try (Stream<Path> present = Files.list(folder)) {
      for (Path each : present.filter(Files::isRegularFile).sorted().toList()) {
        int file = names.size();
        create(folder.relativize(each).toString());
        operations.add(new Write(file, 0, Files.readAllBytes(each)));
        operations.add(new Sync(file, operations.size()));
      }
    }
    operations.add(new SyncFolder());
    start = operations.size();
  }

  private void create(String name) {
    files.put(name, names.size());
    operations.add(new Create(names.size(), name));
    names.add(name);
  }

  DiskTrace read(Iterator<String> lines) {
    while (lines.hasNext()) {
      String line = lines.next();
      Matcher ended = ENDED.matcher(line);
      Matcher unfinished = BEGUN.matcher(line);
      Matcher whole = WHOLE.matcher(line);
      if (ended.matches()) {
        Begun first = begun.remove(ended.group(1));
        if (first != null) {
          call(ended.group(2), first.arguments() + ended.group(3), ended.group(4), first.since());
        }
      } else if (unfinished.matches()) {
        begun.put(unfinished.group(1), new Begun(unfinished.group(3), operations.size()));
      } else if (whole.matches()) {
        call(whole.group(2), whole.group(3), whole.group(4), operations.size());
      }
    }
    return new DiskTrace(operations, names, start);
  }

  private void call(String name, String arguments, String result, int since) {
    if (result.startsWith("-")) {
      return;
    }
    switch (name) {
      case "openat" -> open(arguments);
      case "pwrite64" -> write(arguments, number(arguments));
      case "write" -> writeOn(arguments);
      case "ftruncate" -> {
        Integer file = file(arguments);
        if (file != null) {
          operations.add(new Truncate(file, number(arguments)));
        }
      }
      case "fsync", "fdatasync" -> sync(arguments, since);
      case "unlink", "unlinkat" -> unlink(arguments);
      default -> rename(arguments);
    }
  }

  private void open(String arguments) {
    Matcher text = TEXT.matcher(arguments);
    String name = text.find() ? inFolder(ascii(text.group(1))) : null;
    if (name != null && arguments.contains("O_CREAT") && !files.containsKey(name)) {
      create(name);
    }
    if (name != null) {
      positions.put(name, 0L);
    }
  }

  private void write(String arguments, long offset) {
    Integer file = file(arguments);
    Matcher text = TEXT.matcher(arguments);
    if (file != null && text.find()) {
      operations.add(new Write(file, offset, bytes(text.group(1))));
    }
  }

  /** A write without an offset goes on from the one before, or is a word on standard output. */
  private void writeOn(String arguments) {
    Matcher text = TEXT.matcher(arguments);
    if (arguments.startsWith("1<") && text.find()) {
      said.append(ascii(text.group(1)));
      for (int end = said.indexOf("\n"); end >= 0; end = said.indexOf("\n")) {
        operations.add(new Said(said.substring(0, end)));
        said.delete(0, end + 1);
      }
      return;
    }
    String name = name(arguments);
    if (name != null && text.find(0)) {
      long offset = positions.getOrDefault(name, 0L);
      write(arguments, offset);
      positions.put(name, offset + text.group(1).length() / 4);
    }
  }

  private void sync(String arguments, int since) {
    Integer file = file(arguments);
    if (file != null) {
      operations.add(new Sync(file, since));
    } else if (path(arguments).equals(folder.toString())) {
      operations.add(new SyncFolder());
    }
  }

  private void unlink(String arguments) {
    Matcher text = TEXT.matcher(arguments);
    String name = text.find() ? inFolder(ascii(text.group(1))) : null;
    if (name != null && files.remove(name) != null) {
      operations.add(new Unlink(name));
    }
  }

  private void rename(String arguments) {
    Matcher text = TEXT.matcher(arguments);
    String from = text.find() ? inFolder(ascii(text.group(1))) : null;
    String to = text.find() ? inFolder(ascii(text.group(1))) : null;
    Integer file = from == null ? null : files.remove(from);
    if (from != null && to != null && file != null) {
      files.put(to, file);
      operations.add(new Rename(from, to));
    }
  }

  private @Nullable Integer file(String arguments) {
    String name = name(arguments);
    return name == null ? null : files.get(name);
  }

  private @Nullable String name(String arguments) {
    return inFolder(path(arguments));
  }

  /** The path behind a descriptor; strace writes it in the same way as any text. */
  private static String path(String arguments) {
    Matcher file = FILE.matcher(arguments);
    if (!file.matches()) {
      return "";
    }
    String path = file.group(2);
    return path.startsWith("\\x") ? ascii(path) : path;
  }

  private @Nullable String inFolder(String path) {
    String start = folder + "/";
    if (!path.startsWith(start) || path.indexOf('/', start.length()) >= 0) {
      return null;
    }
    return path.substring(start.length());
  }

  private static long number(String arguments) {
    Matcher number = NUMBER.matcher(arguments);
    if (!number.matches()) {
      throw new IllegalArgumentException("strace says something unexpected");
    }
    return Long.parseLong(number.group(1));
  }

  private static String ascii(String hex) {
    return new String(bytes(hex), StandardCharsets.UTF_8);
  }

  /** Each byte is written as backslash, x and two digits. */
  private static byte[] bytes(String hex) {
    var bytes = new ByteArrayOutputStream(hex.length() / 4);
    for (int i = 2; i < hex.length(); i += 4) {
      bytes.write(Character.digit(hex.charAt(i), 16) << 4 | Character.digit(hex.charAt(i + 1), 16));
    }
    return bytes.toByteArray();
  }
}
