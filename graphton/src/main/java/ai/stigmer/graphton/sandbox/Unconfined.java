package ai.stigmer.graphton.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/*
 * A command gets a session of its own where setsid(1) is there, so that everything it left running can be killed by
 * its process group, also after the shell itself has ended. What starts yet another session escapes that; only a
 * sandbox can hold it. Killing goes by process handle: Process.destroyForcibly also closes the pipe, and with it goes
 * what a command has printed and nobody has read yet.
 *
 * A command must not outlive a process that dies without a word: resuming would run beside it. So the shell that
 * becomes the command first leaves a watcher behind, which is no child of the command, waits for the end of a pipe that this process holds open,
 * and then kills the group.
 */
/**
 * No sandbox: a command runs as the user, with an almost empty environment. Its standard input is
 * empty: the pipe belongs to what ends it.
 */
public final class Unconfined implements Confinement {
  private static final List<Path> SETSID =
      List.of(Path.of("/usr/bin/setsid"), Path.of("/bin/setsid"));

  private final Path folder;
  private final Map<String, String> environment;

  /**
   * @param folder where commands begin
   * @param environment all that they get, see {@link CommandEnvironment}
   */
  public Unconfined(Path folder, Map<String, String> environment) {
    this.folder = folder;
    this.environment = Map.copyOf(environment);
  }

  @Override
  public boolean isSandbox() {
    return false;
  }

  @Override
  public String inWords() {
    return "no sandbox";
  }

  @Override
  public ConfinedCommand wrap(List<String> command) {
    Optional<Path> setsid = SETSID.stream().filter(Files::isExecutable).findFirst();
    var line = new ArrayList<String>();
    setsid.ifPresent(path -> line.add(path.toString()));
    String all = setsid.isPresent() ? "-$$" : "$$";
    String watched =
        "exec 3<&0; ((read -r _ <&3; kill -s KILL -- "
            + all
            + ") >/dev/null 2>&1 &); exec 3<&-; exec \"$@\" </dev/null";
    line.addAll(List.of("/bin/sh", "-c", watched, "sh"));
    line.addAll(command);
    var builder = new ProcessBuilder(line).directory(folder.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    return new Command(builder);
  }

  private record Command(ProcessBuilder builder) implements ConfinedCommand {

    @Override
    public void kill(Process process) {
      List<ProcessHandle> below = process.descendants().toList();
      process.toHandle().destroyForcibly();
      below.forEach(ProcessHandle::destroyForcibly);
      if (SETSID.stream().anyMatch(Files::isExecutable)) {
        killGroup(process);
      }
    }

    private static void killGroup(Process process) {
      try {
        new ProcessBuilder("/bin/sh", "-c", "kill -s KILL -- -" + process.pid())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor();
      } catch (IOException e) {
        // Without a shell there was no command either.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public List<String> settle() {
      return List.of();
    }
  }
}
