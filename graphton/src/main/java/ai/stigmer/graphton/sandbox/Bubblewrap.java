package ai.stigmer.graphton.sandbox;

import ai.stigmer.graphton.egress.Egress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/*
 * Three programs become one another. A shell sets the limits, joins the control group and opens the filter of system
 * calls, for which Java has no file descriptor to pass on; everything comes as arguments, nothing is pasted into the
 * script. Bubblewrap makes the namespaces. A shell inside sets the limit of processes, which there counts this command
 * alone and outside would count everything that the user runs.
 *
 * The environment is cleared before bubblewrap starts and not by it: its first process keeps what it was given, and
 * every command can read that in /proc/1/environ.
 *
 * With the first process of a pid namespace everything in it ends. That process ends with the command, or with
 * bubblewrap, or with the thread that started it; see Spawner.
 */
/** Commands in namespaces of their own, by bubblewrap on Linux. */
final class Bubblewrap implements Confinement {
  private static final String LAUNCH =
      """
      ulimit -c 0 2>/dev/null; ulimit -f "$1" 2>/dev/null; ulimit -t "$2" 2>/dev/null
      ulimit -d "$3" 2>/dev/null; ulimit -n 4096 2>/dev/null; exec 9<"$4"; shift 4
      [ -z "$1" ] || exec 8>"$1" 7<"$2"; shift 2
      while [ "$1" != -- ]; do echo 0 >"$1" || exit 125; shift; done
      shift; exec "$@\"""";

  private static final String INSIDE =
      "ulimit -u \"$1\" 2>/dev/null || ulimit -p \"$1\"; shift; exec \"$@\"";

  private static final int BLOCK = 512;
  private static final int KIB = 1_024;

  private final Path program;
  private final SandboxPolicy policy;
  private final SandboxFiles files;

  /**
   * @param program bubblewrap itself
   * @throws IOException when this machine has no filter of system calls, or the workspace holds
   *     what must not be writable
   */
  Bubblewrap(Path program, SandboxPolicy policy) throws IOException {
    this.program = program;
    this.policy = policy;
    this.files = SandboxFiles.shared();
    Path workspace = policy.workspace();
    if (policy.home().startsWith(workspace)) {
      throw new IOException("the workspace " + workspace + " holds your whole home");
    }
    for (String place : List.of("/proc", "/sys", "/dev")) {
      if (workspace.startsWith(place)) {
        throw new IOException("the workspace lies in " + place);
      }
    }
  }

  @Override
  public boolean isSandbox() {
    return true;
  }

  @Override
  public String inWords() {
    return "bubblewrap, " + policy.network().inWords();
  }

  @Override
  public ConfinedCommand wrap(List<String> command) throws IOException {
    ProtectedPlaces places =
        ProtectedPlaces.of(policy.workspace(), policy.hidden(), policy.unreadable());
    ControlGroup group = ControlGroup.with(policy.limits());
    Optional<SandboxListener> listener = listener();
    Limits limits = policy.limits();
    var line = new ArrayList<>(List.of("/bin/sh", "-c", LAUNCH, "sh"));
    line.add(String.valueOf(limits.fileSize() / BLOCK));
    line.add(String.valueOf(limits.cpu().toSeconds()));
    line.add(String.valueOf(limits.memory() / KIB));
    line.add(files.filter().toString());
    line.addAll(listener.map(SandboxListener::pipes).orElse(List.of("", "")));
    line.addAll(group.members());
    line.add("--");
    line.add(program.toString());
    line.addAll(new Mounts(policy, places, files).arguments());
    line.addAll(namespaces());
    line.add("--");
    listener.ifPresent(one -> line.add(SandboxListener.INSIDE));
    line.addAll(List.of("/bin/sh", "-c", INSIDE, "sh", String.valueOf(limits.processes())));
    line.addAll(command);
    var builder = new ProcessBuilder(line).directory(policy.workspace().toFile());
    builder.environment().clear();
    builder.environment().putAll(policy.environment());
    if (policy.network() instanceof Network.Hosts hosts) {
      builder.environment().putAll(SandboxListener.environment(hosts));
    }
    return new Command(builder, policy.workspace(), places, group, listener);
  }

  private Optional<SandboxListener> listener() throws IOException {
    return policy.network() instanceof Network.Hosts(var allowed, var names)
        ? Optional.of(new SandboxListener(files.folder(), new Egress(allowed, names)))
        : Optional.empty();
  }

  private List<String> namespaces() {
    var arguments =
        new ArrayList<>(
            List.of(
                "--unshare-all",
                "--unshare-user",
                "--disable-userns",
                "--new-session",
                "--die-with-parent",
                "--cap-drop",
                "ALL",
                "--hostname",
                "sandbox",
                "--seccomp",
                "9",
                "--chdir",
                policy.workspace().toString()));
    if (policy.network().equals(Network.OPEN)) {
      arguments.add("--share-net");
    }
    return arguments;
  }

  private record Command(
      ProcessBuilder builder,
      Path root,
      ProtectedPlaces before,
      ControlGroup group,
      Optional<SandboxListener> listener)
      implements ConfinedCommand {

    @Override
    public Process start() throws IOException, InterruptedException {
      Process process = Spawner.start(builder);
      if (listener.isPresent()) {
        try {
          listener.get().serve(process);
        } catch (IOException e) {
          kill(process);
          throw e;
        }
      }
      return process;
    }

    @Override
    public void kill(Process process) {
      process.toHandle().destroyForcibly();
    }

    @Override
    public List<String> settle() throws IOException {
      group.remove();
      if (listener.isEmpty()) {
        return Cleanup.of(root, before);
      }
      listener.get().close();
      var lines = new ArrayList<>(Cleanup.of(root, before));
      lines.addAll(listener.get().refused());
      return lines;
    }
  }

