package ai.stigmer.cli;

import ai.stigmer.graphton.error.Problem;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Tells more about one code. */
@Command(
    name = "explain",
    description = "Tell more about an error or warning code, for example: stigmer explain E201",
    mixinStandardHelpOptions = true)
final class ExplainCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Parameters(paramLabel = "CODE", description = "The code, or \"all\" for a list.")
  private String code = "";

  ExplainCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    Explanations explanations = Explanations.load();
    if (code.equalsIgnoreCase("all")) {
      explanations.titles().forEach((c, title) -> surroundings.out().println(c + "  " + title));
      return 0;
    }
    String wanted = code.strip().toUpperCase(Locale.ROOT);
    String text =
        explanations
            .text(wanted)
            .orElseThrow(
                () ->
                    Problem.of(
                            "E003", Problem.Category.USAGE, "there is no code \"" + wanted + "\"")
                        .help("stigmer explain all")
                        .asException());
    surroundings.out().println(text);
    return 0;
  }
}
