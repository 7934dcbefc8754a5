package ai.stigmer.server;

import static java.util.Objects.requireNonNull;

import ai.stigmer.config.ConfigInput;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.store.PostgresUrl;
import com.linecorp.armeria.common.TlsKeyPair;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How a server is run.
 *
 * @param address where it listens; port 0 takes a free one
 * @param names what callers may call it besides that address, each as {@code host} or {@code
 *     host:port}
 * @param tls certificate and key; empty speaks without TLS
 * @param exposure whether others than this machine may be let in without TLS
 * @param home the folder of configuration, journal and token
 * @param database where journal and resources are
 * @param workspaces the folder in which each session has a folder of its own
 * @param maxRuns the most runs at once, at least 1
 * @param configuration the cascade's input for runs, without requests
 * @param env the environment of this process
 */
public record ServerOptions(
    InetSocketAddress address,
    Set<String> names,
    Optional<Tls> tls,
    Exposure exposure,
    Path home,
    Database database,
    Path workspaces,
    int maxRuns,
    ConfigInput configuration,
    Map<String, String> env) {

  /**
   * A certificate.
   *
   * @param certificate a PEM file with the chain
   * @param key a PEM file with the key, not encrypted
   */
  public record Tls(Path certificate, Path key) {
    public Tls {
      requireNonNull(certificate, "certificate is null");
      requireNonNull(key, "key is null");
    }

    /**
     * What is in the files.
     *
     * @throws ai.stigmer.graphton.error.ProblemException {@code E168} when they cannot be used
     */
    TlsKeyPair keyPair() {
      for (Path file : List.of(certificate, key)) {
        if (!Files.isReadable(file)) {
          throw unusable(file.toString(), "it is not there, or may not be read");
        }
      }
      try {
        return TlsKeyPair.of(key.toFile(), certificate.toFile());
      } catch (IllegalArgumentException e) {
        throw unusable(certificate + ", " + key, String.valueOf(e.getMessage()));
      }
    }

    private static RuntimeException unusable(String file, String why) {
      return Problem.of(
              "E168", Problem.Category.CONFIGURATION, "the server's certificate cannot be used")
          .from(file, why)
          .help(
              "a chain of certificates and a key, PEM, the key not encrypted (PKCS #8)",
              "look at them: openssl x509 -in FILE -noout -text, openssl pkey -in FILE -noout")
          .asException();
    }
  }

  /** Where journal and resources are. */
  public sealed interface Database {
    /**
     * The journal in this SQLite file; the resources in {@code server.db} beside it.
     *
     * @param journal the journal's file
     */
    record Files(Path journal) implements Database {}

    /** Both in one PostgreSQL database. */
    record Postgres(PostgresUrl url) implements Database {}
  }

  /** Who reaches the port. */
  public enum Exposure {
    /** Whoever reaches the address. */
    DIRECT,
    /** Only a reverse proxy that speaks TLS to its callers. */
    BEHIND_PROXY
  }

  public ServerOptions {
    requireNonNull(address, "address is null");
    names = Set.copyOf(names);
    requireNonNull(tls, "tls is null");
    requireNonNull(exposure, "exposure is null");
    requireNonNull(home, "home is null");
    requireNonNull(database, "database is null");
    requireNonNull(workspaces, "workspaces is null");
    requireNonNull(configuration, "configuration is null");
    env = Map.copyOf(env);
    if (maxRuns < 1) {
      throw new IllegalArgumentException("maxRuns must be at least 1, got " + maxRuns);
    }
  }

  /** Whether callers speak TLS, to this server or to the proxy in front of it. */
  boolean isReachedByTls() {
    return tls.isPresent() || exposure == Exposure.BEHIND_PROXY;
  }

  /**
   * Refuses to be reached by other machines in the clear, and workspaces in which no run could
   * write anything.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E563}, {@code E130}
   */
  void requireSafe() {
    if (workspaces.toAbsolutePath().normalize().startsWith(home.toAbsolutePath().normalize())) {
      throw Problem.of(
              "E130",
              Problem.Category.CONFIGURATION,
              "the workspaces cannot lie in the Stigmer home: runs may write nothing there")
          .from(workspaces.toString())
          .help("name a folder beside it: --workspaces " + home + "-workspaces (server.workspaces)")
          .asException();
    }
    boolean isLocal = !address.isUnresolved() && address.getAddress().isLoopbackAddress();
    if (!isLocal && tls.isEmpty() && exposure == Exposure.DIRECT) {
      throw Problem.of(
              "E563",
              Problem.Category.CONFIGURATION,
              "the server would be reached by other machines without TLS: "
                  + address.getHostString())
          .help(
              "keep it to this machine: --address 127.0.0.1:" + address.getPort(),
              "or give it a certificate: --tls-certificate FILE --tls-key FILE",
              "or say that a reverse proxy with TLS stands in front of it: --behind-proxy")
          .asException();
    }
  }

  /** The values of {@code Host} that are let in at that port. */
  Set<String> hosts(int port) {
    var hosts = new LinkedHashSet<String>();
    for (String local : new String[] {"127.0.0.1", "localhost", "[::1]"}) {
      hosts.add(local + ":" + port);
    }
    hosts.add(address.getHostString().toLowerCase(Locale.ROOT) + ":" + port);
    for (String name : names) {
      String lower = name.toLowerCase(Locale.ROOT);
      hosts.add(lower);
      if (!lower.matches(".*:[0-9]+")) {
        hosts.add(lower + ":" + port);
      }
    }
    return hosts;
  }
}
