package ai.stigmer.graphton.tool.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.message.ToolResult.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadFileTest {
  @TempDir Path root = Path.of("");

  @Test
  void aPageTellsWhatRemains() throws IOException {
    write(lines(1, 250));
    assertThat(read("f").text())
        .startsWith("1  line 1\n2  line 2\n")
        .endsWith(
            "100  line 100\n[Read 100 lines (lines 1-100 of 250 total). 150 lines remaining from"
                + " offset 100.]\n");
    assertThat(read("f", "offset", 200, "limit", 1).text())
        .isEqualTo(
            "201  line 201\n[Read 1 line (lines 201-201 of 250 total). 49 lines remaining from"
                + " offset 201.]\n");
    assertThat(read("f", "offset", 249).text())
        .isEqualTo("250  line 250\n[Read 1 line (lines 250-250 of 250 total).]\n");
  }

  @Test
  void aWholeFileNeedsNoNotice() throws IOException {
    write("one\r\ntwo");
    assertThat(read("f").text()).isEqualTo("1  one\n2  two\n");
  }

  @Test
  void anOffsetBehindTheEndSaysHowLongTheFileIs() throws IOException {
    write("one\n");
    assertThat(read("f", "offset", 1))
        .isEqualTo(ToolResult.error("offset 1 is past the end: \"f\" has 1 line"));
  }

  @Test
  void anEmptyFileIsSaidToBeThere() throws IOException {
    write("");
    assertThat(read("f"))
        .isEqualTo(ToolResult.ok("System reminder: File exists but has empty contents"));
  }

  @Test
  void aLongLineComesInPieces() throws IOException {
    write("short\n" + "a".repeat(5_000) + "b".repeat(5_000) + "c\nend\n");
    assertThat(read("f").text())
        .isEqualTo(
            "1  short\n2  "
                + "a".repeat(5_000)
                + "\n2.1  "
                + "b".repeat(5_000)
                + "\n2.2  c\n3  end\n");
  }

  @Test
  void aLineWithoutEndIsBoundedAndTheNextPageGoesOnBehindIt() throws IOException {
    write("x".repeat(2_000_000) + "\nnext\n");
    ToolResult result = read("f");
    assertThat(result.text().length()).isLessThan(LinePage.MAX_CHARS + 6_000);
    assertThat(result.text())
        .contains("[the rest of line 1 is left out]")
        .endsWith("(lines 1-1 of 2 total). 1 line remaining from offset 1.]\n");
    assertThat(read("f", "offset", 1).text()).startsWith("2  next\n");
  }

  @Test
  void wideLinesEndThePageEarly() throws IOException {
    write(
        IntStream.range(0, 100).mapToObj(_ -> "y".repeat(4_000)).collect(Collectors.joining("\n")));
    ToolResult result = read("f");
    assertThat(result.text().length()).isLessThan(80_000 + 4_100);
    assertThat(result.text()).contains("lines remaining from offset 20");
  }

  @Test
  void binaryFilesAndFoldersAreRefusedWithAHint() throws IOException {
    Files.write(root.resolve("f"), new byte[] {'a', 0, 'b'});
    assertThat(read("f"))
        .isEqualTo(ToolResult.error("\"f\" is binary, not text; it cannot be shown"));
    Files.createDirectory(root.resolve("d"));
    assertThat(read("d")).isEqualTo(ToolResult.error("\"d\" is a folder; use ls"));
    assertThat(read("gone"))
        .isEqualTo(ToolResult.error("\"gone\" is not there; use ls or glob to find it"));
  }

  @Test
  void bytesThatAreNoUtf8AreShownAndSaid() throws IOException {
    Files.write(root.resolve("f"), "caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(read("f").text())
        .isEqualTo("1  caf\uFFFD\n[some bytes are not UTF-8 and are shown as \uFFFD]\n");
  }

  @Test
  void aHugeFileIsReadInSmallMemory() throws IOException {
    Path file = root.resolve("f");
    try (var out = Files.newBufferedWriter(file)) {
      for (int i = 0; i < 400_000; i++) {
        out.write("line " + i + " of a log that is rather long for what it says, and longer\n");
      }
    }
    assertThat(read("f", "offset", 399_999).text())
        .contains("line 399999")
        .contains("400000 total");
  }

  @Property(tries = 200)
  void thePagesTogetherAreTheFile(
      @ForAll("texts") String text, @ForAll @IntRange(min = 1, max = 7) int limit)
      throws IOException {
    var together = new StringBuilder();
    List<String> lines = text.lines().toList();
    for (int offset = 0; offset < lines.size(); offset += limit) {
      LinePage page = new LinePage(offset, limit);
      page.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), new CancelToken());
      ToolResult result = page.result("f");
      assertThat(result.status()).isEqualTo(Status.OK);
      result
          .text()
          .lines()
          .filter(line -> !line.startsWith("["))
          .forEach(line -> together.append(line).append('\n'));
    }
    String expected =
        IntStream.range(0, lines.size())
            .mapToObj(i -> (i + 1) + "  " + lines.get(i) + "\n")
            .collect(Collectors.joining());
    assertThat(together.toString()).isEqualTo(expected);
  }

  @Provide
  Arbitrary<String> texts() {
    Arbitrary<String> line = Arbitraries.strings().withChars("ab \u00e9\u20ac").ofMaxLength(12);
    return line.list()
        .ofMinSize(1)
        .ofMaxSize(30)
        .flatMap(
            lines ->
                Arbitraries.of("\n", "")
                    .map(end -> String.join("\n", lines) + end)
                    .filter(text -> !text.isEmpty()));
  }

  private ToolResult read(String name, Object... more) {
    Object[] arguments = new Object[more.length + 2];
    arguments[0] = "file_path";
    arguments[1] = name;
    System.arraycopy(more, 0, arguments, 2, more.length);
    return new ToolBench(root).call("read_file", arguments);
  }

  private void write(String text) throws IOException {
    Files.writeString(root.resolve("f"), text);
  }

  private static String lines(int from, int to) {
    return IntStream.rangeClosed(from, to)
        .mapToObj(i -> "line " + i + "\n")
        .collect(Collectors.joining());
  }
}
