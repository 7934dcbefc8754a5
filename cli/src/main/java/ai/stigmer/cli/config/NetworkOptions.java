package ai.stigmer.cli.config;

import ai.stigmer.config.ConfigInput;
import ai.stigmer.graphton.error.Problem;
import java.util.List;
import picocli.CommandLine.Option;

/** Flags that say what of the network commands in a sandbox reach. */
final class NetworkOptions {
  private static final String KEY = "execution.network";

  @Option(names = "--network", description = "Let commands in a sandbox reach the network.")
  private boolean open;

  @Option(
      names = "--allow-host",
      paramLabel = "HOST",
      description = "Let them reach this host only, HOST:PORT or *.HOST, too; repeatable.")
  private List<String> hosts = List.of();

  /**
   * What is to be resolved, with these flags.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E151} when one opens what the other
   *     keeps closed
   */
  ConfigInput added(ConfigInput input) {
    if (open && !hosts.isEmpty()) {
      throw Problem.of(
              "E151",
              Problem.Category.CONFIGURATION,
              "--network opens every host, so --allow-host says nothing beside it")
          .from("flags")
          .help("leave one of them out")
          .asException();
    }
    if (!hosts.isEmpty()) {
      return input.flag(KEY, String.join(",", hosts), "--allow-host");
    }
    return open ? input.flag(KEY, "open", "--network") : input;
  }
}