  /** What is seen of the file system, as arguments. A later one lies above an earlier one. */
  private record Mounts(SandboxPolicy policy, ProtectedPlaces places, SandboxFiles files) {

    /** What holds other people's things, sockets of services, and keys. */
    private static final List<String> HIDDEN =
        List.of(
            "/home",
            "/root",
            "/run",
            "/tmp",
            "/var/tmp",
            "/mnt",
            "/media",
            "/boot",
            "/var/backups",
            "/var/mail",
            "/var/spool/cron",
            "/etc/gshadow",
            "/etc/gshadow-",
            "/etc/shadow",
            "/etc/shadow-",
            "/etc/ssh",
            "/etc/ssl/private",
            "/etc/sudoers",
            "/etc/sudoers.d");

    /** Settings of the kernel, which root may change whatever namespace it is in. */
    private static final List<String> KERNEL =
        List.of("/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus");

    private static final String LARGE = String.valueOf(1L << 30);
    private static final String SMALL = String.valueOf(16L << 20);

    List<String> arguments() throws IOException {
      var mounts = new ArrayList<>(List.of("--ro-bind", "/", "/", "--dev", "/dev"));
      mounts.addAll(List.of("--size", LARGE, "--tmpfs", "/dev/shm", "--remount-ro", "/dev"));
      mounts.addAll(List.of("--proc", "/proc"));
      KERNEL.stream()
          .map(Path::of)
          .filter(Files::exists)
          .forEach(place -> mounts.addAll(readOnly(place, place)));
      List<Path> covered = new ArrayList<>();
      HIDDEN.forEach(place -> hide(mounts, covered, Path.of(place)));
      hide(mounts, covered, policy.home());
      policy.hidden().stream()
          .filter(place -> !place.startsWith(policy.workspace()))
          .forEach(place -> hide(mounts, covered, place));
      names(mounts);
      if (policy.network() instanceof Network.Hosts) {
        mounts.addAll(readOnly(files.listener(), Path.of(SandboxListener.INSIDE)));
      }
      policy.readable().forEach(place -> mounts.addAll(readOnly(place, place)));
      policy.writable().forEach(place -> mounts.addAll(writable(place)));
      ourOwn(mounts);
      mounts.addAll(writable(policy.workspace()));
      workspace(mounts);
      return mounts;
    }

    private void hide(List<String> mounts, List<Path> covered, Path place) {
      boolean link = Files.isSymbolicLink(place);
      if (link || !Files.exists(place) || covered.stream().anyMatch(place::startsWith)) {
        return;
      }
      if (Files.isDirectory(place)) {
        covered.add(place);
        String size = place.endsWith("tmp") ? LARGE : SMALL;
        mounts.addAll(List.of("--size", size, "--tmpfs", place.toString()));
      } else {
        mounts.addAll(readOnly(files.emptyFile(), place));
      }
    }

    /** Ours stays hidden where it lies in a folder that was shown again. */
    private void ourOwn(List<String> mounts) {
      policy.hidden().stream()
          .filter(place -> !place.startsWith(policy.workspace()))
          .filter(
              place ->
                  Stream.concat(policy.readable().stream(), policy.writable().stream())
                      .anyMatch(place::startsWith))
          .forEach(place -> hide(mounts, new ArrayList<>(), place));
    }

    /** How names are looked up lies behind a link into a hidden place on many machines. */
    private void names(List<String> mounts) throws IOException {
      Path names = Path.of("/etc/resolv.conf");
      if (policy.network().equals(Network.OPEN)
          && Files.isSymbolicLink(names)
          && Files.exists(names)) {
        Path real = names.toRealPath();
        mounts.addAll(readOnly(real, real));
      }
    }

    private void workspace(List<String> mounts) {
      for (Path git : places.git()) {
        ancestors(git).forEach(folder -> mounts.addAll(writable(folder)));
        mounts.addAll(writable(git));
        git(mounts, git);
      }
      places.readOnly().forEach(place -> mounts.addAll(readOnly(place, place)));
      places.hidden().forEach(place -> mounts.addAll(readOnly(files.emptyFile(), place)));
      for (Path place : policy.hidden()) {
        boolean covered =
            policy.hidden().stream().anyMatch(other -> ProtectedPlaces.isBelow(place, other));
        if (place.startsWith(policy.workspace()) && Files.exists(place) && !covered) {
          mounts.addAll(
              readOnly(Files.isDirectory(place) ? files.emptyFolder() : files.emptyFile(), place));
        }
      }
    }

    /** A folder that is a mount cannot be renamed, so nothing else can stand in its place. */
    private List<Path> ancestors(Path place) {
      var folders = new ArrayList<Path>();
      for (Path at = parent(place); !at.equals(policy.workspace()); at = parent(at)) {
        folders.addFirst(at);
      }
      return folders;
    }

    private static Path parent(Path place) {
      Path parent = place.getParent();
      return parent == null ? place : parent;
    }

    private void git(List<String> mounts, Path git) {
      for (String name : List.of("hooks", "modules", "worktrees")) {
        Path folder = git.resolve(name);
        boolean there = Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS);
        mounts.addAll(readOnly(there ? folder : files.emptyFolder(), folder));
      }
      for (String name : List.of("config", "config.worktree")) {
        Path file = git.resolve(name);
        boolean there = Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
        mounts.addAll(readOnly(there ? file : files.emptyFile(), file));
      }
    }

    private static List<String> readOnly(Path from, Path at) {
      return List.of("--ro-bind", from.toString(), at.toString());
    }

    private static List<String> writable(Path place) {
      return List.of("--bind", place.toString(), place.toString());
    }
  }
}
