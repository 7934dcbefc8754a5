package ai.stigmer.cli;

import ai.stigmer.graphton.egress.HostRule;
import ai.stigmer.graphton.sandbox.Network;
import ai.stigmer.mcp.ServerSandbox;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Flags that say what the process of an MCP server is kept in. */
final class ServerSandboxOptions {
  @Option(names = "--sandbox", description = "Keep its process in a sandbox, as commands are.")
  private boolean sandbox;

  @Option(names = "--network", description = "In the sandbox it reaches the network.")
  private boolean open;

  @Option(
      names = "--allow-host",
      paramLabel = "HOST",
      description = "Or this host only, HOST:PORT or *.HOST, too; repeatable.")
  private List<String> hosts = List.of();

  @Option(
      names = "--readable",
      paramLabel = "DIR",
      description = "It reads this folder of a hidden place; repeatable.")
  private List<Path> readable = List.of();

  @Option(
      names = "--writable",
      paramLabel = "DIR",
      description = "It writes this folder, too; repeatable.")
  private List<Path> writable = List.of();

  /**
   * What was asked for.
   *
   * @throws IllegalArgumentException when the flags do not go together, or a value is not one
   */
  Optional<ServerSandbox> asked() {
    boolean more = open || !hosts.isEmpty() || !readable.isEmpty() || !writable.isEmpty();
    if (!sandbox && more) {
      throw new IllegalArgumentException(
          "--network, --allow-host, --readable and --writable are for a server with --sandbox");
    }
    if (open && !hosts.isEmpty()) {
      throw new IllegalArgumentException("say either --network or --allow-host");
    }
    return sandbox
        ? Optional.of(new ServerSandbox(network(), absolute(readable), absolute(writable)))
        : Optional.empty();
  }

  private Network network() {
    if (hosts.isEmpty()) {
      return open ? Network.OPEN : Network.NONE;
    }
    return Network.Hosts.of(HostRule.list(String.join(",", hosts)));
  }

  private static List<Path> absolute(List<Path> folders) {
    var all = new ArrayList<Path>();
    folders.forEach(folder -> all.add(folder.toAbsolutePath().normalize()));
    return all;
  }
}
