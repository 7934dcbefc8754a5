package ai.stigmer.mcp;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A process that has a server and a child of it running, says their ids, and waits. */
final class HoldingMain {
  private HoldingMain() {}

  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]);
    McpServer server = Servers.misbehaving("deaf", folder.resolve("log"), Duration.ofSeconds(60));
    McpSurroundings around = Servers.in(folder);
    if (McpTools.look(List.of(server), around).getFirst()
        instanceof McpTools.Looked.Offers(AcceptedServer accepted)) {
      McpTools tools = McpTools.of(List.of(accepted), around, ChangedTools.REFUSE);
      String text = PublishedServersTest.run(tools, "fake__spawn", "{}").text();
      new PrintStream(System.out, true, StandardCharsets.UTF_8).println(text.split("\n", -1)[1]);
      Thread.sleep(600_000);
    }
  }
}
