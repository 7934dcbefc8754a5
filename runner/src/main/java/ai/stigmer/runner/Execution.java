package ai.stigmer.runner;

import static java.util.Objects.requireNonNull;

import ai.stigmer.config.ExecutionLimits;
import ai.stigmer.config.ExecutionMode;
import ai.stigmer.config.Resolved;
import ai.stigmer.graphton.egress.HostRule;
import ai.stigmer.graphton.sandbox.Limits;
import ai.stigmer.graphton.sandbox.Network;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How the commands of a run are kept in, as the journal keeps it.
 *
 * @param mode what was asked for
 * @param isSandboxed what came of it
 * @param network what commands in the sandbox reach
 * @param limits what they may use up
 * @param readable what they read beyond the rest, absolute folders
 */
public record Execution(
    ExecutionMode mode, boolean isSandboxed, Network network, Limits limits, List<Path> readable) {

  /** Without a sandbox, as runs were before there was one. */
  public static final Execution LOCAL =
      new Execution(ExecutionMode.LOCAL, false, Network.NONE, Limits.DEFAULT, List.of());

  public Execution {
    requireNonNull(mode, "mode is null");
    requireNonNull(network, "network is null");
    requireNonNull(limits, "limits is null");
    readable = List.copyOf(readable);
  }

  /** What a configuration asks for; whether there is a sandbox is another question. */
  public static Execution asked(Resolved configuration) {
    ExecutionLimits limits = configuration.executionLimits();
    Duration second = Duration.ofSeconds(1);
    return new Execution(
        configuration.executionMode(),
        false,
        network(configuration.isNetworkOpen(), configuration.allowedHosts()),
        new Limits(
            limits.processes(),
            limits.memory(),
            limits.fileSize(),
            limits.cpu().compareTo(second) < 0 ? second : limits.cpu()),
        limits.readable());
  }

  private static Network network(boolean open, List<HostRule> hosts) {
    Network closed = hosts.isEmpty() ? Network.NONE : Network.Hosts.of(hosts);
    return open ? Network.OPEN : closed;
  }

  /** The same, to be decided anew for another mode. */
  public Execution withMode(ExecutionMode other) {
    return new Execution(other, false, network, limits, readable);
  }

  Execution sandboxed() {
    return new Execution(mode, true, network, limits, readable);
  }

  /**
   * Whether commands need no question: the user chose the sandbox by name, it holds, and nothing
   * can leave it.
   */
  boolean isTrusted() {
    return isSandboxed && mode == ExecutionMode.SANDBOX && network.equals(Network.NONE);
  }

  ObjectNode toJson() {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("mode", mode.id())
            .put("sandboxed", isSandboxed)
            .put("network_open", network.equals(Network.OPEN))
            .put("processes", limits.processes())
            .put("memory", limits.memory())
            .put("file_size", limits.fileSize())
            .put("cpu_s", limits.cpu().toSeconds());
    if (network instanceof Network.Hosts(var allowed, _)) {
      var hosts = json.putArray("hosts");
      allowed.forEach(host -> hosts.add(host.toString()));
    }
    var folders = json.putArray("readable");
    readable.forEach(folder -> folders.add(folder.toString()));
    return json;
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws IllegalArgumentException when a value is not one
   */
  static Execution parse(JsonNode json) {
    if (json.isMissingNode()) {
      return LOCAL;
    }
    var hosts = new ArrayList<HostRule>();
    json.path("hosts").forEach(host -> hosts.add(HostRule.parse(host.asText())));
    var readable = new ArrayList<Path>();
    json.path("readable").forEach(folder -> readable.add(Path.of(folder.asText())));
    return new Execution(
        ExecutionMode.of(json.path("mode").asText())
            .orElseThrow(() -> new IllegalArgumentException("its execution has no mode")),
        json.path("sandboxed").asBoolean(),
        network(json.path("network_open").asBoolean(), hosts),
        new Limits(
            json.path("processes").asInt(),
            json.path("memory").asLong(),
            json.path("file_size").asLong(),
            Duration.ofSeconds(json.path("cpu_s").asLong())),
        readable);
  }
}
