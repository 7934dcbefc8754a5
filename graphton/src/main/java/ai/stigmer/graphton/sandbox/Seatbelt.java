package ai.stigmer.graphton.sandbox;

import ai.stigmer.graphton.workspace.ProtectedNames;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Commands under a profile of Seatbelt on macOS: everything is readable but the home and what is
 * hidden, nothing but the workspace and the folders for temporary files is writable. There are no
 * namespaces; a command's processes are ended by their group, as without a sandbox.
 */
final class Seatbelt implements Confinement {
  static final Path PROGRAM = Path.of("/usr/bin/sandbox-exec");

  private static final String LIMITS =
      "ulimit -c 0; ulimit -f \"$1\"; ulimit -t \"$2\"; ulimit -u \"$3\"; shift 3; exec \"$@\"";

  private static final int BLOCK = 512;

  private final SandboxPolicy policy;
  private final Unconfined below;

  Seatbelt(SandboxPolicy policy) throws IOException {
    if (policy.home().startsWith(policy.workspace())) {
      throw new IOException("the workspace " + policy.workspace() + " holds your whole home");
    }
    if (policy.network() instanceof Network.Hosts) {
      throw new IOException("Seatbelt knows no list of hosts, only all of the network or none");
    }
    this.policy = policy;
    this.below = new Unconfined(policy.workspace(), policy.environment());
  }

  @Override
  public boolean isSandbox() {
    return true;
  }

  @Override
  public String inWords() {
    return "Seatbelt, " + policy.network().inWords();
  }

  @Override
  public ConfinedCommand wrap(List<String> command) throws IOException {
    ProtectedPlaces places =
        ProtectedPlaces.of(policy.workspace(), policy.hidden(), policy.unreadable());
    Limits limits = policy.limits();
    var line = new ArrayList<>(List.of(PROGRAM.toString(), "-p", profile()));
    line.addAll(List.of("/bin/sh", "-c", LIMITS, "sh"));
    line.add(String.valueOf(limits.fileSize() / BLOCK));
    line.add(String.valueOf(limits.cpu().toSeconds()));
    line.add(String.valueOf(limits.processes()));
    line.addAll(command);
    return new Command(below.wrap(line), policy.workspace(), places);
  }

  /** The later of two rules that fit counts. */
  String profile() {
    var rules = new ArrayList<String>();
    rules.add("(version 1)");
    rules.add("(deny default)");
    rules.add("(allow process-fork process-exec sysctl-read)");
    rules.add("(allow signal (target same-sandbox))");
    rules.add("(allow process-info* (target same-sandbox))");
    rules.add("(allow mach-lookup (global-name \"com.apple.system.opendirectoryd.libinfo\"))");
    rules.add("(allow file-read*)");
    rules.add("(deny file-read* (subpath \"/Users\") " + subpath(policy.home()) + ")");
    rules.add("(allow file-read-metadata (subpath \"/Users\") " + subpath(policy.home()) + ")");
    policy.readable().forEach(place -> rules.add("(allow file-read* " + subpath(place) + ")"));
    rules.add("(allow file-read* file-write* " + subpath(policy.workspace()) + ")");
    policy
        .writable()
        .forEach(place -> rules.add("(allow file-read* file-write* " + subpath(place) + ")"));
    rules.add("(allow file-read* file-write* (subpath \"/private/tmp\"))");
    rules.add("(allow file-write* (literal \"/dev/null\") (literal \"/dev/zero\"))");
    for (Path place : policy.hidden()) {
      rules.add("(deny file-read* file-write* " + subpath(place) + ")");
    }
    String root = quoted(policy.workspace().toString());
    for (String name : ProtectedNames.obeyed()) {
      rules.add("(deny file-write* " + subpath(policy.workspace().resolve(name)) + ")");
    }
    rules.add(
        "(deny file-write* (regex #\"^"
            + root
            + "/(.*/)?[.]git/"
            + "(hooks|config|config[.]worktree|commondir|modules|worktrees)(/|$)\"))");
    rules.add("(deny file-write-unlink (regex #\"^" + root + "/(.*/)?[.]git$\"))");
    rules.add("(deny file-read* file-write* (regex #\"^" + root + "/(.*/)?[.]env([.][^/]*)?$\"))");
    if (policy.network().equals(Network.OPEN)) {
      rules.add("(allow network-outbound (remote ip))");
      rules.add("(allow network-inbound (local ip))");
      rules.add("(allow system-socket)");
    }
    return String.join("\n", rules) + "\n";
  }

  private static String subpath(Path place) {
    return "(subpath \"" + place.toString().replace("\\", "\\\\").replace("\"", "\\\"") + "\")";
  }

  /** A path within a regular expression. */
  private static String quoted(String text) {
    return text.replaceAll("[^A-Za-z0-9/-]", "[$0]");
  }

  private record Command(ConfinedCommand inner, Path root, ProtectedPlaces before)
      implements ConfinedCommand {

    @Override
    public ProcessBuilder builder() {
      return inner.builder();
    }

    @Override
    public void kill(Process process) {
      inner.kill(process);
    }

    @Override
    public List<String> settle() throws IOException {
      return Cleanup.of(root, before);
    }
  }
}
