package ai.stigmer.cli;

import ai.stigmer.config.Backend;
import ai.stigmer.graphton.error.Problem;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Which options of a command go with it to a server. */
final class RemoteOptions {
  private static final Set<String> SENT =
      Set.of(
          "--prompt",
          "--agent",
          "--model",
          "--provider",
          "--output",
          "--verbose",
          "--server",
          "--config",
          "--no-config",
          "--help",
          "--version");

  private RemoteOptions() {}

  /**
   * Refuses an option that would be given and do nothing.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E582}
   */
  static void requireSent(CommandSpec spec, String command, Backend backend) {
    List<String> kept =
        spec.commandLine().getParseResult().matchedOptions().stream()
            .map(OptionSpec::longestName)
            .filter(name -> !SENT.contains(name))
            .distinct()
            .toList();
    if (!kept.isEmpty()) {
      throw Problem.of(
              "E582",
              Problem.Category.USAGE,
              command
                  + " does not send "
                  + String.join(", ", kept)
                  + " to a server: that is the server's configuration")
          .from(backend.location() + " names " + backend.endpoint())
          .help(
              "leave it out, or set it where the server runs: stigmer server start --help",
              "to work here for once: --server \"\"")
          .asException();
    }
  }
}
