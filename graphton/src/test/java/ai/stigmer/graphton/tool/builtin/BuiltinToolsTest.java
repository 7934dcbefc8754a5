package ai.stigmer.graphton.tool.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolArguments;
import ai.stigmer.graphton.tool.ToolContext;
import ai.stigmer.graphton.workspace.Workspace;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuiltinToolsTest {
  private static final ToolContext CONTEXT = new ToolContext("run", "call", new CancelToken());

  @TempDir Path folder = Path.of("");

  @Test
  void aFileIsWrittenReadAndEdited() throws Exception {
    // When
    call("write_file", "{\"file_path\":\"a/b.txt\",\"content\":\"one\\ntwo\\n\"}");
    call(
        "edit_file", "{\"file_path\":\"a/b.txt\",\"old_string\":\"two\",\"new_string\":\"three\"}");

    // Then
    assertThat(call("read_file", "{\"file_path\":\"a/b.txt\"}").text())
        .isEqualTo("1  one\n2  three\n");
    assertThat(call("ls", "{}").text()).isEqualTo("a/");
    assertThat(call("glob", "{\"pattern\":\"*.txt\"}").text()).isEqualTo("a/b.txt");
    assertThat(call("grep", "{\"pattern\":\"thr\"}").text()).isEqualTo("a/b.txt");
  }

  @Test
  void noPathLeavesTheWorkspace() throws Exception {
    // Given
    Path root = Files.createDirectory(folder.resolve("root"));
    Files.writeString(folder.resolve("secret"), "s");
    Files.createSymbolicLink(root.resolve("link"), folder.resolve("secret"));
    Files.createSymbolicLink(root.resolve("out"), folder);

    // Then
    for (String path :
        new String[] {"../secret", "link", "out/secret", "out/new", "a/../../secret"}) {
      ToolResult result = call(root, "read_file", "{\"file_path\":\"" + path + "\"}");
      assertThat(result).isEqualTo(ToolResult.error("\"" + path + "\" is outside the workspace"));
    }
  }

  @Test
  void anEditWithNoOrSeveralMatchesChangesNothing() throws Exception {
    // Given
    Files.writeString(folder.resolve("f"), "x x");

    // Then
    assertThat(edit("y").text()).contains("not in the file");
    assertThat(edit("x").text()).contains("is in the file 2 times");
    assertThat(Files.readString(folder.resolve("f"))).isEqualTo("x x");
  }

  @Test
  void afterACrashTheHashTellsWhetherAnEditHappened() throws Exception {
    // Given
    Files.writeString(folder.resolve("f"), "old");
    Tool tool = tool(folder, "edit_file");
    ToolArguments arguments =
        arguments("{\"file_path\":\"f\",\"old_string\":\"old\",\"new_string\":\"new\"}");
    String prepared = tool.prepare(arguments, CONTEXT).orElseThrow();

    // Then
    assertThat(tool.settle(arguments, prepared, CONTEXT))
        .isEqualTo(new Tool.Settlement.DidNotHappen());
    tool.run(arguments, CONTEXT);
    assertThat(tool.settle(arguments, prepared, CONTEXT))
        .isInstanceOf(Tool.Settlement.Happened.class);
    Files.writeString(folder.resolve("f"), "other");
    assertThat(tool.settle(arguments, prepared, CONTEXT)).isEqualTo(new Tool.Settlement.Unknown());
  }

  @Test
  void aCommandSeesOnlyTheAllowedVariablesAndGivesItsStatus() throws Exception {
    // When
    ToolResult result =
        call("execute", "{\"command\":\"echo ${SECRET:-none} ${LANG:-none}; exit 3\"}");

    // Then
    assertThat(result).isEqualTo(ToolResult.error("none C\n[exit status 3]"));
  }

  private ToolResult edit(String old) throws Exception {
    return call(
        "edit_file", "{\"file_path\":\"f\",\"old_string\":\"" + old + "\",\"new_string\":\"z\"}");
  }

  private ToolResult call(String name, String json) throws Exception {
    return call(folder, name, json);
  }

  private static ToolResult call(Path root, String name, String json) throws Exception {
    return tool(root, name).run(arguments(json), CONTEXT);
  }

  private static Tool tool(Path root, String name) {
    return BuiltinTools.over(
            Workspace.open(root), Map.of("SECRET", "s", "LANG", "C", "PATH", "/usr/bin:/bin"))
        .stream()
        .filter(tool -> tool.spec().name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static ToolArguments arguments(String json) throws Exception {
    return new ToolArguments((ObjectNode) new ObjectMapper().readTree(json));
  }
}
