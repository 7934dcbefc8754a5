package ai.stigmer.graphton.sandbox;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What commands may see, change and use.
 *
 * @param workspace the only folder that they write, absolute and without links
 * @param home the user's home, which they do not see, absolute
 * @param hidden more files and folders that they do not see, absolute, for example our own
 * @param readable what they see although it lies in a hidden place, absolute
 * @param network what they reach
 * @param limits what they may use up
 * @param unreadable files of the workspace, relative to it and with slashes, whose content they do
 *     not see; asked before each command, of files that are there
 * @param environment the whole environment that they get; never a secret of ours
 * @param writable folders that they write besides the workspace, absolute
 */
public record SandboxPolicy(
    Path workspace,
    Path home,
    List<Path> hidden,
    List<Path> readable,
    Network network,
    Limits limits,
    Predicate<String> unreadable,
    Map<String, String> environment,
    List<Path> writable) {

  /** No file of the workspace. */
  public static final Predicate<String> NOTHING = path -> false;

  public SandboxPolicy {
    requireNonNull(workspace, "workspace is null");
    requireNonNull(home, "home is null");
    hidden = List.copyOf(hidden);
    readable = List.copyOf(readable);
    requireNonNull(network, "network is null");
    requireNonNull(limits, "limits is null");
    requireNonNull(unreadable, "unreadable is null");
    environment = Map.copyOf(environment);
    writable = List.copyOf(writable);
  }

  /** A policy that hides no files of the workspace but those that hold secrets by their name. */
  public SandboxPolicy(
      Path workspace,
      Path home,
      List<Path> hidden,
      List<Path> readable,
      Network network,
      Limits limits,
      Map<String, String> environment) {
    this(workspace, home, hidden, readable, network, limits, NOTHING, environment, List.of());
  }

  /** The same, hiding these files of the workspace too. */
  public SandboxPolicy hiding(Predicate<String> files) {
    return new SandboxPolicy(
        workspace, home, hidden, readable, network, limits, files, environment, writable);
  }

  /** The same, with folders that are written besides the workspace. */
  public SandboxPolicy writing(List<Path> folders) {
    return new SandboxPolicy(
        workspace, home, hidden, readable, network, limits, unreadable, environment, folders);
  }
}
