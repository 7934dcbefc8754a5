package ai.stigmer.config;

import ai.stigmer.graphton.egress.HostRule;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads the texts of the settings about running commands. */
final class ExecutionValues {
  private static final Pattern SIZE = Pattern.compile("([0-9]{1,7})(m|g)");
  private static final int MIB_SHIFT = 20;
  private static final int GIB_SHIFT = 30;
  private static final long LEAST = 16L << MIB_SHIFT;
  private static final long MOST = 1_024L << GIB_SHIFT;
  private static final int LEAST_PROCESSES = 16;
  private static final int MOST_PROCESSES = 65_536;
  private static final int MOST_FOLDERS = 32;

  private ExecutionValues() {}

  static boolean fits(Setting.Kind kind, String text) {
    return switch (kind) {
      case NETWORK -> text.equals("none") || text.equals("open") || hosts(text).isPresent();
      case PROCESSES -> processes(text).isPresent();
      case SIZE -> size(text).isPresent();
      case FOLDERS -> folders(text).isPresent();
      default -> throw new IllegalArgumentException("not about commands: " + kind);
    };
  }

  /** A whole number from 16 to 65,536. */
  static Optional<Integer> processes(String text) {
    return Values.count(text).filter(n -> n >= LEAST_PROCESSES && n <= MOST_PROCESSES);
  }

  /** Bytes, from 16 MiB to 1,024 GiB. */
  static Optional<Long> size(String text) {
    Matcher matcher = SIZE.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int shift = matcher.group(2).equals("m") ? MIB_SHIFT : GIB_SHIFT;
    long size = Long.parseLong(matcher.group(1)) << shift;
    return size >= LEAST && size <= MOST ? Optional.of(size) : Optional.empty();
  }

  /**
   * Hosts, with commas between. A single word needs a port: it is a slip more often than a host.
   */
  static Optional<List<HostRule>> hosts(String text) {
    try {
      List<HostRule> hosts = HostRule.list(text);
      boolean fit = hosts.stream().map(HostRule::toString).allMatch(one -> one.matches(".*[.:].*"));
      return fit ? Optional.of(hosts) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Absolute folders, at most 32; none for an empty text. */
  static Optional<List<Path>> folders(String text) {
    try {
      List<Path> folders =
          Stream.of(text.split(":", -1))
              .filter(name -> !name.isEmpty())
              .map(name -> Path.of(name).normalize())
              .toList();
      boolean fit = folders.size() <= MOST_FOLDERS && folders.stream().allMatch(Path::isAbsolute);
      return fit ? Optional.of(folders) : Optional.empty();
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }
}
