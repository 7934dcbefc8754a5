package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.it.StigmerProcess.Ended;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files that a run changed are put back by the command line. */
class UndoProcessTest {
  @TempDir Path folder = Path.of("");

  @Test
  void aRunOnFilesIsUndoneFromItsJournal() throws Exception {
    try (WorkingRun run = new WorkingRun(folder, WorkingRun::tenSteps)) {
      // Given
      Files.writeString(run.workspace().resolve("f0"), "mine\n");
      assertThat(run.stigmer().run(run.command()).status()).isZero();
      assertThat(run.files()).hasSize(3).containsEntry("f0", "the end\n");
      // When
      Ended planned = run.stigmer().run("undo", "last", "--dry-run");
      assertThat(planned.out()).isEqualTo("restore    f0\nremove     f3\nremove     f6\n");
      assertThat(planned.err()).contains("nothing was done; what commands changed is not known");
      assertThat(run.files()).hasSize(3);
      Files.writeString(run.workspace().resolve("f3"), "changed\n");
      Ended refused = run.stigmer().run("undo", "last");
      Ended undone = run.stigmer().run("undo", "last", "--force");
      // Then
      assertThat(refused.status()).isEqualTo(1);
      assertThat(refused.err()).contains("E450", "f3: somebody else changed it since");
      assertThat(undone.status()).as(undone.err()).isZero();
      assertThat(run.files()).hasSize(1).containsEntry("f0", "mine\n");
      assertThat(run.resume().err()).contains("W403", "The user has undone changes of yours");
    }
  }
}
