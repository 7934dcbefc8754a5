package ai.stigmer.benchmarks;

import ai.stigmer.graphton.sandbox.CommandEnvironment;
import ai.stigmer.graphton.sandbox.ConfinedCommand;
import ai.stigmer.graphton.sandbox.Confinement;
import ai.stigmer.graphton.sandbox.Limits;
import ai.stigmer.graphton.sandbox.Network;
import ai.stigmer.graphton.sandbox.Sandbox;
import ai.stigmer.graphton.sandbox.SandboxPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The time of {@code true} in the sandbox, with all that is done before and after it, against the
 * time of the same by a plain shell. The two take turns.
 */
final class SandboxStart {
  private static final double TARGET_MS = 10;
  private static final List<String> COMMAND = List.of("/bin/sh", "-c", "true");

  private final int rounds;

  SandboxStart(int rounds) {
    this.rounds = rounds;
  }

  List<Figure> measure(Path folder) throws IOException, InterruptedException {
    Path workspace = Files.createDirectories(folder.resolve("sandboxed")).toRealPath();
    Files.createDirectories(workspace.resolve(".git/hooks"));
    Confinement sandbox = sandbox(workspace);
    var ours = new ArrayList<Double>();
    var floor = new ArrayList<Double>();
    for (int i = 0; i < rounds + 2; i++) {
      long start = System.nanoTime();
      ConfinedCommand command = sandbox.wrap(COMMAND);
      ended(command.start());
      var _ = command.settle();
      long middle = System.nanoTime();
      ended(plain(workspace).start());
      long end = System.nanoTime();
      if (i >= 2) {
        ours.add((middle - start) / 1e6);
        floor.add((end - middle) / 1e6);
      }
    }
    double our = Numbers.median(ours);
    double their = Numbers.median(floor);
    return List.of(
        Figure.of("what the sandbox adds to a command, of 10 ms", our - their, TARGET_MS, 1)
            .with("in the sandbox, p50 ms", our)
            .with("plain shell, p50 ms", their));
  }

  private static void ended(Process process) throws InterruptedException {
    int status = process.waitFor();
    if (status != 0) {
      throw new IllegalStateException("a command ended with status " + status);
    }
  }

  private static ProcessBuilder plain(Path workspace) {
    var builder = new ProcessBuilder(COMMAND).directory(workspace.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", "/usr/bin:/bin");
    return builder;
  }

  private static Confinement sandbox(Path workspace) {
    var policy =
        new SandboxPolicy(
            workspace,
            Path.of(System.getProperty("user.home")),
            List.of(),
            List.of(),
            Network.NONE,
            Limits.DEFAULT,
            CommandEnvironment.of(Map.of("PATH", "/usr/bin:/bin"), workspace));
    return switch (Sandbox.on(policy)) {
      case Sandbox.Found.Works(Confinement sandbox) -> sandbox;
      case Sandbox.Found.Missing missing -> throw new IllegalStateException(missing.reason());
    };
  }
}
