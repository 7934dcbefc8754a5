package ai.stigmer.config;

import ai.stigmer.graphton.model.Secret;
import java.util.List;
import java.util.Optional;

/**
 * How {@code stigmer server} is run.
 *
 * @param address where it listens
 * @param names other names that callers may call it by
 * @param certificate a file; empty speaks without TLS
 * @param tlsKey a file
 * @param isBehindProxy whether a reverse proxy with TLS stands in front of it
 * @param workspaces a folder; empty is beside the Stigmer home
 * @param maxRuns the most runs at once, at least 1
 * @param key what resources are encrypted with; empty is the file of the Stigmer home
 */
public record ServerConfig(
    ListenAddress address,
    List<String> names,
    Optional<String> certificate,
    Optional<String> tlsKey,
    boolean isBehindProxy,
    Optional<String> workspaces,
    int maxRuns,
    Optional<Secret> key) {
  public ServerConfig {
    names = List.copyOf(names);
  }
}
