package ai.stigmer.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;

/** Prints a script that completes commands and options in a shell. */
@Command(
    name = "completion",
    description = "Print a completion script for a shell.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example:  source <(stigmer completion bash)"})
final class CompletionCommand implements Callable<Integer> {

  /** The shells that have a script. */
  enum Shell {
    bash,
    zsh
  }

  private final Surroundings surroundings;

  @Parameters(paramLabel = "SHELL", description = "One of: ${COMPLETION-CANDIDATES}.")
  private Shell shell = Shell.bash;

  CompletionCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    CommandLine root = new CommandLine(CommandSpec.create().name("stigmer"));
    for (String name : Commands.NAMES) {
      root.addSubcommand(name, Commands.commandLine(name, surroundings).getCommandSpec());
    }
    if (shell == Shell.zsh) {
      surroundings.out().println("autoload -U +X bashcompinit && bashcompinit");
    }
    surroundings.out().print(AutoComplete.bash("stigmer", root));
    return 0;
  }
}
