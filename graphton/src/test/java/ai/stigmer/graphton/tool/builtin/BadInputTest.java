package ai.stigmer.graphton.tool.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.tool.ArgumentCheck;
import ai.stigmer.graphton.workspace.Workspace;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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

/** What the model is told when it asks wrongly; the words are a reviewed file. */
class BadInputTest {
  private static final Path GOLDEN =
      Path.of("src/test/resources/ai/stigmer/graphton/tool/builtin/bad-input.txt");

  @TempDir Path folder = Path.of("");

  @Test
  void everyMessageIsAsReviewed() throws IOException {
    // Given
    Path root = Files.createDirectory(folder.resolve("root"));
    Files.writeString(folder.resolve("secret"), "s");
    Files.createSymbolicLink(root.resolve("link-out"), folder.resolve("secret"));
    Files.createDirectory(root.resolve("folder"));
    Files.writeString(root.resolve("text"), "one\ntwo\none\n");
    Files.writeString(root.resolve("crlf"), "one\r\ntwo\r\n");
    Files.write(root.resolve("binary"), new byte[] {1, 0, 2});
    Files.write(root.resolve("latin1"), "caf\u00e9".getBytes(StandardCharsets.ISO_8859_1));
    Files.writeString(root.resolve("huge"), "line\n".repeat(TextFile.MAX_BYTES / 5 + 1));
    ToolBench bench = new ToolBench(root);
    var told = new StringBuilder();
    // When
    for (String[] call : CALLS) {
      ToolResult result = bench.callJson(call[0], call[1]);
      told.append(call[0]).append(' ').append(call[1].replace("\n", "\\n")).append('\n');
      told.append("    ").append(result.status()).append(": ");
      told.append(result.text().replace("\n", "\n    ").replace("\r", "\\r")).append("\n\n");
    }
    for (Path path : List.of(folder.resolve("gone"), folder.resolve("secret"))) {
      told.append(workspace(path).replace(folder.toString(), "FOLDER")).append("\n");
    }
    // Then
    if ("update".equals(System.getProperty("stigmer.golden"))) {
      Files.writeString(GOLDEN, told.toString());
    }
    assertThat(told.toString()).isEqualTo(Files.readString(GOLDEN));
  }

  private static final String[][] CALLS = {
    {"read_file", "{\"file_path\":"},
    {"read_file", "[1]"},
    {"read_file", "{}"},
    {"read_file", "{\"file_path\":[\"text\"]}"},
    {"read_file", "{\"file_path\":\"text\",\"offset\":\"two\"}"},
    {"read_file", "{\"file_path\":\"text\",\"lines\":3}"},
    {"read_file", "{\"file_path\":\"text\",\"limit\":0}"},
    {"read_file", "{\"file_path\":\"text\",\"offset\":9}"},
    {"read_file", "{\"file_path\":\"gone\"}"},
    {"read_file", "{\"file_path\":\"folder\"}"},
    {"read_file", "{\"file_path\":\"binary\"}"},
    {"read_file", "{\"file_path\":\"huge\",\"limit\":1}"},
    {"read_file", "{\"file_path\":\"latin1\"}"},
    {"read_file", "{\"file_path\":\"../secret\"}"},
    {"read_file", "{\"file_path\":\"link-out\"}"},
    {"read_file", "{\"file_path\":\"~/.ssh/id\"}"},
    {"read_file", "{\"file_path\":\"a\\u0000b\"}"},
    {"write_file", "{\"file_path\":\"folder\",\"content\":\"x\"}"},
    {"write_file", "{\"file_path\":\"text/below\",\"content\":\"x\"}"},
    {"write_file", "{\"file_path\":\"link-out\",\"content\":\"x\"}"},
    {"write_file", "{\"file_path\":\"\",\"content\":\"x\"}"},
    {"edit_file", "{\"file_path\":\"text\",\"old_string\":\"three\",\"new_string\":\"x\"}"},
    {"edit_file", "{\"file_path\":\"text\",\"old_string\":\"one\",\"new_string\":\"x\"}"},
    {"edit_file", "{\"file_path\":\"text\",\"old_string\":\"\",\"new_string\":\"x\"}"},
    {"edit_file", "{\"file_path\":\"text\",\"old_string\":\"two\",\"new_string\":\"two\"}"},
    {"edit_file", "{\"file_path\":\"crlf\",\"old_string\":\"one\\ntwo\",\"new_string\":\"x\"}"},
    {"edit_file", "{\"file_path\":\"binary\",\"old_string\":\"a\",\"new_string\":\"x\"}"},
    {"edit_file", "{\"file_path\":\"latin1\",\"old_string\":\"a\",\"new_string\":\"x\"}"},
    {"edit_file", "{\"file_path\":\"huge\",\"old_string\":\"a\",\"new_string\":\"x\"}"},
    {"edit_file", "{\"file_path\":\"gone\",\"old_string\":\"a\",\"new_string\":\"x\"}"},
    {"ls", "{\"path\":\"gone\"}"},
    {"ls", "{\"path\":\"text\"}"},
    {"glob", "{\"pattern\":\"[a\"}"},
    {"glob", "{\"pattern\":\"*\",\"path\":\"gone\"}"},
    {"grep", "{\"pattern\":\"\"}"},
    {"grep", "{\"pattern\":\"o.*e\"}"},
    {"grep", "{\"pattern\":\"one\",\"output_mode\":\"lines\"}"},
    {"grep", "{\"pattern\":\"one\",\"max_count\":0}"},
    {"execute", "{}"},
    {"execute", "{\"command\":\"true\",\"timeout\":4000}"},
    {"write_todos", "{\"todos\":[{\"content\":\"x\",\"status\":\"done\"}]}"},
    {"write_todos", "{\"todos\":\"x\"}"},
  };

