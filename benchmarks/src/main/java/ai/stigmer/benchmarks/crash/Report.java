package ai.stigmer.benchmarks.crash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a long command has done so far, in a file: a line with what was asked, then a line for each
 * piece of work with its date and counts. A command that was stopped goes on behind the last line.
 */
final class Report {
  private final Path file;
  private final Map<String, Map<String, Long>> pieces = new LinkedHashMap<>();

  private Report(Path file) {
    this.file = file;
  }

  /**
   * Opens the report of a command, or begins it.
   *
   * @param asked what the command is to do; a report of something else is refused
   */
  static Report open(Options options, String command, String asked) throws IOException {
    Path file =
        Path.of(
            options.text(
                "--report", options.root() + "/benchmarks/target/crash-kit-" + command + ".txt"));
    var report = new Report(file);
    String head = command + " " + asked;
    if (!Files.exists(file)) {
      Files.createDirectories(file.toAbsolutePath().resolveSibling(""));
      Files.writeString(file, head + "\n");
      return report;
    }
    List<String> lines = Files.readAllLines(file);
    if (!lines.getFirst().equals(head)) {
      throw new IllegalArgumentException(
          file + " is the report of \"" + lines.getFirst() + "\"; delete it, or name another one");
    }
    lines.stream().skip(1).forEach(report::read);
    return report;
  }

  boolean has(String piece) {
    return pieces.containsKey(piece);
  }

  long count(String piece, String what) {
    return pieces.getOrDefault(piece, Map.of()).getOrDefault(what, 0L);
  }

  void add(String piece, Map<String, Long> counts) throws IOException {
    pieces.put(piece, Map.copyOf(counts));
    var line = new StringBuilder(piece).append('\t').append(Instant.now());
    new TreeMap<>(counts)
        .forEach((what, count) -> line.append('\t').append(what).append('=').append(count));
    Files.writeString(file, line.append('\n'), StandardOpenOption.APPEND);
  }

  /** All counts together, one for each line, and where the report is. */
  String total() {
    var sums = new TreeMap<String, Long>();
    pieces.values().forEach(counts -> counts.forEach((k, v) -> sums.merge(k, v, Long::sum)));
    var text = new StringBuilder();
    sums.forEach((what, sum) -> text.append(what).append(' ').append(sum).append('\n'));
    return text.append("report ").append(file).append('\n').toString();
  }

  private void read(String line) {
    String[] parts = line.split("\t", -1);
    var counts = new TreeMap<String, Long>();
    for (int i = 2; i < parts.length; i++) {
      int equals = parts[i].indexOf('=');
      counts.put(parts[i].substring(0, equals), Long.parseLong(parts[i].substring(equals + 1)));
    }
    pieces.put(parts[0], counts);
  }
}
