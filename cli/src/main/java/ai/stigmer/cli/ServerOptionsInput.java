package ai.stigmer.cli;

import ai.stigmer.config.ConfigInput;
import ai.stigmer.config.ListenAddress;
import ai.stigmer.config.Resolved;
import ai.stigmer.config.ServerConfig;
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
  private static final Set<String> OF_DATABASE = Set.of("E138", "E139");

  @Option(
      names = "--address",
      paramLabel = "HOST:PORT",
      description = "Where it listens (default: 127.0.0.1:7234); port 0 takes a free one.")
  private @Nullable String address;

  @Option(
      names = "--name",
      paramLabel = "HOST",
      description = "Another name that callers may call it by; repeatable.")
  private List<String> names = new ArrayList<>();

  @Option(
      names = "--tls-certificate",
      paramLabel = "FILE",
      description = "Speak TLS with this certificate chain (PEM).")
  private @Nullable String certificate;

  @Option(names = "--tls-key", paramLabel = "FILE", description = "Its key (PEM).")
  private @Nullable String key;

  @Option(
      names = "--behind-proxy",
      description = "A reverse proxy with TLS stands in front; allows other addresses without TLS.")
  private boolean behindProxy;

  @Option(
      names = "--workspaces",
      paramLabel = "DIR",
      description = "Where each session gets a folder (default: beside the Stigmer home).")
  private @Nullable String workspaces;

  @Option(
      names = "--max-runs",
      paramLabel = "N",
      description = "Most runs at once; others wait (default: 64).")
  private @Nullable String maxRuns;

  /** An input of the cascade with these flags. */
  ConfigInput added(ConfigInput input) {
    ConfigInput more = flag(input, "server.address", address, "--address");
    more = flag(more, "server.names", names.isEmpty() ? null : String.join(",", names), "--name");
    more = flag(more, "server.tls.certificate", certificate, "--tls-certificate");
    more = flag(more, "server.tls.key", key, "--tls-key");
    more = flag(more, "server.behind_proxy", behindProxy ? "on" : null, "--behind-proxy");
    more = flag(more, "server.workspaces", workspaces, "--workspaces");
    return flag(more, "server.max_runs", maxRuns, "--max-runs");
  }

  private static ConfigInput flag(
      ConfigInput input, String setting, @Nullable String value, String name) {
    return value == null ? input : input.flag(setting, value, name);
  }

  /**
   * The options of a server.
   *
   * @throws ai.stigmer.graphton.error.ProblemException for a value that cannot be
   */
  static ServerOptions options(
      Surroundings surroundings,
      ConfigInput configuration,
      Resolved resolved,
      Map<String, String> env) {
    ServerConfig server = resolved.server();
    Path home = surroundings.home();
    return new ServerOptions(
        socket(resolved),
        Set.copyOf(server.names()),
        tls(server),
        server.isBehindProxy()
            ? ServerOptions.Exposure.BEHIND_PROXY
            : ServerOptions.Exposure.DIRECT,
        home,
        database(surroundings, resolved),
        server
            .workspaces()
            .map(folder -> Path.of(folder).toAbsolutePath().normalize())
            .orElseGet(() -> home.resolveSibling(home.getFileName() + "-workspaces")),
        server.maxRuns(),
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

  private static Optional<ServerOptions.Tls> tls(ServerConfig server) {
    if (server.certificate().isPresent() != server.tlsKey().isPresent()) {
      throw wrong("server.tls.certificate and server.tls.key go together");
    }
    return server
        .certificate()
        .map(
            certificate ->
                new ServerOptions.Tls(
                    Path.of(certificate), Path.of(server.tlsKey().orElseThrow())));
  }

  private static InetSocketAddress socket(Resolved resolved) {
    ListenAddress address = resolved.server().address();
    try {
      return new InetSocketAddress(InetAddress.getAllByName(address.host())[0], address.port());
    } catch (UnknownHostException e) {
      throw Problem.of(
              "E168",
              Problem.Category.CONFIGURATION,
              "server.address names a host that is not known here: \"" + address.host() + '"')
          .from(resolved.location("server.address").orElse("server.address"))
          .help("name one of this machine's own addresses, for example 127.0.0.1:" + address.port())
          .asException();
    }
  }

  private static RuntimeException wrong(String what) {
    return Problem.of("E168", Problem.Category.CONFIGURATION, what)
        .help("stigmer config explain", "stigmer server start --help")
        .asException();
  }
}
