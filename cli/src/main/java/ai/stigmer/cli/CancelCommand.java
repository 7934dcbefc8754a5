package ai.stigmer.cli;

import ai.stigmer.cli.screen.Decider;
import ai.stigmer.cli.screen.Ends;
import ai.stigmer.cli.session.RunFinder;
import ai.stigmer.config.Cascade;
import ai.stigmer.config.ConfigInput;
import ai.stigmer.config.EngineChoice;
import ai.stigmer.config.Resolved;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.loop.SteeringDesk;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Ends a run that another process drives. */
@Command(
    name = "cancel",
    description = "End a run that another process drives, as Ctrl-C there does.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Everything up to there is journaled, and the run can be resumed.",
      "Examples:",
      "  stigmer cancel last",
      "  stigmer cancel 261121-k3x --wait 1m"
    })
final class CancelCommand implements Callable<Integer> {
  private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

  private final Surroundings surroundings;

  @Parameters(paramLabel = "ID", description = "The run's id, its beginning, or \"last\".")
  private String id = "last";

  @Option(
      names = "--wait",
      paramLabel = "TIME",
      defaultValue = "10s",
      converter = AmountConverters.Age.class,
      description = "How long to wait for its end (default: 10s).")
  private Duration wait = Duration.ofSeconds(10);

  CancelCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws InterruptedException {
    try (Journal journal =
        surroundings.journals().open(surroundings.database(), JournalOpener.Access.WRITE)) {
      String run = RunFinder.find(journal, id);
      var desk = new SteeringDesk(journal);
      desk.cancel(run, Decider.here());
      if (surroundings.journals().backend().isEmpty()) {
        tellWorkers(run);
      }
      RunEnd end = awaitEnd(desk, run).orElseThrow(() -> notTakenUp(run).asException());
      surroundings
          .out()
          .println(
              end instanceof RunEnd.Cancelled
                  ? "run " + run + " is cancelled; go on with: stigmer resume " + run
                  : "run " + run + " was faster: " + Ends.status(end));
      return 0;
    }
  }

  /** A run that waits for somebody's word is driven by nobody until its workflow is told. */
  private void tellWorkers(String run) {
    Resolved configuration =
        Cascade.resolve(
            ConfigInput.of(surroundings.env(), "stigmer cancel").clock(surroundings.clock()));
    if (configuration.engine() == EngineChoice.TEMPORAL) {
      surroundings.err().println("note: " + HandedRun.woken(surroundings, configuration, run));
    }
  }

  private Optional<RunEnd> awaitEnd(SteeringDesk desk, String run) throws InterruptedException {
    long deadline = System.nanoTime() + wait.toNanos();
    Optional<RunEnd> end = desk.end(run);
    while (end.isEmpty() && System.nanoTime() - deadline < 0) {
      Thread.sleep(LOOK_AGAIN);
      end = desk.end(run);
    }
    return end;
  }

  private static Problem notTakenUp(String run) {
    return Problem.of(
            "E421", Problem.Category.RUN, "run " + run + " was asked to end, and has not ended yet")
        .from("what it does now takes long, or no process drives it")
        .help(
            "see whether it works: stigmer sessions list",
            "a run that waits or was broken off ends when it is gone on with: stigmer resume "
                + run);
  }
}
