package ai.stigmer.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What servers do at the same moment when an execution begins. */
class LaunchTest {
  private static final int SERVERS = 8;
  private static final int SESSIONS = 200;

  @TempDir Path folder = Path.of("");

  @Test
  void serversThatMakeTheWorkspaceOfASessionAtTheSameMomentAllHaveIt() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(SERVERS)) {
      for (int i = 0; i < SESSIONS; i++) {
        String session = "ses_" + i;
        Callable<Path> make = () -> Launch.workspace(folder.resolve("workspaces"), session);
        for (Future<Path> made : threads.invokeAll(Collections.nCopies(SERVERS, make))) {
          assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made.get())))
              .isEqualTo("rwx------");
        }
      }
    }
  }
}
