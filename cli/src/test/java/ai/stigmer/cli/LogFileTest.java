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
        line(out, i);
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

  @Test
  void whatStoodAsideStaysWhenItsSuccessorCannotBeCopiedAndNotEachLineTriesAgain()
      throws Exception {
    Path file = folder.resolve("server.log");
    Path aside = Files.writeString(LogFile.before(file), "the server before");
    Path inTheWay = folder.resolve("server.log.1.new");
    Files.createDirectories(inTheWay.resolve("full"));
    try (var raw = new FileOutputStream(file.toFile(), true);
        var out = new PrintStream(new LogFile(raw, file, 30), false, StandardCharsets.UTF_8)) {
      line(out, 1);
      line(out, 2);
      line(out, 3);
      assertThat(aside).hasContent("the server before");

      Files.delete(inTheWay.resolve("full"));
      Files.delete(inTheWay);
      line(out, 4);
      line(out, 5);
      assertThat(aside).hasContent("the server before");
      assertThat(file).content().hasLineCount(5);

      line(out, 6);
      assertThat(aside).content().hasLineCount(6);
      line(out, 7);
      assertThat(file).hasContent("line number 7");
      line(out, 8);
      line(out, 9);
      assertThat(aside).hasContent("line number 7\nline number 8\nline number 9");
    }
  }

  @Test
  void aCopyThatCannotTakeItsPlaceDoesNotStayBeside() throws Exception {
    Path file = folder.resolve("server.log");
    Files.createDirectories(LogFile.before(file).resolve("full"));
    try (var raw = new FileOutputStream(file.toFile(), true);
        var out = new PrintStream(new LogFile(raw, file, 1), false, StandardCharsets.UTF_8)) {
      line(out, 1);
    }
    assertThat(folder.resolve("server.log.1.new")).doesNotExist();
    assertThat(file).hasContent("line number 1");
  }

  @Test
  void theLastLinesAreThoseOfBothFilesInTheirOrder() throws Exception {
    Path file = Files.writeString(folder.resolve("server.log"), "three\nfour\n");
    assertThat(LogFile.last(file, 100)).containsExactly("three", "four");

    Files.writeString(LogFile.before(file), "one\ntwo\n");
    assertThat(LogFile.last(file, 100)).containsExactly("one", "two", "three", "four");
    assertThat(LogFile.last(file, 3)).containsExactly("two", "three", "four");
    assertThat(LogFile.last(file, 1)).containsExactly("four");
    assertThat(LogFile.last(file, 0)).isEmpty();
  }

  private static void line(PrintStream out, int number) {
    out.print("line number " + number + "\n");
    out.flush();
  }
}
