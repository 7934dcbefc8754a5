package ai.stigmer.benchmarks.crash;

import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.Journal.RunSummary;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.testkit.crash.CrashPoints;
import ai.stigmer.testkit.crash.Died;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/**
 * {@code bin/crash-kit recovery [--runs N] [--rounds R]}: how long it takes from the start of a new
 * process until N runs that a dead one left are back at work: claimed, read, folded, and with a new
 * durable entry each; and until each of them has the first durable answer or outcome after that.
 * The floor, a process as well, claims each run and appends one entry, over the same journal,
 * without the loop. All processes have the launcher's options of the JVM and, as it has, an
 * ahead-of-time cache, made by one of the same kind before.
 */
public final class RecoveryMain {
  /** Set where a process makes a cache for those after it. */
  private static final String TRAINS = "stigmer.trains";

  private RecoveryMain() {}

  static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "interrupt" -> interrupt(Path.of(args[1]), Integer.parseInt(args[2]));
      case "floor" -> System.out.println(floor(Path.of(args[1])));
      case "recover" -> System.out.println(recover(Path.of(args[1])));
      default -> measure(Options.of(args));
    }
    System.out.flush();
    if (System.getProperty(TRAINS) != null) {
      System.exit(0); // The cache is written on the way out.
    }
    // As a crash does it: nothing is given back.
    Runtime.getRuntime().halt(0);
  }

  private static void measure(Options options) throws Exception {
    String runs = options.text("--runs", "1000");
    long rounds = options.number("--rounds", "5");
    Path folder = Files.createTempDirectory("stigmer-recovery-");
    try {
      var back = new ArrayList<Double>();
      var working = new ArrayList<Double>();
      var floors = new ArrayList<Double>();
      child("interrupt", folder, List.of(), runs);
      train("floor", folder);
      train("recover", folder);
      for (long round = 0; round < rounds; round++) {
        floors.add(Double.parseDouble(trained("floor", folder, round)));
        String[] ours = trained("recover", folder, round).split(" ", -1);
        back.add(Double.parseDouble(ours[0]));
        working.add(Double.parseDouble(ours[1]));
      }
      double median = median(back);
      System.out.printf(
          Locale.ROOT,
          "%s interrupted runs back at work: %.2f s from the start of the process"
              + " (median of %d new processes)%n"
              + "each with its next answer or outcome: %.2f s%n"
              + "floor, a claim and an append each:  %.2f s%nratio %.2f%n",
          runs,
          median,
          rounds,
          median(working),
          median(floors),
          median / median(floors));
    } finally {
      Folders.delete(folder);
    }
  }

  /** Leaves runs behind that died at different places. */
  private static void interrupt(Path folder, int runs) throws InterruptedException {
    Journal journal = new KilledRun(folder, "runs", 0).open();
    each(
        runs,
        i -> {
          var run = new KilledRun(folder, "runs", i);
          CrashPoints points = CrashPoints.at(30 + i % 20);
          try {
            points
                .in(run.runner(journal).listener(event -> {}), journal)
                .run(run.agent(), "go", "r" + i);
          } catch (Died e) {
            return;
          }
          throw new IllegalStateException("run " + i + " did not die");
        });
  }

  /** Seconds to the last run's new entry, and to the last run's next answer or outcome. */
  private static String recover(Path folder) throws InterruptedException {
    Journal journal = new KilledRun(folder, "runs", 0).open();
    List<RunSummary> runs = journal.list(Integer.MAX_VALUE);
    var back = new CountDownLatch(runs.size());
    var working = new CountDownLatch(runs.size());
    for (RunSummary summary : runs) {
      var run = new KilledRun(folder, "runs", Long.parseLong(summary.runId().substring(1)));
      Thread.ofVirtual()
          .start(
              () ->
                  run.runner(journal)
                      .listener(new Progress(back, working))
                      .resume(run.agent(), summary.runId()));
    }
    back.await();
    double backAfter = sinceStart();
    working.await();
    return backAfter + " " + sinceStart();
  }

  /** Counts a run down when it is back, and when it has its next answer or outcome. */
  private static final class Progress implements Consumer<AgentEvent> {
    private final CountDownLatch back;
    private final CountDownLatch working;
    private boolean counted;

    Progress(CountDownLatch back, CountDownLatch working) {
      this.back = back;
      this.working = working;
    }

    @Override
    public void accept(AgentEvent event) {
      switch (event) {
        case AgentEvent.RunStarted _ -> back.countDown();
        case AgentEvent.TurnFinished _, AgentEvent.ToolFinished _, AgentEvent.RunFinished _ -> {
          if (!counted) {
            counted = true;
            working.countDown();
          }
        }
        default -> {}
      }
    }
  }

  private static double floor(Path folder) throws InterruptedException {
    Journal journal = new KilledRun(folder, "runs", 0).open();
    List<RunSummary> runs = journal.list(Integer.MAX_VALUE);
    each(
        runs.size(),
        i -> {
          JournalWriter writer = journal.claim(runs.get(i).runId(), "floor");
          writer.append(List.of(new JournalEntry.RunResumed("floor")));
        });
    return sinceStart();
  }

  /** Seconds since the operating system started this process. */
  private static double sinceStart() {
    Instant start = ProcessHandle.current().info().startInstant().orElseThrow();
    return Duration.between(start, Instant.now()).toMillis() / 1e3;
  }

  private interface Work {
    void on(int number);
  }

  private static void each(int count, Work work) throws InterruptedException {
    var done = new CountDownLatch(count);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < count; i++) {
        int number = i;
        threads.execute(
            () -> {
              work.on(number);
              done.countDown();
            });
      }
    }
    if (done.getCount() > 0) {
      throw new IllegalStateException(done.getCount() + " of " + count + " failed");
    }
  }

  private static Path copy(Path folder, String name) throws IOException {
    Path copy = Files.createDirectories(folder.resolve(name));
    for (String file : List.of("runs.db", "runs.db-wal")) {
      if (Files.exists(folder.resolve(file))) {
        Files.copy(folder.resolve(file), copy.resolve(file), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    return copy;
  }

  private static void train(String what, Path folder) throws IOException {
    Path there = copy(folder, what + "-training");
    var _ =
        child(
            what, there, List.of("-XX:AOTCacheOutput=" + cache(what, folder), "-D" + TRAINS + "="));
  }

  private static String trained(String what, Path folder, long round) throws IOException {
    Path there = copy(folder, what + "-" + round);
    return child(what, there, List.of("-XX:AOTCache=" + cache(what, folder)));
  }

  private static Path cache(String what, Path folder) {
    return folder.resolve(what + ".aot");
  }

  private static String child(String what, Path folder, List<String> options, String... more)
      throws IOException {
    var line =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED"));
    line.addAll(options);
    line.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            RecoveryMain.class.getName(),
            what,
            folder.toString()));
    line.addAll(List.of(more));
    // The JVM that writes a cache tells its whole command line.
    boolean isTraining = options.stream().anyMatch(option -> option.contains(TRAINS));
    Process process =
        new ProcessBuilder(line)
            .redirectError(
                isTraining ? ProcessBuilder.Redirect.DISCARD : ProcessBuilder.Redirect.INHERIT)
            .start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }
}
