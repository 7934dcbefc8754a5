package ai.stigmer.cli;

import ai.stigmer.cli.config.FileOption;
import ai.stigmer.cli.config.PresenceOptions;
import ai.stigmer.cli.screen.ProblemText;
import ai.stigmer.cli.screen.Visible;
import ai.stigmer.config.Cascade;
import ai.stigmer.config.ConfigInput;
import ai.stigmer.config.LogLevel;
import ai.stigmer.config.Resolved;
import ai.stigmer.config.WorkerConfig;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.runner.ExecutionDriver;
import ai.stigmer.runner.ReclaimingJournal;
import ai.stigmer.runner.Rehearsal;
import ai.stigmer.runner.Runner;
import ai.stigmer.runner.snapshot.KeptWorkspaces;
import ai.stigmer.runner.trace.RunObserver;
import ai.stigmer.server.LentSecrets;
import ai.stigmer.temporal.TemporalConnection;
import ai.stigmer.temporal.TemporalSettings;
import ai.stigmer.temporal.TemporalWorker;
import ai.stigmer.temporal.original.OriginalWorker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Drives runs that a Temporal namespace hands out, until it is told to stop. */
@Command(
    name = "worker",
    description = "Drive the runs of a Temporal namespace, beside any number of other workers.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "It is in mode cloud unless told otherwise. Keys come from its own configuration; everything",
      "else about a run is as it was started. TERM or Ctrl-C lets runs go between two steps.",
      "Examples:",
      "  stigmer worker",
      "  TEMPORAL_SERVICE_ADDRESS=temporal:7233 stigmer worker --when-absent wait"
    })
final class WorkerCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Option(
      names = "--grace",
      paramLabel = "SECONDS",
      converter = AmountConverters.Seconds.class,
      description = "The longest wait for steps under way when told to stop (default: 30).")
  private Duration grace = Duration.ofSeconds(30);

  @Option(
      names = "--backend",
      description =
          "Also serve a Stigmer server as its agent runner; on by itself when backend.endpoint"
              + " (STIGMER_BACKEND_ENDPOINT) is set.")
  private boolean backend;

  @Option(
      names = "--invoke",
      description = "With that, run the workflows of its executions, too, in place of the server.")
  private boolean invoke;

  @Mixin private PresenceOptions presence = new PresenceOptions();
  @Mixin private FileOption file = new FileOption();

  WorkerCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws InterruptedException {
    ConfigInput input = input();
    Resolved configuration = Cascade.resolve(input);
    for (Problem problem : configuration.problems()) {
      say(problem);
      if (problem.category() != Problem.Category.CREDENTIALS) {
        return problem.category().exitStatus();
      }
      surroundings.err().println("note: runs that need it are left to other workers");
    }
    TemporalSettings settings = TemporalSettings.of(configuration.temporal(), surroundings.env());
    var env = env(input);
    try (TemporalConnection connection = TemporalConnection.open(settings)) {
      Journal journal =
          new ReclaimingJournal(
              surroundings.journals().open(surroundings.database(), JournalOpener.Access.WRITE));
      try (LentSecrets lent =
              LentSecrets.of(
                  ServerOptionsInput.database(surroundings, configuration),
                  surroundings.home(),
                  configuration.server().key(),
                  surroundings.clock());
          Runner runner =
              keeping(
                  configuration,
                  new Runner(journal, connection.owner(), env, Optional.of(surroundings.probes()))
                      .lending(lent::of)
                      .observed(
                          RunObserver.of(configuration.telemetry(), surroundings::untraced)))) {
        serve(
            connection,
            new ExecutionDriver(runner, input, env),
            new OriginalWorker.Site(input, env, journal, runner));
      }
    }
    return 0;
  }

  /** Workspaces of a store have their folders where a server of this home would have them. */
  private Runner keeping(Resolved configuration, Runner runner) {
    Path home = surroundings.home();
    return configuration
        .workspaceStore()
        .map(
            store ->
                runner.keeping(
                    KeptWorkspaces.of(
                        store,
                        surroundings.env(),
                        home.resolveSibling(home.getFileName() + "-workspaces"))))
        .orElse(runner);
  }

  /** Null when there is no Stigmer server to serve. */
  private @Nullable OriginalWorker original(
      TemporalConnection connection, OriginalWorker.Site site) {
    WorkerConfig configured = Cascade.resolve(site.configuration()).worker();
    if (!backend && !invoke && configured.endpoint().isEmpty()) {
      return null;
    }
    LogLevel level = configured.logLevel();
    OriginalWorker worker =
        OriginalWorker.start(
            connection,
            site,
            invoke ? OriginalWorker.Workflows.OURS : OriginalWorker.Workflows.SERVERS,
            (of, line) -> {
              if (level.tells(of)) {
                say("worker: " + line);
              }
            },
            grace);
    say("worker: serves the Stigmer server at " + worker.words());
    return worker;
  }

  private void serve(
      TemporalConnection connection, ExecutionDriver driver, OriginalWorker.Site site)
      throws InterruptedException {
    var stopped = new CountDownLatch(1);
    var token = new CancelToken();
    try (CancelToken.Registration _ = token.onCancel(stopped::countDown);
        Signals.Handle _ = surroundings.signals().cancelling(token);
        OriginalWorker original = original(connection, site);
        TemporalWorker _ =
            TemporalWorker.start(connection, driver, site.journal(), this::trouble, grace)) {
      Thread.ofVirtual().name("rehearsal").start(() -> Rehearsal.run(surroundings.env()));
      say("worker: takes runs from " + connection.words() + ", journal " + surroundings.place());
      stopped.await();
      say("worker: takes no more runs, and lets go of those under way");
      if (original != null) {
        original.takeNoMore();
      }
    }
    say("worker: stopped");
  }

  private synchronized void trouble(String runId, Problem problem) {
    surroundings.err().println("run " + Visible.of(runId) + " cannot be driven here for now:");
    say(problem);
  }

  private synchronized void say(Problem problem) {
    surroundings.err().print(ProblemText.of(problem, surroundings.terminal().palette()));
    surroundings.err().flush();
  }

  private synchronized void say(String line) {
    surroundings.err().println(Visible.of(line));
    surroundings.err().flush();
  }

  private ConfigInput input() {
    return presence.added(
        file.added(
            ConfigInput.of(surroundings.env(), "stigmer worker").clock(surroundings.clock())));
  }

  private Map<String, String> env(ConfigInput input) {
    var env = new HashMap<>(surroundings.env());
    env.put("STIGMER_CONFIG", input.effectiveFile().toString());
    return env;
  }
}
