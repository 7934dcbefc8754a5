package ai.stigmer.graphton.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeldFolderTest {
  @TempDir Path temporary = Path.of("");

  private Path left(String name, Duration age) throws IOException {
    Path folder = Files.createDirectory(temporary.resolve(name));
    Files.createDirectory(folder.resolve("empty"));
    Path lock = Files.createFile(folder.resolve("lock"));
    Files.setLastModifiedTime(lock, FileTime.from(Instant.now().minus(age)));
    return folder;
  }

  @Test
  void whatADeadProcessLeftIsRemovedByTheNextOne() throws IOException {
    Path left = left("stigmer-sandbox-1", Duration.ofDays(1));

    Path made = HeldFolder.make(temporary).folder();

    assertThat(left).doesNotExist();
    assertThat(made).isDirectory();
  }

  @Test
  void whatIsYoungOrHasNoLockOrAnotherNameIsLeftAlone() throws IOException {
    Path young = left("stigmer-sandbox-2", Duration.ZERO);
    Path other = left("other-sandbox-3", Duration.ofDays(1));
    Path bare = Files.createDirectory(temporary.resolve("stigmer-sandbox-4"));
    Path target = left("target", Duration.ofDays(1));
    Path link = Files.createSymbolicLink(temporary.resolve("stigmer-sandbox-5"), target);

    var _ = HeldFolder.make(temporary);

    assertThat(young).exists();
    assertThat(other).exists();
    assertThat(bare).exists();
    assertThat(link).exists();
    assertThat(target.resolve("lock")).exists();
  }

  @Test
  void whatAnotherProcessHoldsIsLeftAlone() throws Exception {
    Path held = left("stigmer-sandbox-6", Duration.ofDays(1));
    Path script = temporary.resolve("Hold.java");
    Files.writeString(
        script,
        """
        void main(String[] args) throws Exception {
          var file = new java.io.RandomAccessFile(args[0], "rw");
          file.getChannel().lock();
          System.out.println("held");
          System.in.read();
        }
        """);
    Process holder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                script.toString(),
                held.resolve("lock").toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      assertThat(holder.getInputStream().read()).isEqualTo('h');

      var _ = HeldFolder.make(temporary);

      assertThat(held).exists();
    } finally {
      holder.destroyForcibly().waitFor();
    }
    var _ = HeldFolder.make(temporary);
    assertThat(held).doesNotExist();
  }

  @Test
  void itsOwnFolderIsHeld() throws IOException {
    Path made = HeldFolder.make(temporary).folder();
    Files.setLastModifiedTime(
        made.resolve("lock"), FileTime.from(Instant.now().minus(Duration.ofDays(1))));

    var _ = HeldFolder.make(temporary);

    assertThat(made).exists();
  }
}
