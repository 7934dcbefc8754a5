package ai.stigmer.runner;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.config.ExecutionMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandSandboxTest {
  @TempDir private Path folder;

  @Test
  void ourOwnFolderInTheWorkspaceIsThereBeforeAnyCommandIs() throws Exception {
    // Given
    Path workspace = folder.toRealPath();
    Path home = workspace.resolve("state/.stigmer");
    var sandbox = new CommandSandbox(workspace, Map.of("STIGMER_HOME", home.toString()));
    // When
    sandbox.examine(Execution.LOCAL.withMode(ExecutionMode.AUTO));
    // Then
    assertThat(home).isDirectory();
  }

  @Test
  void ourOwnFolderElsewhereIsLeftToWhomeverNeedsIt() throws Exception {
    // Given
    Path workspace = Files.createDirectory(folder.resolve("workspace")).toRealPath();
    Path home = folder.resolve("home");
    var sandbox = new CommandSandbox(workspace, Map.of("STIGMER_HOME", home.toString()));
    // When
    sandbox.examine(Execution.LOCAL.withMode(ExecutionMode.AUTO));
    // Then
    assertThat(home).doesNotExist();
  }
}
