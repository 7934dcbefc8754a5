package ai.stigmer.cli;

import ai.stigmer.cli.screen.Decider;
import ai.stigmer.cli.screen.Ends;
import ai.stigmer.cli.session.RunFinder;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.loop.SteeringDesk;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Says something more to a run, from any terminal. */
@Command(
    name = "steer",
    description = "Say something to a run while it works; it is heard at its next step.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "A step is a call of the model: what the model or a tool is doing now is not broken off.",
      "A run that has ended or broken off hears it when it is resumed.",
      "Examples:",
      "  stigmer steer last \"leave the tests as they are\"",
      "  stigmer steer 261121-k3x \"that is enough, sum it up\""
    })
final class SteerCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Parameters(
      index = "0",
      paramLabel = "ID",
      description = "The run's id, its beginning, or \"last\".")
  private String id = "last";

  @Parameters(index = "1..*", arity = "1..*", paramLabel = "MESSAGE", description = "What to say.")
  private List<String> words = new ArrayList<>();

  SteerCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    try (Journal journal =
        surroundings.journals().open(surroundings.database(), JournalOpener.Access.WRITE)) {
      String run = RunFinder.find(journal, id);
      Optional<RunEnd> end =
          new SteeringDesk(journal).say(run, String.join(" ", words), Decider.here());
      surroundings
          .out()
          .println(
              end.map(ended -> "run " + run + " has ended (" + Ends.status(ended) + ")")
                      .orElse("run " + run + " hears it at its next step")
                  + (end.isPresent()
                      ? "; it hears this with: stigmer resume " + run
                      : ", or with: stigmer resume " + run));
      return 0;
    }
  }
}
