package ai.stigmer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFileTest {
  @TempDir Path folder = Path.of("");

  @Test
  void whatIsTooMuchMovesAsideInWholeLinesAndBothAreForTheOwnerOnly() throws Exception {
    Path file = folder.resolve("server.log");
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try (var raw = new FileOutputStream(file.toFile(), true);
        var out = new PrintStream(new LogFile(raw, file, 30), false, StandardCharsets.UTF_8)) {
      for (int i = 1; i <= 8; i++) {
        out.print("line number " + i + "\n");
        out.flush();
      }
    }
    assertThat(LogFile.before(file))
        .hasFileName("server.log.1")
        .hasContent("line number 4\nline number 5\nline number 6");
    assertThat(file).hasContent("line number 7\nline number 8");
    for (Path one : new Path[] {file, LogFile.before(file)}) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(one)))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void aFileThatIsGoneIsNoReasonToStop() throws Exception {
    Path file = folder.resolve("server.log");
    try (var raw = new FileOutputStream(file.toFile(), true);
        var out = new PrintStream(new LogFile(raw, file, 1), false, StandardCharsets.UTF_8)) {
      Files.delete(file);
      out.print("into the void\n");
      out.flush();
      assertThat(out.checkError()).isFalse();
    }
  }
}
