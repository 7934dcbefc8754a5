package ai.stigmer.graphton.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Finds the sandbox of this machine, and tries it before anybody relies on it. */
public final class Sandbox {
  private static final List<Path> BUBBLEWRAP =
      List.of(Path.of("/usr/bin/bwrap"), Path.of("/bin/bwrap"), Path.of("/usr/local/bin/bwrap"));

  /** Its first process is bubblewrap's and its system calls are filtered; both are asked inside. */
  private static final String TRIAL =
      "read -r first </proc/1/comm; while read -r key value; do"
          + " [ \"$key\" = Seccomp: ] && echo \"$first $value\"; done </proc/self/status";

  private static final String CONFINED = "bwrap 2";
  private static final int SECONDS = 10;
  private static final int MOST = 4_096;

  private static final Trials TRIALS = new Trials(Sandbox::tried, System::nanoTime);

  private Sandbox() {}

  /** What was found. */
  public sealed interface Found {

    /** It works: a command was run in it. */
    record Works(Confinement confinement) implements Found {}

    /**
     * It does not.
     *
     * @param reason why, without a full stop
     * @param help what to do, may be empty
     */
    record Missing(String reason, List<String> help) implements Found {}
  }

  /**
   * Makes ready what every sandbox of this process needs. Worth doing early, on another thread;
   * {@link #on} does it otherwise.
   */
  public static void warmUp() {
    try {
      var _ = SandboxFiles.shared();
      Spawner.warmUp();
    } catch (IOException | RuntimeException e) {
      // Whoever wants a sandbox is told.
    }
  }

  /**
   * Looks for the sandbox of this machine and runs a command in it, which takes some milliseconds.
   * What one of the same kind has shown within the last ten seconds counts, in whatever workspace.
   */
  public static Found on(SandboxPolicy policy) {
    return switch (untried(policy)) {
      case Found.Works(Confinement sandbox) -> TRIALS.of(policy, sandbox);
      case Found.Missing missing -> missing;
    };
  }

  /** The same without running anything, for a sandbox that was tried before. */
  public static Found untried(SandboxPolicy policy) {
    String system = System.getProperty("os.name", "");
    try {
      if (system.startsWith("Mac")) {
        return new Found.Works(new Seatbelt(policy));
      }
      if (!system.equals("Linux")) {
        return new Found.Missing("there is no sandbox for " + system, List.of());
      }
      Optional<Path> program = BUBBLEWRAP.stream().filter(Files::isExecutable).findFirst();
      return program.isEmpty()
          ? new Found.Missing(
              "bubblewrap is not installed",
              List.of("install it: apt-get install bubblewrap   (dnf, apk, pacman likewise)"))
          : new Found.Works(new Bubblewrap(program.get(), policy));
    } catch (IOException e) {
      return new Found.Missing(String.valueOf(e.getMessage()), List.of());
    }
  }

  /** Runs a command in a sandbox and looks whether it was one. */
  static Found tried(Confinement sandbox) {
    boolean seatbelt = sandbox instanceof Seatbelt;
    try {
      String said = said(sandbox, seatbelt ? "echo " + CONFINED : TRIAL);
      String name = seatbelt ? "sandbox-exec" : "bubblewrap";
      return said.equals(CONFINED)
          ? new Found.Works(sandbox)
          : new Found.Missing(name + " does not work here: " + shown(said), help(said));
    } catch (IOException e) {
      return new Found.Missing(String.valueOf(e.getMessage()), List.of());
    }
  }

  private static String said(Confinement sandbox, String script) throws IOException {
    ConfinedCommand command = sandbox.wrap(List.of("/bin/sh", "-c", script));
    command.builder().redirectErrorStream(true);
    try {
      Process process = command.start();
      try {
        process.getOutputStream().close();
        if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
          return "it did not end within " + SECONDS + " seconds";
        }
        byte[] said = process.getInputStream().readNBytes(MOST);
        return new String(said, StandardCharsets.UTF_8).strip();
      } finally {
        command.kill(process);
        var _ = command.settle();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }

  private static String shown(String said) {
    return said.isEmpty() ? "it printed nothing" : said.lines().findFirst().orElse("");
  }

  /** Many systems forbid ordinary users what bubblewrap needs; the kernel's words are the same. */
  private static List<String> help(String said) {
    return said.contains("uid map") || said.contains("namespace") || said.contains("RTM_NEWADDR")
        ? List.of(
            "this system forbids user namespaces; Ubuntu allows them for bubblewrap with an AppArmor"
                + " profile for "
                + BUBBLEWRAP.getFirst(),
            "or with: sysctl kernel.apparmor_restrict_unprivileged_userns=0")
        : List.of();
  }
}
