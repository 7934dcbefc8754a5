package ai.stigmer.testkit.crash;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A real process that is killed with SIGKILL when it is about to make a certain system call: in the
 * middle of a commit, of a file, of an answer. Needs strace and the right to trace.
 *
 * @param call the name of the system call, for example {@code fsync}
 * @param nth which of these calls is not made, from 1; strace counts for each thread on its own
 */
public record SystemCallKill(String call, int nth) {
  /** What a process writes with. */
  public static final List<String> WRITING =
      List.of("pwrite64", "write", "fsync", "fdatasync", "rename", "ftruncate", "unlink");

  public SystemCallKill {
    requireNonNull(call, "call is null");
    if (nth < 1) {
      throw new IllegalArgumentException("nth must be at least 1, got " + nth);
    }
  }

  /** The command line of a process that is killed here. */
  public List<String> around(List<String> command) {
    return traced(
        Path.of("/dev/null"),
        List.of(call),
        words(List.of("-e", "inject=" + call + ":signal=KILL:when=" + nth), command));
  }

  /** The command line of a process whose writing calls are listed in a file. */
  public static List<String> recording(Path trace, List<String> command) {
    return traced(trace, WRITING, command);
  }

  /**
   * Every place where the process of such a list can be killed: each call of the busiest thread.
   *
   * @throws IOException when the list cannot be read
   */
  public static List<SystemCallKill> all(Path trace) throws IOException {
    Map<String, Map<String, Integer>> byCall = new TreeMap<>();
    for (String line : Files.readAllLines(trace)) {
      String[] threadAndCall = line.split("\\s+", 2);
      int end = threadAndCall.length == 2 ? threadAndCall[1].indexOf('(') : -1;
      String name = end < 0 ? "" : threadAndCall[1].substring(0, end);
      if (WRITING.contains(name)) {
        byCall
            .computeIfAbsent(name, call -> new HashMap<>())
            .merge(threadAndCall[0], 1, Integer::sum);
      }
    }
    var kills = new ArrayList<SystemCallKill>();
    byCall.forEach(
        (name, threads) -> {
          int most = threads.values().stream().mapToInt(Integer::intValue).max().orElse(0);
          for (int nth = 1; nth <= most; nth++) {
            kills.add(new SystemCallKill(name, nth));
          }
        });
    return kills;
  }

  /*
   * Not with --seccomp-bpf, which would stop the process at these calls alone: strace 6.1 then
   * counts wrong and kills at the first call or never.
   */
  private static List<String> traced(Path trace, List<String> calls, List<String> command) {
    return words(
        List.of(
            "strace",
            "-f",
            "-qq",
            "-o",
            trace.toString(),
            "-e",
            "trace=" + String.join(",", calls)),
        command);
  }

  private static List<String> words(List<String> tracer, List<String> command) {
    var words = new ArrayList<>(tracer);
    words.addAll(command);
    return words;
  }
}
