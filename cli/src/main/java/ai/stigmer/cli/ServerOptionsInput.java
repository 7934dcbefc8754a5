package ai.stigmer.cli;

import ai.stigmer.config.ConfigInput;
import ai.stigmer.config.Resolved;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.model.Secret;
import ai.stigmer.server.ServerOptions;
import ai.stigmer.store.PostgresUrl;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a server listens, and what it may use. */
final class ServerOptionsInput {
  private static final int HIGHEST_PORT = 65_535;
  private static final Set<String> OF_DATABASE = Set.of("E138", "E139");

  @Option(
      names = "--address",
      paramLabel = "HOST:PORT",
      description = "Where it listens (default: ${DEFAULT-VALUE}); port 0 takes a free one.")
  private String address = "127.0.0.1:7234";

  @Option(
      names = "--name",
      paramLabel = "HOST",
      description = "Another name that callers may call it by; repeatable.")
  private List<String> names = new ArrayList<>();

  @Option(
      names = "--tls-certificate",
      paramLabel = "FILE",
      description = "Speak TLS with this certificate chain (PEM).")
  private @Nullable Path certificate;

  @Option(names = "--tls-key", paramLabel = "FILE", description = "Its key (PEM).")
  private @Nullable Path key;

  @Option(
      names = "--behind-proxy",
      description = "A reverse proxy with TLS stands in front; allows other addresses without TLS.")
  private boolean behindProxy;

  @Option(
      names = "--workspaces",
      paramLabel = "DIR",
      description = "Where each session gets a folder (default: beside the Stigmer home).")
  private @Nullable Path workspaces;

  @Option(
      names = "--max-runs",
      paramLabel = "N",
      description = "Most runs at once; others wait (default: ${DEFAULT-VALUE}).")
  private int maxRuns = 64;

  /**
   * The options of a server.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E001} for a value that cannot be
   */
  ServerOptions options(
      Surroundings surroundings,
      ConfigInput configuration,
      Resolved resolved,
      Map<String, String> env) {
    if (maxRuns < 1) {
      throw wrong("--max-runs must be at least 1, got " + maxRuns);
    }
    Path home = surroundings.home();
    return new ServerOptions(
        socket(),
        Set.copyOf(names),
        tls(),
        behindProxy ? ServerOptions.Exposure.BEHIND_PROXY : ServerOptions.Exposure.DIRECT,
        home,
        database(surroundings, resolved),
        workspaces == null
            ? home.resolveSibling(home.getFileName() + "-workspaces")
            : workspaces.toAbsolutePath().normalize(),
        maxRuns,
        configuration,
        env);
  }

  /** Only what is wrong about the database keeps a server from starting. */
  static ServerOptions.Database database(Surroundings surroundings, Resolved resolved) {
    for (Problem problem : resolved.problems()) {
      if (OF_DATABASE.contains(problem.code())) {
        throw problem.asException();
      }
    }
    Optional<String> url = resolved.databaseUrl().map(Secret::reveal);
    if (url.isPresent() && PostgresUrl.isOne(url.get())) {
      return new ServerOptions.Database.Postgres(PostgresUrl.parse(url.get()));
    }
    return new ServerOptions.Database.Files(url.map(Path::of).orElse(surroundings.database()));
  }

  private Optional<ServerOptions.Tls> tls() {
    if (certificate == null && key == null) {
      return Optional.empty();
    }
    if (certificate == null || key == null) {
      throw wrong("--tls-certificate and --tls-key go together");
    }
    return Optional.of(new ServerOptions.Tls(certificate, key));
  }

  private InetSocketAddress socket() {
    int colon = address.lastIndexOf(':');
    try {
      int port = Integer.parseInt(address.substring(colon + 1));
      String host = address.substring(0, Math.max(0, colon)).replaceAll("^\\[|]$", "");
      if (host.isEmpty() || port < 0 || port > HIGHEST_PORT) {
        throw wrong("--address must be HOST:PORT, got \"" + address + '"');
      }
      return new InetSocketAddress(InetAddress.getAllByName(host)[0], port);
    } catch (NumberFormatException e) {
      throw wrong("--address must be HOST:PORT, got \"" + address + '"');
    } catch (UnknownHostException e) {
      throw wrong("--address names a host that is not known: \"" + address + '"');
    }
  }

  private static RuntimeException wrong(String what) {
    return Problem.of("E001", Problem.Category.USAGE, what)
        .help("stigmer server start --help")
        .asException();
  }
}
