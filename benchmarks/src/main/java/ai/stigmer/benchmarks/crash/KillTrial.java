package ai.stigmer.benchmarks.crash;

import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.loop.Transcript;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.testkit.crash.JournalLaws;
import ai.stigmer.testkit.crash.SystemCallKill;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;

/**
 * Kills the real process of a run at chosen system calls, goes on with the run in this process, and
 * looks at what is left.
 */
final class KillTrial {
  private static final String ANSWER = "All done.";

  /** What became of one kill. */
  enum Outcome {
    /** The process was killed, and the run went on and kept every promise. */
    RECOVERED,
    /** The process was killed before anything was recorded, and nothing had been done. */
    NOTHING_DONE,
    /** The process made fewer such calls this time, and ended by itself. */
    NOT_KILLED
  }

  private final Path folder;
  private final long seed;
  private final List<SystemCallKill> points;
  private final List<Message> expected;

  private KillTrial(Path folder, long seed, List<SystemCallKill> points, List<Message> expected) {
    this.folder = folder;
    this.seed = seed;
    this.points = points;
    this.expected = expected;
  }

  /** Runs the agent of a seed once undisturbed, to know where it can be killed. */
  static KillTrial of(Path folder, long seed) throws IOException, InterruptedException {
    Path trace = folder.resolve("trace-" + seed);
    var run = new KilledRun(folder, "undisturbed-" + seed, seed);
    int status = status(SystemCallKill.recording(trace, command(run)));
    if (status != 0) {
      throw new IllegalStateException("the undisturbed run ended with " + status);
    }
    try (Journal journal = run.open()) {
      return new KillTrial(
          folder,
          seed,
          SystemCallKill.all(trace),
          Transcript.of(journal.read(KilledRun.RUN)).messages());
    }
  }

  /** Every place where the run can be killed. */
  List<SystemCallKill> points() {
    return points;
  }

  /**
   * Kills a process of the run at a point and goes on.
   *
   * @throws AssertionError naming seed, point and the broken promise
   */
  Outcome kill(SystemCallKill point) throws IOException, InterruptedException {
    String name = seed + "-" + point.call() + "-" + point.nth();
    var run = new KilledRun(folder, name, seed);
    try {
      int status = status(point.around(command(run)));
      return status == 0 ? Outcome.NOT_KILLED : judge(run);
    } finally {
      clean(name + ".");
    }
  }

  private Outcome judge(KilledRun run) throws IOException {
    try (Journal journal = run.open()) {
      List<Recorded> before = journal.list(1).isEmpty() ? List.of() : journal.read(KilledRun.RUN);
      require(run, run.acknowledged() <= before.size(), "an acknowledged entry is lost");
      if (before.isEmpty()) {
        require(run, run.effects().isEmpty(), "something was done before anything was recorded");
        return Outcome.NOTHING_DONE;
      }
      RunEnd end = run.runner(journal).resume(run.agent(), KilledRun.RUN).end();
      require(run, end.equals(new RunEnd.Completed(ANSWER)), "it ends with " + end);
      List<Recorded> after = journal.read(KilledRun.RUN);
      require(run, after.subList(0, before.size()).equals(before), "a recorded entry has changed");
      List<JournalEntry> entries = after.stream().map(Recorded::entry).toList();
      require(run, JournalLaws.broken(entries).isEmpty(), JournalLaws.broken(entries).toString());
      List<String> effects = run.effects();
      require(
          run,
          new HashSet<>(effects).size() == effects.size(),
          "an effect happened twice: " + effects);
      compare(run, Transcript.of(after).messages());
    }
    return Outcome.RECOVERED;
  }

  private void compare(KilledRun run, List<Message> actual) {
    require(run, actual.size() == expected.size(), "the conversation has another length");
    int unknown = 0;
    for (int i = 0; i < actual.size(); i++) {
      boolean lost =
          actual.get(i) instanceof Message.ToolAnswer answer
              && answer.result().status() == ToolResult.Status.UNKNOWN
              && answer.call().name().equals("log");
      unknown += lost ? 1 : 0;
      require(
          run, lost || actual.get(i).equals(expected.get(i)), "another message: " + actual.get(i));
    }
    require(run, unknown <= 1, unknown + " unknown outcomes after one death");
  }

  private static void require(KilledRun run, boolean kept, String broken) {
    if (!kept) {
      throw new AssertionError(run.name() + ": " + broken);
    }
  }

  private void clean(String prefix) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> (f.getFileName() + "").startsWith(prefix)).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  private static List<String> command(KilledRun run) {
    return new ArrayList<>(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            KilledRun.class.getName(),
            run.folder().toString(),
            run.name(),
            Long.toString(run.seed())));
  }

  private static int status(List<String> command) throws IOException, InterruptedException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
