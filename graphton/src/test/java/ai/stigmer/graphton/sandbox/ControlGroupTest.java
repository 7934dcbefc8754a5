package ai.stigmer.graphton.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlGroupTest {
  @TempDir Path folder = Path.of("");

  /** Folders stand for groups: neither goes away while there is something in it. */
  @Test
  void groupsOfDeadProcessesAreRemovedAndThoseOfLivingOnesAreNot() throws Exception {
    Process dead = new ProcessBuilder("/bin/true").start();
    dead.waitFor();
    Path left = group("stigmer-" + dead.pid() + "-1");
    Path used = group("stigmer-" + dead.pid() + "-2");
    Files.createFile(used.resolve("process"));
    Path living = group("stigmer-" + ProcessHandle.current().pid() + "-7");
    Path others = group("stigmer-server-1");

    ControlGroup.sweep(folder);

    assertThat(left).doesNotExist();
    assertThat(used).exists();
    assertThat(living).exists();
    assertThat(others).exists();
  }

  @Test
  void aCommandIsInEveryGroupThatWasMadeForItBeforeItsProgramBegins() throws Exception {
    ControlGroup possible = ControlGroup.with(Limits.DEFAULT);
    long groups = possible.members().size();
    possible.remove();
    assumeTrue(groups > 0, "SKIPPED: control groups cannot be made here");
    Path program = Files.writeString(folder.resolve("bwrap"), "#!/bin/sh\ncat /proc/self/cgroup\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path workspace = Files.createDirectory(folder.resolve("workspace")).toRealPath();
    var sandbox =
        new Bubblewrap(program, SandboxTrialTest.policy(workspace, Path.of("/nonexistent")));
    ConfinedCommand command = sandbox.wrap(List.of("true"));

    Process process = command.start();

    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    var _ = command.settle();
    assertThat(
            said.lines()
                .filter(line -> line.contains("/stigmer-" + ProcessHandle.current().pid() + "-")))
        .hasSize((int) groups);
  }

  private Path group(String name) throws IOException {
    return Files.createDirectory(folder.resolve(name));
  }
}
