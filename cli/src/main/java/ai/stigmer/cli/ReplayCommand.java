package ai.stigmer.cli;

import ai.stigmer.cli.screen.Ends;
import ai.stigmer.cli.screen.RunView;
import ai.stigmer.cli.screen.ShownModel;
import ai.stigmer.cli.session.RunFinder;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.loop.Replay;
import ai.stigmer.graphton.loop.SteeringDesk;
import ai.stigmer.runner.RunEnvironment;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Shows a run once more, from its journal alone. */
@Command(
    name = "replay",
    description = "Show a run once more from its journal: no model is asked and no tool runs.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Not recorded, so not shown: failed attempts of the model, and notices.",
      "The exit status is the run's.",
      "Examples:",
      "  stigmer replay last",
      "  stigmer replay 261121-k3x --output stream-json"
    })
final class ReplayCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Parameters(paramLabel = "ID", description = "The run's id, its beginning, or \"last\".")
  private String id = "last";

  @Mixin private OutputOptions output = new OutputOptions();

  ReplayCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    RunView view = output.view(surroundings);
    try (Journal journal =
        surroundings.journals().open(surroundings.database(), JournalOpener.Access.READ)) {
      String runId = RunFinder.find(journal, id);
      List<Recorded> entries = journal.read(runId);
      begin(view, entries);
      RunEnd end = Replay.of(runId, entries, view).end();
      if (new SteeringDesk(journal).isCancelAsked(runId)) {
        surroundings
            .err()
            .println(
                "note: it was asked to end, and does when it is gone on with: stigmer resume "
                    + runId);
      }
      return Ends.exitStatus(end);
    } catch (ProblemException e) {
      view.failed(e.problem());
      return e.problem().category().exitStatus();
    }
  }

  private static void begin(RunView view, List<Recorded> entries) {
    if (entries.isEmpty()
        || !(entries.getFirst().entry() instanceof JournalEntry.RunStarted started)) {
      return;
    }
    ShownModel model;
    String configuration;
    try {
      RunEnvironment environment = RunEnvironment.parse(started.environment());
      model = RunCommand.shown(environment.model());
      configuration = environment.configuration();
    } catch (ProblemException e) {
      // A program that uses the library records what it likes.
      if (e.problem().category() != Problem.Category.STORE) {
        throw e;
      }
      model = new ShownModel("library", started.agent());
      configuration = "{}";
    }
    view.begin(
        model,
        model.provider() + "/" + model.model() + " · replayed from the journal, nothing is asked",
        configuration);
  }
}
