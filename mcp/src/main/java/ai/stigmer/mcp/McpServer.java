package ai.stigmer.mcp;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How an MCP server is reached. Values may hold {@code ${NAME}}, which is filled from the run's
 * environment when the server starts, so a definition never holds a secret.
 *
 * @param name 1 to 32 letters, digits, {@code -} and single {@code _}; the prefix of its tools
 * @param enabledTools the server's own names of the tools that may be used; empty means all
 * @param timeout for the start and for each call without a sign of progress, 1 second to 1 hour
 */
public record McpServer(
    String name, Connection connection, List<String> enabledTools, Duration timeout) {

  /** The timeout of a server that sets none. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(60);

  private static final Duration LONGEST = Duration.ofHours(1);

  /** How the server is spoken to. */
  public sealed interface Connection {

    /**
     * A process, spoken to through its standard streams.
     *
     * @param env what its environment holds besides a few harmless variables
     * @param workingDir where it starts; empty means the workspace
     * @param sandbox what it is kept in; empty means that it runs as the user
     */
    record Stdio(
        String command,
        List<String> args,
        Map<String, String> env,
        Optional<Path> workingDir,
        Optional<ServerSandbox> sandbox)
        implements Connection {
      public Stdio {
        if (command.isBlank()) {
          throw new IllegalArgumentException("the command of a server must not be empty");
        }
        args = List.copyOf(args);
        env = sorted(env);
        requireNonNull(workingDir, "workingDir is null");
        requireNonNull(sandbox, "sandbox is null");
      }

      /** A process that runs as the user. */
      public Stdio(
          String command, List<String> args, Map<String, String> env, Optional<Path> workingDir) {
        this(command, args, env, workingDir, Optional.empty());
      }
    }

    /**
     * A server of its own, spoken to by streamable HTTP.
     *
     * @param url https; http only where a private address is allowed
     * @param privateAllowed whether the user named an address of this machine or network on purpose
     */
    record Http(
        String url, Map<String, String> headers, Map<String, String> query, boolean privateAllowed)
        implements Connection {
      public Http {
        AddressRules.requireUsable(url);
        headers = sorted(headers);
        query = sorted(query);
      }

      /**
       * A server as the user names it: an address that says in so many words that it is private is
       * meant so.
       */
      public static Http named(String url, Map<String, String> headers, boolean allowPrivate) {
        AddressRules.requireUsable(url);
        return new Http(url, headers, Map.of(), allowPrivate || AddressRules.namesPrivate(url));
      }

      URI uri() {
        return URI.create(url);
      }
    }
  }

  public McpServer {
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9_-]{0,31}") || name.contains("__")) {
      throw new IllegalArgumentException(
          "a server's name must be 1 to 32 letters, digits, '-' or single '_', got \""
              + name
              + "\"");
    }
    requireNonNull(connection, "connection is null");
    enabledTools = List.copyOf(enabledTools);
    if (timeout.toSeconds() < 1 || timeout.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("a server's timeout must be 1 second to 1 hour");
    }
  }

  /** Where the server is, for people: its command line or its address, placeholders unfilled. */
  public String place() {
    return switch (connection) {
      case Connection.Stdio stdio ->
          stdio.args().isEmpty()
              ? stdio.command()
              : stdio.command() + " " + String.join(" ", stdio.args());
      case Connection.Http http -> http.url();
    };
  }

  private static Map<String, String> sorted(Map<String, String> map) {
    return Collections.unmodifiableMap(new TreeMap<>(map));
  }
}
