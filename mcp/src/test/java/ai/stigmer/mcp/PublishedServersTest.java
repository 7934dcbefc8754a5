package ai.stigmer.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.tool.ArgumentCheck;
import ai.stigmer.graphton.tool.ArgumentCheck.Checked;
import ai.stigmer.graphton.tool.EffectClass;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolContext;
import ai.stigmer.mcp.McpServer.Connection.Http;
import ai.stigmer.mcp.McpTools.Looked;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers that others wrote, as real processes. */
class PublishedServersTest {
  @TempDir Path folder = Path.of("");

  @Test
  void theFilesystemServerWritesAndReadsWithinItsFolder() throws Exception {
    // Given
    Path inside = folder.toRealPath();
    McpServer server = Servers.published("filesystem", inside.toString());

    // When
    AcceptedServer accepted = accepted(server);
    try (McpTools tools = open(accepted)) {
      ToolResult written =
          run(
              tools,
              "filesystem__write_file",
              "{\"path\":\"" + inside + "/a.txt\",\"content\":\"hi\"}");
      ToolResult read =
          run(tools, "filesystem__read_text_file", "{\"path\":\"" + inside + "/a.txt\"}");
      ToolResult refused = run(tools, "filesystem__read_text_file", "{\"path\":\"/etc/passwd\"}");

      // Then
      assertThat(written.status()).isEqualTo(ToolResult.Status.OK);
      assertThat(Files.readString(inside.resolve("a.txt"))).isEqualTo("hi");
      assertThat(read.text()).contains("<mcp-data server=\"filesystem\"", "\nhi\n</mcp-data>");
      assertThat(refused.status()).isEqualTo(ToolResult.Status.ERROR);
      assertThat(tool(tools, "filesystem__read_text_file").effect()).isEqualTo(EffectClass.READ);
      assertThat(tool(tools, "filesystem__write_file").effect()).isNotEqualTo(EffectClass.READ);
    }
  }

  @Test
  void theMemoryServerKeepsWhatItWasTold() throws Exception {
    AcceptedServer accepted = accepted(Servers.published("memory"));
    try (McpTools tools = open(accepted)) {
      ToolResult created =
          run(
              tools,
              "memory__create_entities",
              "{\"entities\":[{\"name\":\"Ada\",\"entityType\":\"person\",\"observations\":[\"counts\"]}]}");
      ToolResult graph = run(tools, "memory__read_graph", "{}");

      assertThat(created.status()).as(created.text()).isEqualTo(ToolResult.Status.OK);
      assertThat(graph.text()).contains("Ada", "counts");
    }
  }

  @Test
  void theEverythingServerShowsTextImagesResourcesAndProgress() throws Exception {
    AcceptedServer accepted = accepted(Servers.published("everything"));
    try (McpTools tools = open(accepted)) {
      assertThat(run(tools, "everything__echo", "{\"message\":\"hello\"}").text())
          .contains("hello");
      assertThat(run(tools, "everything__get-sum", "{\"a\":2,\"b\":40}").text()).contains("42");
      assertThat(run(tools, "everything__get-tiny-image", "{}").text())
          .contains("[image, image/png, about ");
      assertThat(
              run(tools, "everything__get-structured-content", "{\"location\":\"New York\"}")
                  .text())
          .contains("temperature");
      assertThat(
              run(
                      tools,
                      "everything__trigger-long-running-operation",
                      "{\"duration\":2,\"steps\":4}")
                  .status())
          .isEqualTo(ToolResult.Status.OK);
    }
  }

  @Test
  void theEverythingServerIsSpokenToOverHttpToo() throws Exception {
    // Given
    int port = freePort();
    String bin =
        ((McpServer.Connection.Stdio) Servers.published("everything").connection()).command();
    var builder = new ProcessBuilder(bin, "streamableHttp").redirectErrorStream(true);
    builder.redirectOutput(folder.resolve("log").toFile());
    builder.environment().put("PORT", Integer.toString(port));
    Process process = builder.start();
    try {
      awaitPort(port, process);
      var http = new Http("http://127.0.0.1:" + port + "/mcp", Map.of(), Map.of(), true);
      var server = new McpServer("web", http, List.of("echo"), Duration.ofSeconds(30));

      // When
      AcceptedServer accepted = accepted(server);
      try (McpTools tools = open(accepted)) {
        ToolResult echoed = run(tools, "web__echo", "{\"message\":\"over http\"}");

        // Then
        assertThat(tools.tools()).hasSize(1);
        assertThat(echoed.text()).contains("over http");
      }
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  @Test
  void serversAreLookedAtTogether() {
    List<Looked> looked =
        McpTools.look(
            List.of(Servers.published("memory"), Servers.published("everything")),
            Servers.in(folder));

    assertThat(looked).hasSize(2).allMatch(found -> found instanceof Looked.Offers);
  }

  private AcceptedServer accepted(McpServer server) {
    return switch (McpTools.look(List.of(server), Servers.in(folder)).getFirst()) {
      case Looked.Offers(AcceptedServer found) -> found;
      case Looked.Failed failed -> throw failed.problem().asException();
    };
  }

  private McpTools open(AcceptedServer accepted) {
    return McpTools.of(List.of(accepted), Servers.in(folder), ChangedTools.REFUSE);
  }

  static Tool tool(McpTools tools, String name) {
    return tools.tools().stream()
        .filter(tool -> tool.spec().name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new AssertionError(
                    "no tool "
                        + name
                        + " in "
                        + tools.tools().stream().map(t -> t.spec().name()).toList()));
  }

  static ToolResult run(McpTools tools, String name, String arguments) throws Exception {
    return run(tools, name, arguments, new CancelToken());
  }

  static ToolResult run(McpTools tools, String name, String arguments, CancelToken cancel)
      throws Exception {
    Tool tool = tool(tools, name);
    return switch (ArgumentCheck.check(tool.spec(), arguments)) {
      case Checked.Valid valid ->
          tool.run(valid.arguments(), new ToolContext("run", "1/" + name, cancel));
      case Checked.Invalid invalid -> ToolResult.error(invalid.hint());
    };
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static void awaitPort(int port, Process process) throws InterruptedException {
    while (process.isAlive()) {
      try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
        return;
      } catch (IOException e) {
        Thread.sleep(50);
      }
    }
    throw new AssertionError("the server did not start");
  }
}
