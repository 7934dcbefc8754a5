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
import ai.stigmer.store.SqliteJournal;
import ai.stigmer.temporal.TemporalConnection;
import ai.stigmer.temporal.TemporalEngine;
import ai.stigmer.temporal.TemporalSettings;
import ai.stigmer.temporal.TemporalWorker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a step costs on Temporal against the same driver without it, over the same journal; and what
 * a run leaves in Temporal's history. A step's cost is the slope between a short and a long run, so
 * that what a run costs once is told apart from it.
 */
final class TemporalOverhead {
  private static final double STEP_TARGET = 1.1;
  private static final double MOST_EVENTS = 30;
  private static final int SHORTER = 5;

  private final int steps;
  private final int rounds;

  /**
   * @param steps of the long run
   */
  TemporalOverhead(int steps, int rounds) {
    this.steps = Math.max(steps, SHORTER);
    this.rounds = rounds;
  }

  /** Drives one begun run to its end. */
  private interface Way {
    void drive(String runId);
  }

  List<Figure> measure(Path folder) throws IOException {
    Map<String, String> env = Map.of("STIGMER_HOME", folder.resolve("home").toString());
    Journal journal =
        new ReclaimingJournal(
            SqliteJournal.open(folder.resolve("temporal.db"), InstantSource.system()));
    try (TemporalServer server = TemporalServer.start(folder);
        Runner runner = new Runner(journal, "temporal bench", env);
        TemporalEngine engine = new TemporalEngine(connection(server, env));
        TemporalConnection connection = connection(server, env)) {
      var driver = new ExecutionDriver(runner, ConfigInput.of(env, "stigmer worker"), env);
      try (TemporalWorker _ =
          TemporalWorker.start(connection, driver, journal, (id, problem) -> {}, Duration.ZERO)) {
        var bench = new Bench(folder, env, runner, journal);
        Way embedded =
            id -> {
              var _ = driver.drive(id, Duration.ofDays(1), new CancelToken(), event -> {});
            };
        Way temporal =
            id -> {
              engine.start(id);
              var _ = engine.result(id);
            };
        return List.of(step(bench, temporal, embedded), history(bench, server, temporal));
      }
    }
  }

  private Figure step(Bench bench, Way temporal, Way embedded) throws IOException {
    int fewer = steps / SHORTER;
    var ours = new ArrayList<Double>();
    var floor = new ArrayList<Double>();
    var once = new ArrayList<Double>();
    for (int i = 0; i < rounds + 2; i++) {
      double ourLong = bench.millis(steps, temporal);
      double floorLong = bench.millis(steps, embedded);
      double ourShort = bench.millis(fewer, temporal);
      double floorShort = bench.millis(fewer, embedded);
      if (i >= 2) {
        ours.add((ourLong - ourShort) / (steps - fewer));
        floor.add((floorLong - floorShort) / (steps - fewer));
        once.add(ourShort - floorShort);
      }
    }
    double our = Numbers.median(ours);
    double their = Numbers.median(floor);
    return Figure.of("step on Temporal, to the same without it", our, their, STEP_TARGET)
        .with("steps of the long run", steps)
        .with("on Temporal, ms per step", our)
        .with("without it, ms per step", their)
        .with("once per run, ms", Numbers.median(once));
  }

  private static Figure history(Bench bench, TemporalServer server, Way temporal)
      throws IOException {
    String id = bench.begin(100);
    temporal.drive(id);
    int events = server.events(TemporalEngine.workflowId(id));
    return Figure.of("history events of a run of 100 steps, to 30", events, MOST_EVENTS, 1)
        .with("events", events);
  }

  private static TemporalConnection connection(TemporalServer server, Map<String, String> env) {
    var settings =
        new TemporalSettings(
            Optional.of(server.address()),
            Optional.of("default"),
            "bench",
            10,
            Duration.ofSeconds(10),
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

  /** Begins runs of a play, and looks at the clock. */
  private record Bench(Path folder, Map<String, String> env, Runner runner, Journal journal) {

    String begin(int steps) throws IOException {
      String id = RunIds.next(InstantSource.system().instant());
      Path workspace = Files.createDirectories(folder.resolve("workspace"));
      var play = new StringBuilder("name: play\nturns:\n");
      for (int i = 0; i < steps; i++) {
        play.append("  - calls: [{tool: glob, arguments: {pattern: \"*.")
            .append(i)
            .append("\"}}]\n");
      }
      play.append("  - text: done\n");
      Path file = Files.writeString(folder.resolve(steps + ".yaml"), play.toString());
      ModelSettings model =
          Cascade.resolve(
                  ConfigInput.of(env, "stigmer run")
                      .flag("llm.provider", "scripted", "benchmark")
                      .flag("llm.model", file.toString(), "benchmark"))
              .llm()
              .toModelSettings();
      runner.begin(
          new RunRequest(
              id,
              "go",
              new RunEnvironment(
                  AgentDefinition.assistant(),
                  workspace,
                  RunPermissions.DEFAULT,
                  Execution.LOCAL,
                  model,
                  List.of(),
                  "{}",
                  steps + 1,
                  RetryPolicy.NONE,
                  Budget.UNLIMITED,
                  RunContext.NONE)));
      return id;
    }

    double millis(int steps, Way way) throws IOException {
      String id = begin(steps);
      long start = System.nanoTime();
      way.drive(id);
      double millis = (System.nanoTime() - start) / 1e6;
      if (!(journal.read(id).getLast().entry() instanceof RunFinished(RunEnd.Completed _))) {
        throw new IllegalStateException("run " + id + " did not complete");
      }
      return millis;
    }
  }
}
