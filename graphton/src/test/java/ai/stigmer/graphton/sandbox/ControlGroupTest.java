package ai.stigmer.graphton.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

  private Path group(String name) throws IOException {
    return Files.createDirectory(folder.resolve(name));
  }
}
