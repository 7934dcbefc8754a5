package ai.stigmer.graphton.tool.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.message.ToolResult.Status;
import ai.stigmer.graphton.redaction.Redactor;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.Tool.Settlement;
import ai.stigmer.graphton.tool.ToolArguments;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tools that change files, and how a crash in the middle of one is settled. */
class ChangeToolsTest {
  @TempDir Path root = Path.of("");

  @Test
  void writingCreatesReplacesAndMakesFolders() {
    ToolBench bench = new ToolBench(root);
    assertThat(bench.call("write_file", "file_path", "a/b", "content", "1\n").text())
        .isEqualTo("Wrote 1 line to a/b.");
    bench.call("write_file", "file_path", "a/b", "content", "2\n3\n");
    assertThat(root.resolve("a/b")).hasContent("2\n3\n");
  }

  @Test
  void anEditKeepsLineEndsAndEverythingElse() throws IOException {
    Files.writeString(root.resolve("f"), "\uFEFFa\r\nb\r\nc");
    ToolResult result =
        new ToolBench(root)
            .call("edit_file", "file_path", "f", "old_string", "b", "new_string", "B");
    assertThat(result).isEqualTo(ToolResult.ok("Edited f."));
    assertThat(Files.readString(root.resolve("f"))).isEqualTo("\uFEFFa\r\nB\r\nc");
  }

  @Test
  void overlappingPlacesAreNoUniquePlace() throws IOException {
    Files.writeString(root.resolve("f"), "aaa");
    ToolResult result =
        new ToolBench(root)
            .call("edit_file", "file_path", "f", "old_string", "aa", "new_string", "b");
    assertThat(result.text()).contains("is in the file 2 times");
  }

  @ParameterizedTest
  @CsvSource({
    "k=SECRET,               k=[redacted],            true",
    "k=SECRET j=SECRET,      k=SECRET j=[redacted],   true",
    "[redacted] k=SECRET,    [redacted] k=[redacted], true",
    "k=SECRET,               k=,                      false",
    "k=SECRET,               k=SECRET j=[redacted],   false",
    "[redacted] k=SECRET,    [redacted] k=,           false",
    "k=none,                 k=[redacted],            false"
  })
  void aMarkNeverTakesThePlaceOfASecret(String before, String after, boolean isRefused)
      throws IOException {
    // Given
    Redactor secrets = Redactor.of(List.of("0123456789"));
    Path file = root.resolve("f");
    String held = before.replace("SECRET", "0123456789");
    String asked = after.replace("SECRET", "0123456789");
    for (List<Object> call :
        List.<List<Object>>of(
            List.of("write_file", "file_path", "f", "content", asked),
            List.of("edit_file", "file_path", "f", "old_string", held, "new_string", asked))) {
      Files.writeString(file, held);
      // When
      ToolResult result =
          new ToolBench(root, secrets)
              .call((String) call.getFirst(), call.subList(1, call.size()).toArray());
      // Then
      assertThat(result.status()).isEqualTo(isRefused ? Status.ERROR : Status.OK);
      assertThat(file).hasContent(isRefused ? held : asked);
    }
  }

  @Property(tries = 300)
  void anEditIsWhatReplacingSaysOrChangesNothing(
      @ForAll("texts") String text, @ForAll("parts") String old, @ForAll("texts") String fresh)
      throws IOException {
    Path folder = Files.createTempDirectory("stigmer-edit-");
    Path file = Files.writeString(folder.resolve("f"), text);
    ToolResult result =
        new ToolBench(folder)
            .call("edit_file", "file_path", "f", "old_string", old, "new_string", fresh);
    int first = text.indexOf(old);
    boolean once = first >= 0 && text.indexOf(old, first + 1) < 0 && !old.equals(fresh);
    assertThat(result.status()).isEqualTo(once ? Status.OK : Status.ERROR);
    assertThat(Files.readString(file)).isEqualTo(once ? text.replace(old, fresh) : text);
    Files.delete(file);
    Files.delete(folder);
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.strings().withChars("ab\n\u20ac").ofMaxLength(12);
  }

  @Provide
  Arbitrary<String> parts() {
    return Arbitraries.strings().withChars("ab\n\u20ac").ofMinLength(1).ofMaxLength(3);
  }

  @Test
  void aWriteIsSettledByTheHashOfTheBytesWhateverTheyWere() throws Exception {
    for (byte[] before : new byte[][] {{1, 0, 2}, new byte[12 << 20], {}}) {
      Files.write(root.resolve("f"), before);
      assertSettles(
          "write_file",
          JsonNodeFactory.instance
              .objectNode()
              .put("file_path", "f")
              .put("content", "a\r\n\u20ac"));
    }
    Files.delete(root.resolve("f"));
    assertSettles(
        "write_file",
        JsonNodeFactory.instance.objectNode().put("file_path", "f").put("content", "new"));
  }

  @Test
  void anEditIsSettledByTheHashOfTheBytes() throws Exception {
    Files.writeString(root.resolve("f"), "a\r\nb");
    assertSettles(
        "edit_file",
        JsonNodeFactory.instance
            .objectNode()
            .put("file_path", "f")
            .put("old_string", "b")
            .put("new_string", "c"));
  }

  private void assertSettles(String name, com.fasterxml.jackson.databind.node.ObjectNode json)
      throws Exception {
    ToolBench bench = new ToolBench(root);
    Tool tool = bench.tool(name);
    ToolArguments arguments = new ToolArguments(json);
    String prepared = tool.prepare(arguments, bench.context()).orElseThrow();
    assertThat(tool.settle(arguments, prepared, bench.context()))
        .isEqualTo(new Settlement.DidNotHappen());
    tool.run(arguments, bench.context());
    assertThat(tool.settle(arguments, prepared, bench.context()))
        .isInstanceOf(Settlement.Happened.class);
    Files.writeString(root.resolve("f"), "somebody else was here");
    assertThat(tool.settle(arguments, prepared, bench.context()))
        .isEqualTo(new Settlement.Unknown());
  }
}
