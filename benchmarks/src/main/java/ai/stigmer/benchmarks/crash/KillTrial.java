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
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;

/**
 * Kills the real process of a run at chosen system calls, goes on with the run in this process or
 * in a new one, and looks at what is left.
 */
final class KillTrial {
  private static final String ANSWER = "All done.";

  /** Of so many points one is recovered from by a new process, and at one that is killed, too. */
  private static final int SHARE = 8;

  /** What became of one kill. */
  enum Outcome {
    /** The process was killed, and the run went on here and kept every promise. */
    RECOVERED,
    /** The same, and the run went on in a new process. */
    RECOVERED_ANEW,
    /** The same, and the new process was killed while it went on. */
    RECOVERED_TWICE,
    /** The process was killed before anything was recorded, and nothing had been done. */
    NOTHING_DONE,
    /** The process made fewer such calls this time, and ended by itself. */
    NOT_KILLED;

    boolean wasKilled() {
      return this != NOT_KILLED;
    }
  }

  private final KilledProcess process;
  private final Path folder;
  private final long seed;
  private final List<SystemCallKill> points;
  private final List<Message> expected;

  private KillTrial(
      KilledProcess process,
      Path folder,
      long seed,
      List<SystemCallKill> points,
      List<Message> expected) {
    this.process = process;
    this.folder = folder;
    this.seed = seed;
    this.points = points;
    this.expected = expected;
  }

  /** Runs the agent of a seed once undisturbed, to know where it can be killed. */
  static KillTrial of(KilledProcess process, Path folder, long seed)
      throws IOException, InterruptedException {
    Path trace = folder.resolve("trace-" + seed);
    var run = new KilledRun(folder, "undisturbed-" + seed, seed);
    int status =
        KilledProcess.status(SystemCallKill.recording(trace, process.command(run, "start")));
    if (status != 0) {
      throw new IllegalStateException("the undisturbed run ended with " + status);
    }
    try (Journal journal = run.open()) {
      return new KillTrial(
          process,
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
   * @param index the number of the point among those that are tried
   * @throws AssertionError naming seed, point and the broken promise
   */
  Outcome kill(SystemCallKill point, int index) throws IOException, InterruptedException {
    String name = seed + "-" + point.call() + "-" + point.nth();
    var run = new KilledRun(folder, name, seed);
    try {
      int status = KilledProcess.status(point.around(process.command(run, "start")));
      if (status == 0) {
        return Outcome.NOT_KILLED;
      }
      List<Recorded> before = recorded(run);
      if (before.isEmpty()) {
        require(run, run.effects().isEmpty(), "something was done before anything was recorded");
        return Outcome.NOTHING_DONE;
      }
      return switch (index % SHARE) {
        case 0 -> judge(run, before, anew(run));
        case 1 -> judge(run, before, twice(run, point));
        default -> judge(run, before, Outcome.RECOVERED);
      };
    } finally {
      clean(name + ".");
    }
  }

  private static List<Recorded> recorded(KilledRun run) throws IOException {
    try (Journal journal = run.open()) {
      List<Recorded> recorded = journal.list(1).isEmpty() ? List.of() : journal.read(KilledRun.RUN);
      require(run, run.acknowledged() <= recorded.size(), "an acknowledged entry is lost");
      return recorded;
    }
  }

  private Outcome anew(KilledRun run) throws IOException, InterruptedException {
    int status = KilledProcess.status(process.command(run, "resume"));
    require(run, status == 0, "a new process that goes on ends with " + status);
    return Outcome.RECOVERED_ANEW;
  }

  /** The new process is killed earlier than the first one, so that it has something left to do. */
  private Outcome twice(KilledRun run, SystemCallKill point)
      throws IOException, InterruptedException {
    var earlier = new SystemCallKill(point.call(), Math.max(1, point.nth() / 2));
    int status = KilledProcess.status(earlier.around(process.command(run, "resume")));
    return status == 0 ? Outcome.RECOVERED_ANEW : Outcome.RECOVERED_TWICE;
  }

  private Outcome judge(KilledRun run, List<Recorded> first, Outcome outcome) throws IOException {
    List<Recorded> before = recorded(run);
    require(run, startsWith(before, first), "a recorded entry has changed");
    try (Journal journal = run.open()) {
      RunEnd end = run.runner(journal).resume(run.agent(), KilledRun.RUN).end();
      require(run, end.equals(new RunEnd.Completed(ANSWER)), "it ends with " + end);
      List<Recorded> after = journal.read(KilledRun.RUN);
      require(run, run.acknowledged() <= after.size(), "an acknowledged entry is lost");
      require(run, startsWith(after, before), "a recorded entry has changed");
      List<JournalEntry> entries = after.stream().map(Recorded::entry).toList();
      require(run, JournalLaws.broken(entries).isEmpty(), JournalLaws.broken(entries).toString());
      List<String> effects = run.effects();
      require(
          run,
          new HashSet<>(effects).size() == effects.size(),
          "an effect happened twice: " + effects);
      compare(run, Transcript.of(after).messages(), outcome == Outcome.RECOVERED_TWICE ? 2 : 1);
    }
    return outcome;
  }

  private static boolean startsWith(List<Recorded> all, List<Recorded> first) {
    return all.size() >= first.size() && all.subList(0, first.size()).equals(first);
  }

  private void compare(KilledRun run, List<Message> actual, int deaths) {
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
    require(run, unknown <= deaths, unknown + " unknown outcomes after " + deaths + " deaths");
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
}