  private static String workspace(Path path) {
    try {
      return "opened " + Workspace.open(path).root();
    } catch (ProblemException e) {
      return "workspace: "
          + e.problem().code()
          + " "
          + e.problem().message()
          + "\n    help  "
          + String.join("\n          ", e.problem().help());
    }
  }

  @Property(tries = 1_000)
  void noArgumentsMakeTheCheckThrow(@ForAll("arguments") String arguments) {
    for (String tool : List.of("read_file", "edit_file", "grep", "write_todos", "execute")) {
      ArgumentCheck.Checked checked =
          ArgumentCheck.check(new ToolBench(Path.of(".")).tool(tool).spec(), arguments);
      if (checked instanceof ArgumentCheck.Checked.Invalid(String hint)) {
        assertThat(hint).isNotBlank().contains(tool);
      }
    }
  }

  @Provide
  Arbitrary<String> arguments() {
    Arbitrary<JsonNode> leaf =
        Arbitraries.oneOf(
            Arbitraries.strings().ofMaxLength(6).map(JsonNodeFactory.instance::textNode),
            Arbitraries.doubles().map(JsonNodeFactory.instance::numberNode),
            Arbitraries.bigIntegers().map(n -> JsonNodeFactory.instance.numberNode(n)),
            Arbitraries.of(true, false).map(JsonNodeFactory.instance::booleanNode),
            Arbitraries.just(JsonNodeFactory.instance.nullNode()));
    Arbitrary<JsonNode> list =
        leaf.list().ofMaxSize(3).map(items -> JsonNodeFactory.instance.arrayNode().addAll(items));
    Arbitrary<String> name =
        Arbitraries.of(
            "file_path", "offset", "limit", "pattern", "todos", "command", "timeout", "x");
    Arbitrary<JsonNode> object =
        Arbitraries.maps(name, Arbitraries.oneOf(leaf, list))
            .ofMaxSize(4)
            .map(fields -> JsonNodeFactory.instance.objectNode().setAll(fields));
    return Arbitraries.oneOf(
        Arbitraries.oneOf(object, list, leaf).map(JsonNode::toString),
        Arbitraries.strings().ofMaxLength(20),
        object.map(json -> json.toString().substring(0, json.toString().length() / 2)));
  }
}
