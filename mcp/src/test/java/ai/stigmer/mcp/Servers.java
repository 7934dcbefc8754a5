package ai.stigmer.mcp;

import ai.stigmer.mcp.McpServer.Connection.Stdio;
import ai.stigmer.testkit.RealComponents;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Servers as tests name them. */
final class Servers {
  private Servers() {}

  static McpServer misbehaving(String faults, Path log, Duration timeout) {
    return misbehaving(faults, log, timeout, Map.of());
  }

  static McpServer misbehaving(String faults, Path log, Duration timeout, Map<String, String> env) {
    return new McpServer(
        "fake",
        new Stdio(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            List.of(
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                MisbehavingServer.class.getName(),
                faults,
                log.toString()),
            env,
            Optional.empty()),
        List.of(),
        timeout);
  }

  /** A third party's server from the npm registry; the folder is named by STIGMER_NPM_MCP. */
  static McpServer published(String name, String... args) {
    Path bin = published().resolve("node_modules/.bin").resolve("mcp-server-" + name);
    return new McpServer(
        name,
        new Stdio(bin.toString(), List.of(args), Map.of(), Optional.empty()),
        List.of(),
        Duration.ofSeconds(60));
  }

  private static Path published() {
    String folder = System.getenv().getOrDefault("STIGMER_MCP_SERVERS", "");
    if (!folder.isEmpty() && Files.isDirectory(Path.of(folder, "node_modules"))) {
      return Path.of(folder);
    }
    throw RealComponents.missing(
        "third-party MCP servers are missing; bin/mcp-servers DIR installs them, and"
            + " STIGMER_MCP_SERVERS=DIR names the folder");
  }

  static McpSurroundings in(Path folder) {
    return new McpSurroundings(
        folder,
        Map.of("PATH", System.getenv().getOrDefault("PATH", ""), "SECRET_OF_MINE", "do not tell"),
        new Placeholders(name -> Optional.empty(), List.of()),
        List.of());
  }
}
