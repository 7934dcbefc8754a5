package ai.stigmer.cli;

import ai.stigmer.cli.screen.ProblemText;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.runner.AgentFile;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Tells everything that is wrong with agent files, all at once. */
@Command(
    name = "validate",
    description = "Check files of agents and environments; tells every problem with its line.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example:", "  stigmer validate agents/*.yaml"})
final class ValidateCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "What to check.")
  private List<Path> files = List.of();

  ValidateCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    int status = 0;
    for (Path file : files) {
      List<Problem> problems = AgentFile.check(file);
      if (problems.isEmpty()) {
        surroundings.out().println(file + ": ok");
      }
      for (Problem problem : problems) {
        surroundings.err().print(ProblemText.of(problem, surroundings.terminal().palette()));
        status = problem.category().exitStatus();
      }
    }
    return status;
  }
}
