package ai.stigmer.mcp;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.egress.HostRule;
import ai.stigmer.graphton.sandbox.Network;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the process of a server is kept in.
 *
 * @param network what it reaches
 * @param readable absolute folders that it reads although they lie in a hidden place, such as the
 *     home
 * @param writable absolute folders that it writes besides the one that it starts in
 */
public record ServerSandbox(Network network, List<Path> readable, List<Path> writable) {
  private static final String NONE = "none";
  private static final String OPEN = "open";

  public ServerSandbox {
    requireNonNull(network, "network is null");
    readable = List.copyOf(readable);
    writable = List.copyOf(writable);
    if (Stream.concat(readable.stream(), writable.stream()).anyMatch(one -> !one.isAbsolute())) {
      throw new IllegalArgumentException("the folders of a sandbox must be absolute");
    }
  }

  /** As a definition holds it. */
  void write(ObjectNode json) {
    json.put(
        "network",
        switch (network) {
          case Network.None _ -> NONE;
          case Network.Open _ -> OPEN;
          case Network.Hosts(var allowed, _) ->
              allowed.stream().map(HostRule::toString).collect(Collectors.joining(","));
        });
    readable.forEach(folder -> json.withArray("/readable").add(folder.toString()));
    writable.forEach(folder -> json.withArray("/writable").add(folder.toString()));
  }

  /**
   * Reads what {@link #write} wrote, or somebody by hand.
   *
   * @throws IllegalArgumentException when a value is not one
   */
  public static ServerSandbox of(JsonNode json) {
    String network = json.path("network").asText(NONE);
    return new ServerSandbox(
        switch (network) {
          case NONE -> Network.NONE;
          case OPEN -> Network.OPEN;
          default -> Network.Hosts.of(HostRule.list(network));
        },
        folders(json.path("readable")),
        folders(json.path("writable")));
  }

  private static List<Path> folders(JsonNode array) {
    var folders = new ArrayList<Path>();
    array.forEach(item -> folders.add(Path.of(item.asText()).normalize()));
    return folders;
  }
}
