package ai.stigmer.benchmarks;

import ai.stigmer.config.Cascade;
import ai.stigmer.config.ConfigInput;
import ai.stigmer.graphton.RunIds;
import ai.stigmer.graphton.budget.Budget;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry.RunFinished;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.graphton.retry.RetryPolicy;
import ai.stigmer.runner.AgentDefinition;
import ai.stigmer.runner.Execution;
import ai.stigmer.runner.ExecutionDriver;
import ai.stigmer.runner.ReclaimingJournal;
import ai.stigmer.runner.RunContext;
import ai.stigmer.runner.RunEnvironment;
import ai.stigmer.runner.RunPermissions;
import ai.stigmer.runner.RunRequest;
import ai.stigmer.runner.Runner;
import ai.stigmer.store.PostgresJournal;
import ai.stigmer.store.PostgresUrl;
import ai.stigmer.temporal.TemporalConnection;
import ai.stigmer.temporal.TemporalEngine;
import ai.stigmer.temporal.TemporalSettings;
import ai.stigmer.temporal.TemporalWorker;
import ai.stigmer.testkit.postgres.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Temporal's real server, PostgreSQL with flushes to the disk, and an engine between them, for runs
 * of written plays.
 */
final class TemporalBench implements AutoCloseable {
  static final Duration HEARTBEAT = Duration.ofSeconds(2);
  private static final String QUEUE = "stigmer";

  private final Path folder;
  private final Map<String, String> env;
  private final TemporalServer server;
  private final PostgresServer postgres;
  private final String database;
  private final Journal journal;
  private final Runner runner;
  private final TemporalEngine engine;

  private TemporalBench(Path folder, TemporalServer server, PostgresServer postgres) {
    this.folder = folder;
    this.server = server;
    this.postgres = postgres;
    this.database = postgres.newDatabase();
    this.env =
        Map.of(
            "STIGMER_HOME",
            folder.resolve("home").toString(),
            "STIGMER_APPROVALS_WHEN_ABSENT",
            "wait",
            "PATH",
            "/usr/local/bin:/usr/bin:/bin");
    this.journal =
        new ReclaimingJournal(
            PostgresJournal.open(PostgresUrl.parse(database), InstantSource.system(), note -> {}));
    this.runner = new Runner(journal, "temporal default", env);
    this.engine = new TemporalEngine(connection(QUEUE, 1));
  }

  static TemporalBench in(Path folder) throws IOException {
    TemporalServer server = TemporalServer.start(folder);
    PostgresServer postgres = PostgresServer.start("fsync=on", "max_connections=200");
    return new TemporalBench(folder, server, postgres);
  }

  String address() {
    return server.address();
  }

  String database() {
    return database;
  }

  Journal journal() {
    return journal;
  }

  TemporalEngine engine() {
    return engine;
  }

  /** An engine for another task queue, to be closed by the caller. */
  TemporalEngine engine(String queue) {
    return new TemporalEngine(connection(queue, 1));
  }

  int events(String runId) {
    return server.events(TemporalEngine.workflowId(runId));
  }

  /**
   * A worker in this process.
   *
   * @param slots the most segments at once
   */
  AutoCloseable worker(int slots) {
    return worker(QUEUE, slots);
  }

  /** Likewise, of a task queue of its own; {@link #engine(String)} hands it runs. */
  AutoCloseable worker(String queue, int slots) {
    TemporalConnection connection = connection(queue, slots);
    TemporalWorker worker =
        TemporalWorker.start(connection, driver(), journal, (id, problem) -> {}, Duration.ZERO);
    return () -> {
      worker.close();
      connection.close();
    };
  }

  private ExecutionDriver driver() {
    return new ExecutionDriver(runner, ConfigInput.of(env, "stigmer worker"), env);
  }

  /** Drives a begun run in this process, without Temporal. */
  void driveHere(String runId) {
    var _ = driver().drive(runId, Duration.ofDays(1), new CancelToken(), event -> {});
  }

  /** Has a begun run driven by a worker, to its end. */
  void drive(String runId) {
    drive(engine, runId);
  }

  static void drive(TemporalEngine engine, String runId) {
    engine.start(runId);
    var _ = engine.result(runId);
  }

