package ai.stigmer.graphton.sandbox;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What commands may see, change and use.
 *
 * @param workspace the only folder that they write, absolute and without links
 * @param home the user's home, which they do not see, absolute
 * @param hidden more files and folders that they do not see, absolute, for example our own
 * @param readable what they see although it lies in a hidden place, absolute
 * @param network what they reach
 * @param limits what they may use up
 * @param environment the whole environment that they get; never a secret
 */
public record SandboxPolicy(
    Path workspace,
    Path home,
    List<Path> hidden,
    List<Path> readable,
    Network network,
    Limits limits,
    Map<String, String> environment) {

  public SandboxPolicy {
    requireNonNull(workspace, "workspace is null");
    requireNonNull(home, "home is null");
    hidden = List.copyOf(hidden);
    readable = List.copyOf(readable);
    requireNonNull(network, "network is null");
    requireNonNull(limits, "limits is null");
    environment = Map.copyOf(environment);
  }
}
