package ai.stigmer.cli;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.server.RunningServer;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Starts the server as a process of its own that outlives this one. */
final class BackgroundServer {
  /** What it says, within the Stigmer home. */
  static final String LOG = "server.log";

  /** The word of the user. */
  static final String BACKGROUND = "--background";

  /** Stands for it in the command of the process, which serves whatever else is said. */
  static final String LOGGED = "--logged";

  private static final long LONGEST_LOG = 64L << 20;
  private static final long START_SECONDS = 60;
  private static final int MOST_SAID = 64 << 10;

  private final Surroundings surroundings;

  BackgroundServer(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /**
   * Starts it with the same words but one, and waits until it is ready.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E565} when one is running, {@code
   *     E569} when it ends instead, with the exit status that it ended with
   */
  int start(List<String> words) throws IOException {
    Path home = surroundings.home();
    RunningServer.claim(home).close();
    Path log = home.resolve(LOG);
    if (!Files.exists(log)) {
      Files.createFile(
          log, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    // What stands there may tell why the one before has ended.
    long before = Files.size(log);
    Process process =
        new ProcessBuilder(command(words))
            .redirectInput(new File("/dev/null"))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    return awaitReady(process, home, log, before);
  }

  /** What the process writes its log to. */
  PrintStream log() {
    Path file = surroundings.home().resolve(LOG);
    return new PrintStream(
        new LogFile(surroundings.err(), file, LONGEST_LOG), false, StandardCharsets.UTF_8);
  }

  private int awaitReady(Process process, Path home, Path log, long before) throws IOException {
    for (long left = START_SECONDS * 10; left > 0 && process.isAlive(); left--) {
      Optional<RunningServer.Found> found =
          RunningServer.find(home).filter(one -> one.pid() == process.pid());
      if (found.isPresent()) {
        surroundings.out().println("ready: " + found.get().url() + ", process " + process.pid());
        return 0;
      }
      pause();
    }
    Problem.Category who =
        process.isAlive() ? Problem.Category.RUN : whoMustAct(process.exitValue());
    process.destroy();
    throw Problem.of("E569", who, "the server did not start")
        .from(said(log, before))
        .help("see more: stigmer server start, without --background")
        .asException();
  }

  /** Its first lines. */
  private static String[] said(Path log, long before) throws IOException {
    try (InputStream in = Files.newInputStream(log)) {
      // One that was emptied since holds nothing else.
      in.skipNBytes(Files.size(log) < before ? 0 : before);
      return new String(in.readNBytes(MOST_SAID), StandardCharsets.UTF_8)
          .lines()
          .limit(20)
          .toArray(String[]::new);
    }
  }

  private static Problem.Category whoMustAct(int exitStatus) {
    return Stream.of(Problem.Category.values())
        .filter(category -> category.exitStatus() == exitStatus)
        .findFirst()
        .orElse(Problem.Category.RUN);
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static List<String> command(List<String> words) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "ai.stigmer.cli.Main"));
    command.add("server");
    command.addAll(childWords(words));
    return command;
  }

  /**
   * What the process is told.
   *
   * @param words of the user, the name of the subcommand first
   */
  static List<String> childWords(List<String> words) {
    var told = new ArrayList<String>();
    words.stream()
        .filter(word -> !word.equals(BACKGROUND) && !word.startsWith(BACKGROUND + "="))
        .forEach(told::add);
    // Not at the end: behind a -- stands no option.
    told.add(1, LOGGED);
    return told;
  }
}