  /** Begins a run that looks for files in each step. */
  String beginLooking(int steps) throws IOException {
    var turns = new StringBuilder();
    for (int i = 0; i < steps; i++) {
      turns
          .append("  - calls: [{tool: glob, arguments: {pattern: \"*.")
          .append(i)
          .append("\"}}]\n");
    }
    return begin("looking-" + steps, turns.toString(), RunPermissions.DEFAULT);
  }

  /** Begins a run that waits for an approval of its first command. */
  String beginWaiting() throws IOException {
    return begin(
        "waiting",
        "  - calls: [{tool: execute, arguments: {command: \"true\"}}]\n",
        RunPermissions.DEFAULT);
  }

  /** Begins a run that writes down who serves each of its commands, and when, in {@link #log}. */
  String beginTelling(int steps) throws IOException {
    // Each command is another one: a model that repeats itself is stopped.
    var turns = new StringBuilder();
    for (int i = 0; i < steps; i++) {
      turns
          .append("  - calls: [{tool: execute, arguments: {command: \"")
          .append("echo $PPID $(date +%s%N) >> log; sleep 0.1; : ")
          .append(i)
          .append("\"}}]\n");
    }
    return begin("telling", turns.toString(), RunPermissions.DEFAULT.allowingCommands());
  }

  /**
   * Begins a run in a workspace of its own, each command of which writes its number into {@link
   * #counted}.
   *
   * @param number of the run
   * @param pause how long each command goes on behind that
   */
  String beginCounting(int number, int steps, Duration pause) throws IOException {
    var turns = new StringBuilder();
    for (int i = 0; i < steps; i++) {
      turns
          .append("  - calls: [{tool: execute, arguments: {command: \"echo ")
          .append(i)
          .append(" >> log; sleep ")
          .append(pause.toMillis() / 1e3)
          .append("\"}}]\n");
    }
    return begin(
        "counting-" + steps,
        turns.toString(),
        RunPermissions.DEFAULT.allowingCommands(),
        counted(number).resolveSibling(""));
  }

  Path counted(int number) {
    return folder.resolve("counting-" + number).resolve("log");
  }

  Path log() {
    return folder.resolve("workspace").resolve("log");
  }

  private String begin(String name, String turns, RunPermissions permissions) throws IOException {
    return begin(name, turns, permissions, folder.resolve("workspace"));
  }

  private String begin(String name, String turns, RunPermissions permissions, Path in)
      throws IOException {
    String id = RunIds.next(InstantSource.system().instant());
    Path workspace = Files.createDirectories(in);
    Path play = folder.resolve(name + ".yaml");
    if (!Files.exists(play)) {
      Files.writeString(play, "name: play\nturns:\n" + turns + "  - text: done\n");
    }
    ModelSettings model =
        Cascade.resolve(
                ConfigInput.of(env, "stigmer run")
                    .flag("llm.provider", "scripted", "benchmark")
                    .flag("llm.model", play.toString(), "benchmark"))
            .llm()
            .toModelSettings();
    runner.begin(
        new RunRequest(
            id,
            "go",
            new RunEnvironment(
                AgentDefinition.assistant(),
                workspace,
                permissions,
                Execution.LOCAL,
                model,
                List.of(),
                "{}",
                10_000,
                RetryPolicy.NONE,
                Budget.UNLIMITED,
                RunContext.NONE)));
    return id;
  }

  /** Fails unless the run has come to a good end. */
  void requireCompleted(String runId) {
    if (!(journal.read(runId).getLast().entry() instanceof RunFinished(RunEnd.Completed _))) {
      throw new IllegalStateException("run " + runId + " did not complete");
    }
  }

  private TemporalConnection connection(String queue, int slots) {
    var settings =
        new TemporalSettings(
            Optional.of(server.address()),
            Optional.of("default"),
            queue,
            slots,
            HEARTBEAT,
            Duration.ofMinutes(1),
            env);
    for (int tries = 0; ; tries++) {
      try {
        return TemporalConnection.open(settings);
      } catch (ProblemException e) {
        // The server is still starting.
        if (tries == 10) {
          throw e;
        }
      }
    }
  }

  @Override
  public void close() {
    engine.close();
    runner.close();
    server.close();
    postgres.close();
  }
}
