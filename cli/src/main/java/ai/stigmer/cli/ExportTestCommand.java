package ai.stigmer.cli;

import ai.stigmer.cli.session.ExportedTest;
import ai.stigmer.cli.session.RunFinder;
import ai.stigmer.graphton.journal.Journal;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Makes a test of a recorded run. */
@Command(
    name = "export-test",
    description = "Print a JUnit test that plays a recorded run and fails when it goes otherwise.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "The model is scripted and the tools answer as they did; put your own tools in their place",
      "to find out whether they still do. It needs graphton, the scripted model and JUnit 5.",
      "Example:",
      "  stigmer export-test last > src/test/java/RecordedRunTest.java"
    })
final class ExportTestCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Parameters(paramLabel = "ID", description = "The run's id, its beginning, or \"last\".")
  private String id = "last";

  ExportTestCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    try (Journal journal =
        surroundings.journals().open(surroundings.database(), JournalOpener.Access.READ)) {
      String runId = RunFinder.find(journal, id);
      surroundings.out().print(ExportedTest.of(runId, journal.read(runId)));
      return 0;
    }
  }
}
