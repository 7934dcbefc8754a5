package ai.stigmer.it;

import ai.stigmer.testkit.RealComponents;
import java.nio.file.Files;
import java.nio.file.Path;

/** MCP servers that others wrote. */
final class PublishedServer {
  private PublishedServer() {}

  /** How one is started; without it the test is skipped, or fails where all are required. */
  static String command(String name) {
    String modules = System.getenv().getOrDefault("STIGMER_MCP_SERVERS", "");
    Path bin = Path.of(modules, "node_modules/.bin/mcp-server-" + name);
    if (modules.isEmpty() || !Files.exists(bin)) {
      throw RealComponents.missing(
          "third-party MCP servers are missing; bin/mcp-servers DIR installs them, and"
              + " STIGMER_MCP_SERVERS=DIR names the folder");
    }
    return bin.toString();
  }
}
