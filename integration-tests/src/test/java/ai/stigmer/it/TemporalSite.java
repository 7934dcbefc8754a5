package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.RunFinished;
import ai.stigmer.graphton.journal.JournalEntry.RunResumed;
import ai.stigmer.graphton.journal.JournalEntry.ToolOutcome;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.it.StigmerProcess.Running;
import ai.stigmer.store.PostgresJournal;
import ai.stigmer.store.PostgresUrl;
import ai.stigmer.store.SqliteJournal;
import ai.stigmer.testkit.RealComponents;
import io.temporal.testing.TemporalDevServer;
import io.temporal.testing.TemporalDevServerOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The real Temporal server, and command lines and workers of one home that use it. */
final class TemporalSite implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Path folder;
  private final Optional<String> database;
  private final int port = freePort();
  private final List<Running> running = new ArrayList<>();
  private TemporalDevServer server;

  /** Starts the server, or skips the test without it and says so; in CI the test fails instead. */
  TemporalSite(Path folder) {
    this(folder, Optional.empty());
  }

  /**
   * The same with the journal in a PostgreSQL database.
   *
   * @param database its address
   */
  TemporalSite(Path folder, Optional<String> database) {
    this.folder = folder;
    this.database = database;
    RealComponents.require(
        "the Temporal server (bin/temporal-server DIR)", () -> binary().isPresent());
    this.server = serve();
  }

  private TemporalDevServer serve() {
    return TemporalDevServer.start(
        TemporalDevServerOptions.newBuilder()
            .setExistingPath(binary().orElseThrow().toString())
            .setDownloadEnabled(false)
            .setUiEnabled(false)
            .setLogLevel("error")
            .setLogFile(folder.resolve("temporal.log").toString())
            .setPort(port)
            .setDatabaseFilename(folder.resolve("temporal.db").toString())
            .setStartupTimeout(Duration.ofMinutes(1))
            .build());
  }

  /** Stops the server and starts it again with what it had. */
  void restartServer() {
    server.close();
    server = serve();
  }

  private static Optional<Path> binary() {
    String named = System.getenv("STIGMER_TEMPORAL");
    return (named == null
            ? Stream.of(System.getenv("PATH").split(":", -1)).map(dir -> Path.of(dir, "temporal"))
            : Stream.of(Path.of(named)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  StigmerProcess stigmer() {
    return stigmer(folder);
  }

  /** A command line with a home of its own, as on another machine. */
  StigmerProcess stigmer(Path machine) {
    StigmerProcess stigmer = StigmerProcess.in(machine);
    for (String url : database.stream().toList()) {
      stigmer = stigmer.with("STIGMER_DATABASE_URL", url);
    }
    return stigmer
        .with("TEMPORAL_SERVICE_ADDRESS", address())
        .with("STIGMER_TEMPORAL_HEARTBEAT", "2s")
        .with("STIGMER_APPROVALS_WHEN_ABSENT", "wait")
        .with("STIGMER_ENGINE", "temporal")
        .with("STIGMER_MODE", "local");
  }

  /** Where the server is. */
  String address() {
    return "127.0.0.1:" + port;
  }

  /** Starts a worker and waits until it takes runs. */
  Running worker() {
    return worker(stigmer());
  }

  /** The same in other surroundings, with more words. */
  Running worker(StigmerProcess stigmer, String... words) {
    Running worker =
        stigmer.start(Stream.concat(Stream.of("worker"), Stream.of(words)).toArray(String[]::new));
    running.add(worker);
    until("a worker", () -> StigmerProcess.read(worker.err()).contains("takes runs from"));
    return worker;
  }

  /** Starts the command that begins a run of a play and waits for its end. */
  Running begin(String name, String... turns) {
    Running command = stigmer().start(command(name, turns));
    running.add(command);
    return command;
  }

  /** The words that begin a run of a play, in a workspace of its own. */
  String[] command(String name, String... turns) {
    try {
      Files.createDirectories(workspace(name));
      Path play = folder.resolve(name + ".yaml");
      Files.writeString(play, "name: play\nturns:\n" + String.join("", turns));
      return new String[] {
        "run",
        "--provider",
        "scripted",
        "-m",
        play.toString(),
        "--execution-mode",
        "local",
        "--max-turns",
        "200",
        "--allow-shell",
        "--workspace",
        workspace(name).toString(),
        "go"
      };
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Begins a run, and goes once the workers have it. */
  void handOver(String name, String... turns) {
    // On a machine that is busy the server may not answer in time; then nothing was begun.
    until("the begin of " + name, () -> isBegun(command(name, turns)));
  }

  private boolean isBegun(String... words) {
    try (Running command = stigmer().start(words)) {
      until(
          "its begin, or its end",
          () ->
              !command.process().isAlive()
                  || StigmerProcess.read(command.err()).contains("in the hands of the workers"));
      return StigmerProcess.read(command.err()).contains("in the hands of the workers");
    }
  }

  Path workspace(String name) {
    return folder.resolve("work-" + name);
  }

  static String says(String text) {
    return "  - text: " + text + "\n";
  }

  static String command(String line) {
    return "  - calls:\n      - tool: execute\n        arguments: {command: '" + line + "'}\n";
  }

  List<String> lines(String name) {
    try {
      Path log = workspace(name).resolve("log");
      return Files.exists(log) ? Files.readAllLines(log) : List.of();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The ends of all runs that have one, as their journals have them. */
  List<RunEnd> ends() {
    return journals().stream()
        .filter(entries -> !entries.isEmpty())
        .map(List::getLast)
        .flatMap(
            entry -> entry instanceof RunFinished(RunEnd end) ? Stream.of(end) : Stream.empty())
        .toList();
  }

  /** How often runs went on, by whoever. */
  long resumptions() {
    return all().filter(RunResumed.class::isInstance).count();
  }

  /** Commands of which nobody knows whether they took effect. */
  long unknownOutcomes() {
    return all()
        .filter(
            entry ->
                entry instanceof ToolOutcome outcome
                    && outcome.result().text().contains("not known whether it took effect"))
        .count();
  }

  long linesOfAll(int runs) {
    return IntStream.range(0, runs).mapToLong(i -> lines("r" + i).size()).sum();
  }

  private Stream<JournalEntry> all() {
    return journals().stream().flatMap(List::stream);
  }

  private List<List<JournalEntry>> journals() {
    Path file = stigmer().home().resolve("stigmer.db");
    if (database.isEmpty() && !Files.exists(file)) {
      return List.of();
    }
    try (Journal journal =
        database.isPresent()
            ? PostgresJournal.openReadOnly(
                PostgresUrl.parse(database.get()), InstantSource.system())
            : SqliteJournal.openReadOnly(file, InstantSource.system())) {
      return journal.list(1000).stream()
          .map(run -> journal.read(run.runId()).stream().map(Recorded::entry).toList())
          .toList();
    }
  }

  static void until(String what, BooleanSupplier seen) {
    Instant last = Instant.now().plus(PATIENCE);
    while (!seen.getAsBoolean()) {
      assertThat(Instant.now()).as("waited in vain for " + what).isBefore(last);
      try {
        Thread.sleep(50);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Override
  public void close() {
    running.forEach(Running::close);
    server.close();
  }
}
